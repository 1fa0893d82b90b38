// Made by test/tools/builtin-schemas.ts from Kubernetes v1.37.2.
export const schemas = String.raw`
autoscaling.v2.ContainerResourceMetricSource { container!#3:string="" name!#1:string="" target!#2:MetricTarget={} }
autoscaling.v2.ContainerResourceMetricStatus { container!#3:string="" current!#2:MetricValueStatus={} name!#1:string="" }
autoscaling.v2.CrossVersionObjectReference { apiVersion?#3:string kind!#1:string="" name!#2:string="" }
autoscaling.v2.ExternalMetricSource { metric!#1:MetricIdentifier={} target!#2:MetricTarget={} }
autoscaling.v2.ExternalMetricStatus { current!#2:MetricValueStatus={} metric!#1:MetricIdentifier={} }
autoscaling.v2.HPAScalingPolicy { periodSeconds!#3:int32=0 type!#1:string="" value!#2:int32=0 }
autoscaling.v2.HPAScalingRules { policies#2:[HPAScalingPolicy] selectPolicy#1:string stabilizationWindowSeconds#3:int32 tolerance#4:quantity }
autoscaling.v2.HorizontalPodAutoscaler { apiVersion:string kind:string metadata#1:meta.v1.ObjectMeta={} spec!#2:HorizontalPodAutoscalerSpec={} status#3:HorizontalPodAutoscalerStatus={} }
autoscaling.v2.HorizontalPodAutoscalerBehavior { scaleDown#2:HPAScalingRules scaleUp#1:HPAScalingRules }
autoscaling.v2.HorizontalPodAutoscalerCondition { lastTransitionTime#3:time message?#5:string observedGeneration#6:int64 reason?#4:string status!#2:string="" type!#1:string="" }
autoscaling.v2.HorizontalPodAutoscalerList { apiVersion:string items!#2:[HorizontalPodAutoscaler] kind:string metadata#1:meta.v1.ListMeta={} }
autoscaling.v2.HorizontalPodAutoscalerSpec { behavior#5:HorizontalPodAutoscalerBehavior maxReplicas!#3:int32=0 metrics#4:[MetricSpec] minReplicas#2:int32 scaleTargetRef!#1:CrossVersionObjectReference={} }
autoscaling.v2.HorizontalPodAutoscalerStatus { conditions#6:[HorizontalPodAutoscalerCondition]map(type)~merge(type) currentMetrics#5:[MetricStatus] currentReplicas?#3:int32 desiredReplicas!#4:int32=0 lastScaleTime#2:time observedGeneration#1:int64 }
autoscaling.v2.MetricIdentifier { name!#1:string="" selector#2:meta.v1.LabelSelector }
autoscaling.v2.MetricSpec { containerResource#7:ContainerResourceMetricSource external#5:ExternalMetricSource object#2:ObjectMetricSource pods#3:PodsMetricSource resource#4:ResourceMetricSource type!#1:string="" }
autoscaling.v2.MetricStatus { containerResource#7:ContainerResourceMetricStatus external#5:ExternalMetricStatus object#2:ObjectMetricStatus pods#3:PodsMetricStatus resource#4:ResourceMetricStatus type!#1:string="" }
autoscaling.v2.MetricTarget { averageUtilization#4:int32 averageValue#3:quantity type!#1:string="" value#2:quantity }
autoscaling.v2.MetricValueStatus { averageUtilization#3:int32 averageValue#2:quantity value#1:quantity }
autoscaling.v2.ObjectMetricSource { describedObject!#1:CrossVersionObjectReference={} metric!#3:MetricIdentifier={} target!#2:MetricTarget={} }
autoscaling.v2.ObjectMetricStatus { current!#2:MetricValueStatus={} describedObject!#3:CrossVersionObjectReference={} metric!#1:MetricIdentifier={} }
autoscaling.v2.PodsMetricSource { metric!#1:MetricIdentifier={} target!#2:MetricTarget={} }
autoscaling.v2.PodsMetricStatus { current!#2:MetricValueStatus={} metric!#1:MetricIdentifier={} }
autoscaling.v2.ResourceMetricSource { name!#1:string="" target!#2:MetricTarget={} }
autoscaling.v2.ResourceMetricStatus { current!#2:MetricValueStatus={} name!#1:string="" }
`;
