import type { ResourceType } from "#api/meta/resource-type.ts";
import type { ObjectKey } from "#kube/client/kube-client.ts";

/** What the first pass keeps of an object that is to go. */
export interface Candidate {
  readonly uid: string;
  readonly type: ResourceType;
  readonly namespace: string;
  readonly name: string;
  /** The state that was judged. */
  readonly resourceVersion: string;
  readonly createdMs: number;
  /** Only where the policy keeps the last of each group. */
  readonly group?: string;
  /** When its mark says that it goes; absent where it is not marked by this policy. */
  readonly markDueMs?: number;
}

/** The key of an object by its parts; an empty namespace is none. */
export function objectKey(namespace: string, name: string): ObjectKey {
  return namespace === "" ? { name } : { namespace, name };
}

/** An object for messages: `Kind/namespace/name`, as in Kyverno's Events. */
export function objectText({
  type,
  namespace,
  name,
}: Pick<Candidate, "type" | "namespace" | "name">): string {
  return `${type.kind}/${namespace}/${name}`;
}
