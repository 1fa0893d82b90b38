// Made by test/tools/builtin-schemas.ts from Kubernetes v1.37.2.
export const schemas = String.raw`
networking.v1.HTTPIngressPath { backend!#2:IngressBackend={} path?#1:string pathType!#3:string }
networking.v1.HTTPIngressRuleValue { paths!#1:[HTTPIngressPath] }
networking.v1.IPAddress { apiVersion:string kind:string metadata#1:meta.v1.ObjectMeta={} spec!#2:IPAddressSpec={} }
networking.v1.IPAddressList { apiVersion:string items!#2:[IPAddress] kind:string metadata#1:meta.v1.ListMeta={} }
networking.v1.IPAddressSpec { parentRef!#1:ParentReference }
networking.v1.IPBlock { cidr!#1:string="" except#2:[string] }
networking.v1.Ingress { apiVersion:string kind:string metadata#1:meta.v1.ObjectMeta={} spec#2:IngressSpec={} status#3:IngressStatus={} }
networking.v1.IngressBackend { resource#3:core.v1.TypedLocalObjectReference service#4:IngressServiceBackend }
networking.v1.IngressClass { apiVersion:string kind:string metadata#1:meta.v1.ObjectMeta={} spec#2:IngressClassSpec={} }
networking.v1.IngressClassList { apiVersion:string items!#2:[IngressClass] kind:string metadata#1:meta.v1.ListMeta={} }
networking.v1.IngressClassParametersReference { apiGroup:string kind!#2:string="" name!#3:string="" namespace#5:string scope#4:string }
networking.v1.IngressClassSpec { controller?#1:string parameters#2:IngressClassParametersReference }
networking.v1.IngressList { apiVersion:string items!#2:[Ingress] kind:string metadata#1:meta.v1.ListMeta={} }
networking.v1.IngressLoadBalancerIngress { hostname?#2:string ip?#1:string ports#4:[IngressPortStatus] }
networking.v1.IngressLoadBalancerStatus { ingress#1:[IngressLoadBalancerIngress] }
networking.v1.IngressPortStatus { error#3:string port!#1:int32=0 protocol!#2:string="" }
networking.v1.IngressRule { host?#1:string http#2.1:HTTPIngressRuleValue }
networking.v1.IngressServiceBackend { name!#1:string="" port#2:ServiceBackendPort={} }
networking.v1.IngressSpec { defaultBackend#1:IngressBackend ingressClassName#4:string rules#3:[IngressRule] tls#2:[IngressTLS] }
networking.v1.IngressStatus { loadBalancer#1:IngressLoadBalancerStatus={} }
networking.v1.IngressTLS { hosts#1:[string] secretName?#2:string }
networking.v1.NetworkPolicy { apiVersion:string kind:string metadata#1:meta.v1.ObjectMeta={} spec#2:NetworkPolicySpec={} }
networking.v1.NetworkPolicyEgressRule { ports#1:[NetworkPolicyPort] to#2:[NetworkPolicyPeer] }
networking.v1.NetworkPolicyIngressRule { from#2:[NetworkPolicyPeer] ports#1:[NetworkPolicyPort] }
networking.v1.NetworkPolicyList { apiVersion:string items!#2:[NetworkPolicy] kind:string metadata#1:meta.v1.ListMeta={} }
networking.v1.NetworkPolicyPeer { ipBlock#3:IPBlock namespaceSelector#2:meta.v1.LabelSelector podSelector#1:meta.v1.LabelSelector }
networking.v1.NetworkPolicyPort { endPort#3:int32 port#2:intOrString protocol#1:string }
networking.v1.NetworkPolicySpec { egress#3:[NetworkPolicyEgressRule] ingress#2:[NetworkPolicyIngressRule] podSelector#1:meta.v1.LabelSelector={} policyTypes#4:[string] }
networking.v1.ParentReference { group?#1:string name!?#4:string namespace?#3:string resource!?#2:string }
networking.v1.ServiceBackendPort atomic { name?#1:string number?#2:int32 }
networking.v1.ServiceCIDR { apiVersion:string kind:string metadata#1:meta.v1.ObjectMeta={} spec#2:ServiceCIDRSpec={} status#3:ServiceCIDRStatus={} }
networking.v1.ServiceCIDRList { apiVersion:string items!#2:[ServiceCIDR] kind:string metadata#1:meta.v1.ListMeta={} }
networking.v1.ServiceCIDRSpec { cidrs#1:[string] }
networking.v1.ServiceCIDRStatus { conditions#1:[meta.v1.Condition]map(type)~merge(type) }
`;
