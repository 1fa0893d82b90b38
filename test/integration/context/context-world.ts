import type { ResourceType } from "#api/meta/resource-type.ts";
import { kinds } from "#test/faults/world/kinds.ts";
import type { ScanCluster } from "../scan/scan-cluster.ts";

const kyverno = { ...kinds.clusterPolicy, preferred: true } as const;

/** Kinds that data of rules come from. */
export const contextKinds = {
  globalEntry: {
    ...kyverno,
    version: "v2beta1",
    kind: "GlobalContextEntry",
    resource: "globalcontextentries",
    namespaced: false,
  },
  exception: {
    ...kyverno,
    version: "v2",
    kind: "PolicyException",
    resource: "policyexceptions",
    namespaced: true,
  },
} as const satisfies Readonly<Record<string, ResourceType>>;

/** A rule on Pods of a namespace. */
export const podRule = (name: string, namespace: string, rest: object): object => ({
  name,
  match: { any: [{ resources: { kinds: ["Pod"], namespaces: [namespace] } }] },
  ...rest,
});

/** Denies where the two are not as the operator says. */
export const denies = (key: string, operator: string, value: unknown, message = "refused"): object => ({
  message,
  deny: { conditions: { any: [{ key, operator, value }] } },
});

export interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason: string;
  readonly message: string;
}

/** The condition `Ready` of an object; undefined where nobody has said anything yet. */
export const readyOf = async (
  cluster: ScanCluster,
  type: ResourceType,
  name: string,
): Promise<Condition | undefined> => {
  const object = await cluster.world.get({ type, name });
  const status = object?.["status"] as { readonly conditions?: readonly Condition[] } | undefined;
  return status?.conditions?.find((condition) => condition.type === "Ready");
};
