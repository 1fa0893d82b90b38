// Made by test/tools/builtin-schemas.ts from Kubernetes v1.37.2.
export const schemas = String.raw`
scheduling.v1.PriorityClass { apiVersion:string description?#4:string globalDefault?#3:boolean kind:string metadata#1:meta.v1.ObjectMeta={} preemptionPolicy#5:string value#2:int32=0 }
scheduling.v1.PriorityClassList { apiVersion:string items!#2:[PriorityClass] kind:string metadata#1:meta.v1.ListMeta={} }
`;
