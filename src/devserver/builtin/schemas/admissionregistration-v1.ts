// Made by test/tools/builtin-schemas.ts from Kubernetes v1.37.2.
export const schemas = String.raw`
admissionregistration.v1.ApplyConfiguration { expression?#1:string }
admissionregistration.v1.AuditAnnotation { key!#1:string="" valueExpression!#2:string="" }
admissionregistration.v1.ExpressionWarning { fieldRef!#2:string="" warning!#3:string="" }
admissionregistration.v1.JSONPatch { expression?#1:string }
admissionregistration.v1.MatchCondition { expression!#2:string="" name!#1:string="" }
admissionregistration.v1.MatchResources atomic { excludeResourceRules#4:[NamedRuleWithOperations] matchPolicy#7:string namespaceSelector#1:meta.v1.LabelSelector objectSelector#2:meta.v1.LabelSelector resourceRules#3:[NamedRuleWithOperations] }
admissionregistration.v1.MutatingAdmissionPolicy { apiVersion:string kind:string metadata#1:meta.v1.ObjectMeta={} spec#2:MutatingAdmissionPolicySpec={} }
admissionregistration.v1.MutatingAdmissionPolicyBinding { apiVersion:string kind:string metadata#1:meta.v1.ObjectMeta={} spec#2:MutatingAdmissionPolicyBindingSpec={} }
admissionregistration.v1.MutatingAdmissionPolicyBindingList { apiVersion:string items!#2:[MutatingAdmissionPolicyBinding] kind:string metadata#1:meta.v1.ListMeta={} }
admissionregistration.v1.MutatingAdmissionPolicyBindingSpec { matchResources#3:MatchResources paramRef#2:ParamRef policyName?#1:string }
admissionregistration.v1.MutatingAdmissionPolicyList { apiVersion:string items!#2:[MutatingAdmissionPolicy] kind:string metadata#1:meta.v1.ListMeta={} }
admissionregistration.v1.MutatingAdmissionPolicySpec { failurePolicy#5:string matchConditions#6:[MatchCondition]map(name)~merge(name) matchConstraints#2:MatchResources mutations#4:[Mutation] paramKind#1:ParamKind reinvocationPolicy?#7:string variables#3:[Variable] }
admissionregistration.v1.MutatingWebhook { admissionReviewVersions!#8:[string] clientConfig!#2:WebhookClientConfig={} failurePolicy#4:string matchConditions#12:[MatchCondition]map(name)~merge(name) matchPolicy#9:string name!#1:string="" namespaceSelector#5:meta.v1.LabelSelector objectSelector#11:meta.v1.LabelSelector reinvocationPolicy#10:string rules#3:[RuleWithOperations] sideEffects!#6:string timeoutSeconds#7:int32 }
admissionregistration.v1.MutatingWebhookConfiguration { apiVersion:string kind:string metadata#1:meta.v1.ObjectMeta={} webhooks:[MutatingWebhook]map(name)~merge(name) }
admissionregistration.v1.MutatingWebhookConfigurationList { apiVersion:string items!#2:[MutatingWebhookConfiguration] kind:string metadata#1:meta.v1.ListMeta={} }
admissionregistration.v1.Mutation { applyConfiguration#3:ApplyConfiguration jsonPatch#4:JSONPatch patchType!#2:string="" }
admissionregistration.v1.NamedRuleWithOperations atomic { apiGroups:[string] apiVersions:[string] operations#2.1:[string] resourceNames#1:[string] resources:[string] scope:string }
admissionregistration.v1.ParamKind atomic { apiVersion?#1:string kind?#2:string }
admissionregistration.v1.ParamRef atomic { name?#1:string namespace?#2:string parameterNotFoundAction#4:string selector#3:meta.v1.LabelSelector }
admissionregistration.v1.RuleWithOperations { apiGroups#2.1:[string] apiVersions#2.2:[string] operations#1:[string] resources#2.3:[string] scope#2.4:string }
admissionregistration.v1.ServiceReference { name!#2:string="" namespace!#1:string="" path#3:string port#4:int32 }
admissionregistration.v1.TypeChecking { expressionWarnings#1:[ExpressionWarning] }
admissionregistration.v1.ValidatingAdmissionPolicy { apiVersion:string kind:string metadata#1:meta.v1.ObjectMeta={} spec#2:ValidatingAdmissionPolicySpec={} status#3:ValidatingAdmissionPolicyStatus={} }
admissionregistration.v1.ValidatingAdmissionPolicyBinding { apiVersion:string kind:string metadata#1:meta.v1.ObjectMeta={} spec!#2:ValidatingAdmissionPolicyBindingSpec={} }
admissionregistration.v1.ValidatingAdmissionPolicyBindingList { apiVersion:string items!#2:[ValidatingAdmissionPolicyBinding] kind:string metadata#1:meta.v1.ListMeta={} }
admissionregistration.v1.ValidatingAdmissionPolicyBindingSpec { matchResources#3:MatchResources paramRef#2:ParamRef policyName!?#1:string validationActions!#4:[string]set }
admissionregistration.v1.ValidatingAdmissionPolicyList { apiVersion:string items!#2:[ValidatingAdmissionPolicy] kind:string metadata#1:meta.v1.ListMeta={} }
admissionregistration.v1.ValidatingAdmissionPolicySpec { auditAnnotations#5:[AuditAnnotation] failurePolicy#4:string matchConditions#6:[MatchCondition]map(name)~merge(name) matchConstraints#2:MatchResources paramKind#1:ParamKind validations#3:[Validation] variables#7:[Variable]map(name)~merge(name) }
admissionregistration.v1.ValidatingAdmissionPolicyStatus { conditions#3:[meta.v1.Condition]map(type) observedGeneration?#1:int64 typeChecking#2:TypeChecking }
admissionregistration.v1.ValidatingWebhook { admissionReviewVersions!#8:[string] clientConfig!#2:WebhookClientConfig={} failurePolicy#4:string matchConditions#11:[MatchCondition]map(name)~merge(name) matchPolicy#9:string name!#1:string="" namespaceSelector#5:meta.v1.LabelSelector objectSelector#10:meta.v1.LabelSelector rules#3:[RuleWithOperations] sideEffects!#6:string timeoutSeconds#7:int32 }
admissionregistration.v1.ValidatingWebhookConfiguration { apiVersion:string kind:string metadata#1:meta.v1.ObjectMeta={} webhooks:[ValidatingWebhook]map(name)~merge(name) }
admissionregistration.v1.ValidatingWebhookConfigurationList { apiVersion:string items!#2:[ValidatingWebhookConfiguration] kind:string metadata#1:meta.v1.ListMeta={} }
admissionregistration.v1.Validation { expression!:string="" message?#2:string messageExpression?#4:string reason#3:string }
admissionregistration.v1.Variable atomic { expression!:string="" name!:string="" }
admissionregistration.v1.WebhookClientConfig { caBundle?#2:bytes service#1:ServiceReference url#3:string }
`;
