// Made by test/tools/builtin-schemas.ts from Kubernetes v1.37.2.
export const schemas = String.raw`
storage.v1.CSIDriver { apiVersion:string kind:string metadata#1:meta.v1.ObjectMeta={} spec!#2:CSIDriverSpec={} }
storage.v1.CSIDriverList { apiVersion:string items!#2:[CSIDriver] kind:string metadata#1:meta.v1.ListMeta={} }
storage.v1.CSIDriverSpec { attachRequired#1:boolean fsGroupPolicy#5:string nodeAllocatableUpdatePeriodSeconds#9:int64 podInfoOnMount#2:boolean preventPodSchedulingIfMissing#11:boolean requiresRepublish#7:boolean seLinuxMount#8:boolean serviceAccountTokenInSecrets#10:boolean storageCapacity#4:boolean tokenRequests#6:[TokenRequest] volumeLifecycleModes#3:[string]set }
storage.v1.CSINode { apiVersion:string kind:string metadata#1:meta.v1.ObjectMeta={} spec!#2:CSINodeSpec={} status#3:CSINodeStatus={} }
storage.v1.CSINodeDriver { allocatable#4:VolumeNodeResources name!#1:string="" nodeID!#2:string="" topologyKeys#3:[string] }
storage.v1.CSINodeList { apiVersion:string items!#2:[CSINode] kind:string metadata#1:meta.v1.ListMeta={} }
storage.v1.CSINodeSpec { drivers!#1:[CSINodeDriver]map(name)~merge(name) }
storage.v1.CSINodeStatus { storageHealth#1:[StorageHealth]map(name)~merge(name) }
storage.v1.CSIStorageCapacity { apiVersion:string capacity#4:quantity kind:string maximumVolumeSize#5:quantity metadata#1:meta.v1.ObjectMeta={} nodeTopology#2:meta.v1.LabelSelector storageClassName!#3:string="" }
storage.v1.CSIStorageCapacityList { apiVersion:string items!#2:[CSIStorageCapacity] kind:string metadata#1:meta.v1.ListMeta={} }
storage.v1.StorageClass { allowVolumeExpansion#6:boolean allowedTopologies#8:[core.v1.TopologySelectorTerm] apiVersion:string kind:string metadata#1:meta.v1.ObjectMeta={} mountOptions#5:[string] parameters#3:{string} provisioner!#2:string="" reclaimPolicy#4:string volumeBindingMode#7:string }
storage.v1.StorageClassList { apiVersion:string items!#2:[StorageClass] kind:string metadata#1:meta.v1.ListMeta={} }
storage.v1.StorageHealth { healthConditions#2:[StorageHealthCondition] name!#1:string="" }
storage.v1.StorageHealthCondition { accessMode#4:string lastTransitionTime#6:time message?#3:string reason!#2:string="" status!#1:string="" volumeMode#5:string }
storage.v1.TokenRequest { audience!#1:string="" expirationSeconds#2:int64 }
storage.v1.VolumeAttachment { apiVersion:string kind:string metadata#1:meta.v1.ObjectMeta={} spec!#2:VolumeAttachmentSpec={} status#3:VolumeAttachmentStatus={} }
storage.v1.VolumeAttachmentList { apiVersion:string items!#2:[VolumeAttachment] kind:string metadata#1:meta.v1.ListMeta={} }
storage.v1.VolumeAttachmentSource { inlineVolumeSpec#2:core.v1.PersistentVolumeSpec persistentVolumeName#1:string }
storage.v1.VolumeAttachmentSpec { attacher!#1:string="" nodeName!#3:string="" source!#2:VolumeAttachmentSource={} }
storage.v1.VolumeAttachmentStatus { attachError#3:VolumeError attached!#1:boolean=false attachmentMetadata#2:{string} detachError#4:VolumeError }
storage.v1.VolumeAttributesClass { apiVersion:string driverName!#2:string="" kind:string metadata#1:meta.v1.ObjectMeta={} parameters#3:{string} }
storage.v1.VolumeAttributesClassList { apiVersion:string items!#2:[VolumeAttributesClass] kind:string metadata#1:meta.v1.ListMeta={} }
storage.v1.VolumeError { errorCode#3:int32 message?#2:string time#1:time }
storage.v1.VolumeNodeResources { count#1:int32 }
`;
