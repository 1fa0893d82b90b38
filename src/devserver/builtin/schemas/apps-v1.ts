// Made by test/tools/builtin-schemas.ts from Kubernetes v1.37.2.
export const schemas = String.raw`
apps.v1.ControllerRevision { apiVersion:string data!#2:any kind:string metadata#1:meta.v1.ObjectMeta={} revision#3:int64=0 }
apps.v1.ControllerRevisionList { apiVersion:string items!#2:[ControllerRevision] kind:string metadata#1:meta.v1.ListMeta={} }
apps.v1.DaemonSet { apiVersion:string kind:string metadata#1:meta.v1.ObjectMeta={} spec!#2:DaemonSetSpec={} status#3:DaemonSetStatus={} }
apps.v1.DaemonSetCondition { lastTransitionTime#3:time message?#5:string reason?#4:string status#2:string="" type#1:string="" }
apps.v1.DaemonSetList { apiVersion:string items!#2:[DaemonSet] kind:string metadata#1:meta.v1.ListMeta={} }
apps.v1.DaemonSetSpec { minReadySeconds?#4:int32 revisionHistoryLimit#6:int32 selector!#1:meta.v1.LabelSelector template!#2:core.v1.PodTemplateSpec={} updateStrategy#3:DaemonSetUpdateStrategy={} }
apps.v1.DaemonSetStatus { collisionCount#9:int32 conditions#10:[DaemonSetCondition]map(type)~merge(type) currentNumberScheduled!#1:int32=0 desiredNumberScheduled!#3:int32=0 numberAvailable?#7:int32 numberMisscheduled!#2:int32=0 numberReady!#4:int32=0 numberUnavailable?#8:int32 observedGeneration?#5:int64 updatedNumberScheduled?#6:int32 }
apps.v1.DaemonSetUpdateStrategy { rollingUpdate#2:RollingUpdateDaemonSet type?#1:string }
apps.v1.Deployment { apiVersion:string kind:string metadata#1:meta.v1.ObjectMeta={} spec!#2:DeploymentSpec={} status#3:DeploymentStatus={} }
apps.v1.DeploymentCondition { lastTransitionTime#7:time lastUpdateTime#6:time message?#5:string reason?#4:string status#2:string="" type#1:string="" }
apps.v1.DeploymentList { apiVersion:string items!#2:[Deployment] kind:string metadata#1:meta.v1.ListMeta={} }
apps.v1.DeploymentSpec { minReadySeconds?#5:int32 paused?#7:boolean progressDeadlineSeconds#9:int32 replicas#1:int32 revisionHistoryLimit#6:int32 selector!#2:meta.v1.LabelSelector strategy#4:DeploymentStrategy~retainKeys={} template!#3:core.v1.PodTemplateSpec={} }
apps.v1.DeploymentStatus { availableReplicas?#4:int32 collisionCount#8:int32 conditions#6:[DeploymentCondition]map(type)~merge(type) observedGeneration?#1:int64 readyReplicas?#7:int32 replicas?#2:int32 terminatingReplicas#9:int32 unavailableReplicas?#5:int32 updatedReplicas?#3:int32 }
apps.v1.DeploymentStrategy { rollingUpdate#2:RollingUpdateDeployment type?#1:string }
apps.v1.ReplicaSet { apiVersion:string kind:string metadata#1:meta.v1.ObjectMeta={} spec!#2:ReplicaSetSpec={} status#3:ReplicaSetStatus={} }
apps.v1.ReplicaSetCondition { lastTransitionTime#3:time message?#5:string reason?#4:string status#2:string="" type#1:string="" }
apps.v1.ReplicaSetList { apiVersion:string items!#2:[ReplicaSet] kind:string metadata#1:meta.v1.ListMeta={} }
apps.v1.ReplicaSetSpec { minReadySeconds?#4:int32 replicas#1:int32 selector!#2:meta.v1.LabelSelector template#3:core.v1.PodTemplateSpec={} }
apps.v1.ReplicaSetStatus { availableReplicas?#5:int32 conditions#6:[ReplicaSetCondition]map(type)~merge(type) fullyLabeledReplicas?#2:int32 observedGeneration?#3:int64 readyReplicas?#4:int32 replicas!#1:int32=0 terminatingReplicas#7:int32 }
apps.v1.RollingUpdateDaemonSet { maxSurge#2:intOrString maxUnavailable#1:intOrString }
apps.v1.RollingUpdateDeployment { maxSurge#2:intOrString maxUnavailable#1:intOrString }
apps.v1.RollingUpdateStatefulSetStrategy { maxUnavailable#2:intOrString partition#1:int32 }
apps.v1.StatefulSet { apiVersion:string kind:string metadata#1:meta.v1.ObjectMeta={} spec!#2:StatefulSetSpec={} status#3:StatefulSetStatus={} }
apps.v1.StatefulSetCondition { lastTransitionTime#3:time message?#5:string reason?#4:string status#2:string="" type#1:string="" }
apps.v1.StatefulSetList { apiVersion:string items!#2:[StatefulSet] kind:string metadata#1:meta.v1.ListMeta={} }
apps.v1.StatefulSetOrdinals { start#1:int32=0 }
apps.v1.StatefulSetPersistentVolumeClaimRetentionPolicy { whenDeleted?#1:string whenScaled?#2:string }
apps.v1.StatefulSetSpec { minReadySeconds?#9:int32 ordinals#11:StatefulSetOrdinals persistentVolumeClaimRetentionPolicy#10:StatefulSetPersistentVolumeClaimRetentionPolicy podManagementPolicy?#6:string replicas#1:int32 revisionHistoryLimit#8:int32 selector!#2:meta.v1.LabelSelector serviceName#5:string="" template!#3:core.v1.PodTemplateSpec={} updateStrategy#7:StatefulSetUpdateStrategy={} volumeClaimTemplates#4:[core.v1.PersistentVolumeClaim] }
apps.v1.StatefulSetStatus { availableReplicas#11:int32=0 collisionCount#9:int32 conditions#10:[StatefulSetCondition]map(type)~merge(type) currentReplicas?#4:int32 currentRevision?#6:string observedGeneration?#1:int64 readyReplicas?#3:int32 replicas!#2:int32=0 updateRevision?#7:string updatedReplicas?#5:int32 }
apps.v1.StatefulSetUpdateStrategy { rollingUpdate#2:RollingUpdateStatefulSetStrategy type?#1:string }
`;
