/** The spec of a Lease as client-go's leader election reads and writes it. Empty holder: free. */
export interface LeaseRecord {
  readonly holderIdentity: string;
  readonly leaseDurationSeconds: number;
  /** RFC 3339 with microseconds; for people, never compared with our clock. */
  readonly acquireTime: string;
  readonly renewTime: string;
  readonly leaseTransitions: number;
}

/** A Lease that was read: its record, and the object itself, so that fields of others survive a write. */
export interface ObservedLease {
  readonly record: LeaseRecord;
  readonly object: Readonly<Record<string, unknown>>;
}

type Fields = Readonly<Record<string, unknown>>;

const fieldsOf = (value: unknown): Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Fields) : {};

const text = (value: unknown): string => (typeof value === "string" ? value : "");
const count = (value: unknown): number =>
  typeof value === "number" && Number.isSafeInteger(value) && value > 0 ? value : 0;

/** Reads a Lease; what is missing or malformed reads as empty, like an absent field. */
export function decodeLease(object: unknown): ObservedLease {
  const fields = fieldsOf(object);
  const spec = fieldsOf(fields["spec"]);
  return {
    object: fields,
    record: {
      holderIdentity: text(spec["holderIdentity"]),
      leaseDurationSeconds: count(spec["leaseDurationSeconds"]),
      acquireTime: text(spec["acquireTime"]),
      renewTime: text(spec["renewTime"]),
      leaseTransitions: count(spec["leaseTransitions"]),
    },
  };
}

/** True where two records are the same: nobody renewed between two looks. */
export function isSameRecord(left: LeaseRecord, right: LeaseRecord): boolean {
  return (
    left.holderIdentity === right.holderIdentity &&
    left.renewTime === right.renewTime &&
    left.acquireTime === right.acquireTime &&
    left.leaseTransitions === right.leaseTransitions &&
    left.leaseDurationSeconds === right.leaseDurationSeconds
  );
}

/** The Lease with our record. Metadata, with its resourceVersion as precondition, and unknown fields stay. */
export function buildLease(observed: ObservedLease, record: LeaseRecord): object {
  return { ...observed.object, spec: { ...fieldsOf(observed.object["spec"]), ...record } };
}

/** A Lease that does not exist yet. */
export function buildNewLease(namespace: string, name: string, record: LeaseRecord): object {
  return { apiVersion: "coordination.k8s.io/v1", kind: "Lease", metadata: { namespace, name }, spec: record };
}

/** Kubernetes' MicroTime: RFC 3339 with six decimals, in UTC. */
export function microTime(nowMs: number): string {
  return new Date(nowMs).toISOString().replace(/Z$/, "000Z");
}
