// Made by test/tools/builtin-schemas.ts from Kubernetes v1.37.2.
export const schemas = String.raw`
authentication.v1.BoundObjectReference { apiVersion?#2:string kind?#1:string name?#3:string uid?:string }
authentication.v1.SelfSubjectReview { apiVersion:string kind:string metadata#1:meta.v1.ObjectMeta={} status#2:SelfSubjectReviewStatus={} }
authentication.v1.SelfSubjectReviewStatus { userInfo#1:UserInfo={} }
authentication.v1.TokenRequest { apiVersion:string kind:string metadata#1:meta.v1.ObjectMeta={} spec#2:TokenRequestSpec={} status#3:TokenRequestStatus={} }
authentication.v1.TokenRequestSpec { attestations#5:{[string]} audiences#1:[string] boundObjectRef#3:BoundObjectReference expirationSeconds#4:int64 }
authentication.v1.TokenRequestStatus { expirationTimestamp#2:time token#1:string="" }
authentication.v1.TokenReview { apiVersion:string kind:string metadata#1:meta.v1.ObjectMeta={} spec!#2:TokenReviewSpec={} status#3:TokenReviewStatus={} }
authentication.v1.TokenReviewSpec { audiences#2:[string] token!?#1:string }
authentication.v1.TokenReviewStatus { audiences#4:[string] authenticated?#1:boolean error?#3:string user#2:UserInfo={} }
authentication.v1.UserInfo { extra#4:{[string]} groups#3:[string] uid?#2:string username?#1:string }
`;
