// Made by test/tools/builtin-schemas.ts from Kubernetes v1.37.2.
export const schemas = String.raw`
policy.v1.Eviction { apiVersion:string deleteOptions#2:meta.v1.DeleteOptions kind:string metadata#1:meta.v1.ObjectMeta={} }
policy.v1.PodDisruptionBudget { apiVersion:string kind:string metadata#1:meta.v1.ObjectMeta={} spec#2:PodDisruptionBudgetSpec={} status#3:PodDisruptionBudgetStatus={} }
policy.v1.PodDisruptionBudgetList { apiVersion:string items!#2:[PodDisruptionBudget] kind:string metadata#1:meta.v1.ListMeta={} }
policy.v1.PodDisruptionBudgetSpec { maxUnavailable#3:intOrString minAvailable#1:intOrString selector#2:meta.v1.LabelSelector unhealthyPodEvictionPolicy#4:string }
policy.v1.PodDisruptionBudgetStatus { conditions#7:[meta.v1.Condition]map(type)~merge(type) currentHealthy#4:int32=0 desiredHealthy#5:int32=0 disruptedPods#2:{time} disruptionsAllowed#3:int32=0 expectedPods#6:int32=0 observedGeneration?#1:int64 }
`;
