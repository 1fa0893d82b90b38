// Made by test/tools/builtin-schemas.ts from Kubernetes v1.37.2.
export const schemas = String.raw`
node.v1.Overhead { podFixed#1:{quantity} }
node.v1.RuntimeClass { apiVersion:string handler!#2:string="" kind:string metadata#1:meta.v1.ObjectMeta={} overhead#3:Overhead scheduling#4:Scheduling }
node.v1.RuntimeClassList { apiVersion:string items!#2:[RuntimeClass] kind:string metadata#1:meta.v1.ListMeta={} }
node.v1.Scheduling { nodeSelector#1:{string}atomic tolerations#2:[core.v1.Toleration] }
`;
