// Made by test/tools/builtin-schemas.ts from Kubernetes v1.37.2.
export const schemas = String.raw`
scheduling.v1alpha3.TopologyConstraint { key!#1:string="" }
scheduling.v1alpha3.WorkloadPodGroupAllDisruptionMode {  }
scheduling.v1alpha3.WorkloadPodGroupBasicSchedulingPolicy {  }
scheduling.v1alpha3.WorkloadPodGroupDisruptionMode { all#2:WorkloadPodGroupAllDisruptionMode single#1:WorkloadPodGroupSingleDisruptionMode }
scheduling.v1alpha3.WorkloadPodGroupGangSchedulingPolicy { minCount#1:int32 }
scheduling.v1alpha3.WorkloadPodGroupResourceClaim { name!#1:string="" resourceClaimName#2:string resourceClaimTemplateName#3:string }
scheduling.v1alpha3.WorkloadPodGroupSchedulingConstraints { topology#1:[TopologyConstraint] }
scheduling.v1alpha3.WorkloadPodGroupSchedulingPolicy { basic#1:WorkloadPodGroupBasicSchedulingPolicy gang#2:WorkloadPodGroupGangSchedulingPolicy }
scheduling.v1alpha3.WorkloadPodGroupSingleDisruptionMode {  }
`;
