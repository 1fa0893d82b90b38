// Made by test/tools/builtin-schemas.ts from Kubernetes v1.37.2.
export const schemas = String.raw`
authorization.v1.FieldSelectorAttributes { rawSelector?#1:string requirements#2:[meta.v1.FieldSelectorRequirement] }
authorization.v1.LabelSelectorAttributes { rawSelector?#1:string requirements#2:[meta.v1.LabelSelectorRequirement] }
authorization.v1.LocalSubjectAccessReview { apiVersion:string kind:string metadata#1:meta.v1.ObjectMeta={} spec!#2:SubjectAccessReviewSpec={} status#3:SubjectAccessReviewStatus={} }
authorization.v1.NonResourceAttributes { path?#1:string verb?#2:string }
authorization.v1.NonResourceRule { nonResourceURLs#2:[string] verbs!#1:[string] }
authorization.v1.ResourceAttributes { fieldSelector#8:FieldSelectorAttributes group?#3:string labelSelector#9:LabelSelectorAttributes name?#7:string namespace?#1:string resource?#5:string subresource?#6:string verb?#2:string version?#4:string }
authorization.v1.ResourceRule { apiGroups#2:[string] resourceNames#4:[string] resources#3:[string] verbs!#1:[string] }
authorization.v1.SelfSubjectAccessReview { apiVersion:string kind:string metadata#1:meta.v1.ObjectMeta={} spec!#2:SelfSubjectAccessReviewSpec={} status#3:SubjectAccessReviewStatus={} }
authorization.v1.SelfSubjectAccessReviewSpec { nonResourceAttributes#2:NonResourceAttributes resourceAttributes#1:ResourceAttributes }
authorization.v1.SelfSubjectRulesReview { apiVersion:string kind:string metadata#1:meta.v1.ObjectMeta={} spec!#2:SelfSubjectRulesReviewSpec={} status#3:SubjectRulesReviewStatus={} }
authorization.v1.SelfSubjectRulesReviewSpec { namespace?#1:string }
authorization.v1.SubjectAccessReview { apiVersion:string kind:string metadata#1:meta.v1.ObjectMeta={} spec!#2:SubjectAccessReviewSpec={} status#3:SubjectAccessReviewStatus={} }
authorization.v1.SubjectAccessReviewSpec { extra#5:{[string]} groups#4:[string] nonResourceAttributes#2:NonResourceAttributes resourceAttributes#1:ResourceAttributes uid?#6:string user?#3:string }
authorization.v1.SubjectAccessReviewStatus { allowed!#1:boolean=false denied?#4:boolean evaluationError?#3:string reason?#2:string }
authorization.v1.SubjectRulesReviewStatus { evaluationError?#4:string incomplete!#3:boolean=false nonResourceRules!#2:[NonResourceRule] resourceRules!#1:[ResourceRule] }
`;
