// Made by test/tools/builtin-schemas.ts from Kubernetes v1.37.2.
export const schemas = String.raw`
rbac.v1.AggregationRule { clusterRoleSelectors#1:[meta.v1.LabelSelector] }
rbac.v1.ClusterRole { aggregationRule#3:AggregationRule apiVersion:string kind:string metadata#1:meta.v1.ObjectMeta={} rules#2:[PolicyRule] }
rbac.v1.ClusterRoleBinding { apiVersion:string kind#2.1:string metadata#1:meta.v1.ObjectMeta={} roleRef!#3:RoleRef={} subjects#2:[Subject] }
rbac.v1.ClusterRoleBindingList { apiVersion:string items!#2:[ClusterRoleBinding] kind:string metadata#1:meta.v1.ListMeta={} }
rbac.v1.ClusterRoleList { apiVersion:string items!#2:[ClusterRole] kind:string metadata#1:meta.v1.ListMeta={} }
rbac.v1.PolicyRule { apiGroups#2:[string] nonResourceURLs#5:[string] resourceNames#4:[string] resources#3:[string] verbs!#1:[string] }
rbac.v1.Role { apiVersion:string kind:string metadata#1:meta.v1.ObjectMeta={} rules#2:[PolicyRule] }
rbac.v1.RoleBinding { apiVersion:string kind#2.1:string metadata#1:meta.v1.ObjectMeta={} roleRef!#3:RoleRef={} subjects#2:[Subject] }
rbac.v1.RoleBindingList { apiVersion:string items!#2:[RoleBinding] kind:string metadata#1:meta.v1.ListMeta={} }
rbac.v1.RoleList { apiVersion:string items!#2:[Role] kind:string metadata#1:meta.v1.ListMeta={} }
rbac.v1.RoleRef atomic { apiGroup#1:string="" kind!#2:string="" name!#3:string="" }
rbac.v1.Subject atomic { apiGroup?#2:string kind!#1:string="" name!#3:string="" namespace?#4:string }
`;
