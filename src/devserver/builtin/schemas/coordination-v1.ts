// Made by test/tools/builtin-schemas.ts from Kubernetes v1.37.2.
export const schemas = String.raw`
coordination.v1.Lease { apiVersion:string kind:string metadata#1:meta.v1.ObjectMeta={} spec#2:LeaseSpec={} }
coordination.v1.LeaseList { apiVersion:string items!#2:[Lease] kind:string metadata#1:meta.v1.ListMeta={} }
coordination.v1.LeaseSpec { acquireTime#3:microTime holderIdentity#1:string leaseDurationSeconds#2:int32 leaseTransitions#5:int32 preferredHolder#7:string renewTime#4:microTime strategy#6:string }
`;
