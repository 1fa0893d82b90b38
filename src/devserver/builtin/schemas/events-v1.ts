// Made by test/tools/builtin-schemas.ts from Kubernetes v1.37.2.
export const schemas = String.raw`
events.v1.Event { action?#6:string apiVersion:string deprecatedCount?#15:int32 deprecatedFirstTimestamp#13:time deprecatedLastTimestamp#14:time deprecatedSource#12:core.v1.EventSource={} eventTime!#2:microTime kind:string metadata#1:meta.v1.ObjectMeta={} note?#10:string reason?#7:string regarding#8:core.v1.ObjectReference={} related#9:core.v1.ObjectReference reportingController?#4:string reportingInstance?#5:string series#3:EventSeries type?#11:string }
events.v1.EventList { apiVersion:string items!#2:[Event] kind:string metadata#1:meta.v1.ListMeta={} }
events.v1.EventSeries { count!#1:int32=0 lastObservedTime!#2:microTime }
`;
