// Made by test/tools/builtin-schemas.ts from Kubernetes v1.37.2.
export const schemas = String.raw`
apiregistration.v1.APIService { apiVersion:string kind:string metadata#1:meta.v1.ObjectMeta={} spec#2:APIServiceSpec={} status#3:APIServiceStatus={} }
apiregistration.v1.APIServiceCondition { lastTransitionTime#3:time message?#5:string reason?#4:string status!#2:string="" type!#1:string="" }
apiregistration.v1.APIServiceList { apiVersion:string items!#2:[APIService] kind:string metadata#1:meta.v1.ListMeta={} }
apiregistration.v1.APIServiceSpec { caBundle?#5:bytes group?#2:string groupPriorityMinimum!#7:int32=0 insecureSkipTLSVerify?#4:boolean service#1:ServiceReference version?#3:string versionPriority!#8:int32=0 }
apiregistration.v1.APIServiceStatus { conditions#1:[APIServiceCondition]map(type)~merge(type) }
apiregistration.v1.ServiceReference { name?#2:string namespace?#1:string port#3:int32 }
`;
