// Made by test/tools/builtin-schemas.ts from Kubernetes v1.37.2.
export const schemas = String.raw`
autoscaling.v1.CrossVersionObjectReference atomic { apiVersion?#3:string kind!#1:string="" name!#2:string="" }
autoscaling.v1.HorizontalPodAutoscaler { apiVersion:string kind:string metadata#1:meta.v1.ObjectMeta={} spec!#2:HorizontalPodAutoscalerSpec={} status#3:HorizontalPodAutoscalerStatus={} }
autoscaling.v1.HorizontalPodAutoscalerList { apiVersion:string items!#2:[HorizontalPodAutoscaler] kind:string metadata#1:meta.v1.ListMeta={} }
autoscaling.v1.HorizontalPodAutoscalerSpec { maxReplicas!#3:int32=0 minReplicas#2:int32 scaleTargetRef!#1:CrossVersionObjectReference={} targetCPUUtilizationPercentage#4:int32 }
autoscaling.v1.HorizontalPodAutoscalerStatus { currentCPUUtilizationPercentage#5:int32 currentReplicas!#3:int32=0 desiredReplicas!#4:int32=0 lastScaleTime#2:time observedGeneration#1:int64 }
autoscaling.v1.Scale { apiVersion:string kind:string metadata#1:meta.v1.ObjectMeta={} spec#2:ScaleSpec={} status#3:ScaleStatus={} }
autoscaling.v1.ScaleSpec { replicas?#1:int32 }
autoscaling.v1.ScaleStatus { replicas!#1:int32=0 selector?#2:string }
`;
