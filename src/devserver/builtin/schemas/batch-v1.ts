// Made by test/tools/builtin-schemas.ts from Kubernetes v1.37.2.
export const schemas = String.raw`
batch.v1.CronJob { apiVersion:string kind:string metadata#1:meta.v1.ObjectMeta={} spec!#2:CronJobSpec={} status#3:CronJobStatus={} }
batch.v1.CronJobList { apiVersion:string items!#2:[CronJob] kind:string metadata#1:meta.v1.ListMeta={} }
batch.v1.CronJobSpec { concurrencyPolicy?#3:string failedJobsHistoryLimit#7:int32 jobTemplate!#5:JobTemplateSpec={} schedule!#1:string="" startingDeadlineSeconds#2:int64 successfulJobsHistoryLimit#6:int32 suspend#4:boolean timeZone#8:string }
batch.v1.CronJobStatus { active#1:[core.v1.ObjectReference] lastScheduleTime#4:time lastSuccessfulTime#5:time }
batch.v1.Job { apiVersion:string kind:string metadata#1:meta.v1.ObjectMeta={} spec#2:JobSpec={} status#3:JobStatus={} }
batch.v1.JobCondition { lastProbeTime#3:time lastTransitionTime#4:time message?#6:string reason?#5:string status!#2:string="" type!#1:string="" }
batch.v1.JobList { apiVersion:string items!#2:[Job] kind:string metadata#1:meta.v1.ListMeta={} }
batch.v1.JobSchedulingConfiguration { disruptionMode#3:scheduling.v1alpha3.WorkloadPodGroupDisruptionMode resourceClaims#4:[scheduling.v1alpha3.WorkloadPodGroupResourceClaim]map(name)~merge(name) schedulingConstraints#2:scheduling.v1alpha3.WorkloadPodGroupSchedulingConstraints schedulingPolicy#1:scheduling.v1alpha3.WorkloadPodGroupSchedulingPolicy }
batch.v1.JobSpec { activeDeadlineSeconds#3:int64 backoffLimit#7:int32 backoffLimitPerIndex#12:int32 completionMode#9:string completions#2:int32 managedBy#15:string manualSelector#5:boolean maxFailedIndexes#13:int32 parallelism#1:int32 podFailurePolicy#11:PodFailurePolicy podReplacementPolicy#14:string scheduling#17:JobSchedulingConfiguration selector#4:meta.v1.LabelSelector successPolicy#16:SuccessPolicy suspend#10:boolean template!#6:core.v1.PodTemplateSpec={} ttlSecondsAfterFinished#8:int32 }
batch.v1.JobStatus { active?#4:int32 completedIndexes?#7:string completionTime#3:time conditions#1:[JobCondition]~merge(type) failed?#6:int32 failedIndexes#10:string ready#9:int32 startTime#2:time succeeded?#5:int32 terminating#11:int32 uncountedTerminatedPods#8:UncountedTerminatedPods }
batch.v1.JobTemplateSpec { metadata#1:meta.v1.ObjectMeta={} spec#2:JobSpec={} }
batch.v1.PodFailurePolicy { rules!#1:[PodFailurePolicyRule] }
batch.v1.PodFailurePolicyOnExitCodesRequirement { containerName#1:string operator!#2:string="" values!#3:[int32]set }
batch.v1.PodFailurePolicyOnPodConditionsPattern { status#2:string="" type!#1:string="" }
batch.v1.PodFailurePolicyRule { action!#1:string="" onExitCodes#2:PodFailurePolicyOnExitCodesRequirement onPodConditions#3:[PodFailurePolicyOnPodConditionsPattern] }
batch.v1.SuccessPolicy { rules!#1:[SuccessPolicyRule] }
batch.v1.SuccessPolicyRule { succeededCount#2:int32 succeededIndexes#1:string }
batch.v1.UncountedTerminatedPods { failed#2:[string]set succeeded#1:[string]set }
`;
