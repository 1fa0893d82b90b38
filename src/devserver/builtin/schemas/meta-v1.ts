// Made by test/tools/builtin-schemas.ts from Kubernetes v1.37.2.
export const schemas = String.raw`
meta.v1.Condition { lastTransitionTime!#4:time message!#6:string="" observedGeneration?#3:int64 reason!#5:string="" status!#2:string="" type!#1:string="" }
meta.v1.DeleteOptions { apiVersion:string dryRun#5:[string] gracePeriodSeconds#1:int64 ignoreStoreReadErrorWithClusterBreakingPotential#6:boolean kind:string orphanDependents#3:boolean preconditions#2:Preconditions propagationPolicy#4:string }
meta.v1.FieldSelectorRequirement { key!#1:string="" operator!#2:string="" values#3:[string] }
meta.v1.LabelSelector atomic { matchExpressions#2:[LabelSelectorRequirement] matchLabels#1:{string} }
meta.v1.LabelSelectorRequirement { key!#1:string="" operator!#2:string="" values#3:[string] }
meta.v1.ListMeta { continue?#3:string remainingItemCount#4:int64 resourceVersion?#2:string selfLink?#1:string shardInfo#5:ShardInfo }
meta.v1.ManagedFieldsEntry { apiVersion?#3:string fieldsType?#6:string fieldsV1#7:any manager?#1:string operation?#2:string subresource?#8:string time#4:time }
meta.v1.ObjectMeta { annotations#12:{string} creationTimestamp#8:time deletionGracePeriodSeconds#10:int64 deletionTimestamp#9:time finalizers#14:[string]set~merge generateName?#2:string generation?#7:int64 labels#11:{string} managedFields#17:[ManagedFieldsEntry] name?#1:string namespace?#3:string ownerReferences#13:[OwnerReference]map(uid)~merge(uid) resourceVersion?#6:string selfLink?#4:string uid?#5:string }
meta.v1.OwnerReference atomic { apiVersion!#5:string="" blockOwnerDeletion#7:boolean controller#6:boolean kind!#1:string="" name!#3:string="" uid!#4:string="" }
meta.v1.Patch {  }
meta.v1.Preconditions { resourceVersion#2:string uid#1:string }
meta.v1.ShardInfo { selector!#1:string="" }
meta.v1.Status { apiVersion:string code?#6:int32 details#5:StatusDetails kind#5.3:string message?#3:string metadata#1:ListMeta={} reason?#4:string status?#2:string }
meta.v1.StatusCause { field?#3:string message?#2:string reason?#1:string }
meta.v1.StatusDetails { causes#4:[StatusCause] group?#2:string kind?#3:string name?#1:string retryAfterSeconds?#5:int32 uid?#6:string }
meta.v1.WatchEvent { object!#2:any type!#1:string="" }
`;
