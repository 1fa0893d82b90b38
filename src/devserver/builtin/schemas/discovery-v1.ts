// Made by test/tools/builtin-schemas.ts from Kubernetes v1.37.2.
export const schemas = String.raw`
discovery.v1.Endpoint { addresses!#1:[string]set conditions#2:EndpointConditions={} deprecatedTopology#5:{string} hints#8:EndpointHints hostname#3:string nodeName#6:string targetRef#4:core.v1.ObjectReference zone#7:string }
discovery.v1.EndpointConditions { ready#1:boolean serving#2:boolean terminating#3:boolean }
discovery.v1.EndpointHints { forNodes#2:[ForNode] forZones#1:[ForZone] }
discovery.v1.EndpointPort atomic { appProtocol#4:string name#1:string port#3:int32 protocol#2:string }
discovery.v1.EndpointSlice { addressType!#4:string="" apiVersion:string endpoints#2:[Endpoint] kind:string metadata#1:meta.v1.ObjectMeta={} ports#3:[EndpointPort] }
discovery.v1.EndpointSliceList { apiVersion:string items!#2:[EndpointSlice] kind:string metadata#1:meta.v1.ListMeta={} }
discovery.v1.ForNode { name!#1:string="" }
discovery.v1.ForZone { name!#1:string="" }
`;
