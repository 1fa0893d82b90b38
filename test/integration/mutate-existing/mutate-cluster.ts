import type { KubeObject } from "#api/meta/object-meta.ts";
import type { ResourceType } from "#api/meta/resource-type.ts";
import { kinds } from "#test/faults/world/kinds.ts";
import type { ObjectPlace } from "#test/faults/world/persistent-client.ts";
import { eventually, startScanCluster } from "../scan/scan-cluster.ts";
import type { ScanCluster, ScanOperator } from "../scan/scan-cluster.ts";

export const mutatingPolicy: ResourceType = {
  ...kinds.clusterPolicy,
  group: "policies.kyverno.io",
  kind: "MutatingPolicy",
  resource: "mutatingpolicies",
};
export const updateRequest: ResourceType = {
  ...kinds.policy,
  version: "v2",
  kind: "UpdateRequest",
  resource: "updaterequests",
};

export interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason: string;
  readonly message: string;
}

/** A control plane with an operator that scans and changes existing objects. */
export interface MutateCluster extends ScanCluster {
  startOperator(): Promise<ScanOperator>;
  /** Makes a policy and resolves when the operator acts by it. */
  inForce(operator: ScanOperator, make: () => Promise<ObjectPlace>): Promise<ObjectPlace>;
  map(namespace: string, name: string, data?: object, metadata?: object): Promise<KubeObject>;
  dataOf(namespace: string, name: string): Promise<unknown>;
  untilData(namespace: string, name: string, data: object): Promise<void>;
  untilCondition(
    place: ObjectPlace,
    what: string,
    isIt: (condition: Condition) => boolean,
  ): Promise<Condition>;
  /** Resolves when the policy's status says nothing of what is wrong with its targets. */
  untilNoCondition(place: ObjectPlace): Promise<void>;
  /** A ClusterPolicy with one rule: what happens to maps named `trigger` in the namespace changes other maps there. */
  rule(name: string, namespace: string, more?: RuleText): Promise<ObjectPlace>;
}

export interface RuleText {
  readonly operations?: readonly string[];
  readonly target?: object;
  readonly mutate?: object;
  readonly trigger?: string;
}

/** Maps may be changed; Secrets may not. */
const roles = {
  metadata: { labels: { "rbac.kyverno.io/aggregate-to-background-controller": "true" } },
  rules: [{ apiGroups: [""], resources: ["configmaps"], verbs: ["get", "list", "watch", "update"] }],
};

export const startMutateCluster = async (): Promise<MutateCluster> => {
  const cluster = await startScanCluster();
  const { world } = cluster;
  const mapAt = (namespace: string, name: string): ObjectPlace => ({
    type: kinds.configMap,
    namespace,
    name,
  });
  const dataOf = async (namespace: string, name: string): Promise<unknown> =>
    (await world.get(mapAt(namespace, name)))?.["data"];
  const conditionsOf = async (place: ObjectPlace): Promise<readonly Condition[]> => {
    const status = (await world.get(place))?.["status"] as
      | { readonly conditions?: readonly Condition[] }
      | undefined;
    return status?.conditions ?? [];
  };
  try {
    await world.replace({ type: kinds.clusterRole, name: "may-mutate" }, roles);
  } catch (error) {
    await cluster.stop();
    throw error;
  }
  return {
    ...cluster,
    dataOf,
    async startOperator() {
      const operator = await cluster.operator(["--only=scan,mutate-existing"]);
      await eventually("mutation of existing objects has started", async () =>
        (await operator.log()).includes('"background started"'),
      );
      return operator;
    },
    async inForce(operator, make) {
      const count = () => operator.metric("rearguard_mutate_existing_standing", { what: "tasks" });
      const before = await count();
      const place = await make();
      await eventually(`${place.name} is in force`, async () => (await count()) > before);
      return place;
    },
    async map(namespace, name, data = {}, metadata = {}) {
      await world.replace(mapAt(namespace, name), { metadata, data });
      const stored = await world.get(mapAt(namespace, name));
      if (stored === undefined) throw new Error(`the ConfigMap ${namespace}/${name} is gone`);
      return stored;
    },
    async untilData(namespace, name, data) {
      const wanted = JSON.stringify(data);
      let last: unknown;
      try {
        await eventually(`${namespace}/${name} holds ${wanted}`, async () => {
          last = await dataOf(namespace, name);
          return JSON.stringify(last) === wanted;
        });
      } catch (error) {
        throw new Error(`it holds ${JSON.stringify(last)}`, { cause: error });
      }
    },
    async untilCondition(place, what, isIt) {
      const { value } = await eventually(what, async () => {
        const found = (await conditionsOf(place)).find((one) => one.type === "MutateExisting");
        return found !== undefined && isIt(found) && found;
      });
      return value;
    },
    async untilNoCondition(place) {
      await eventually(`nothing is wrong with ${place.name}`, async () =>
        (await conditionsOf(place)).every((one) => one.type !== "MutateExisting"),
      );
    },
    async rule(name, namespace, { operations, target, mutate = {}, trigger = "trigger" } = {}) {
      const resources = {
        kinds: ["ConfigMap"],
        names: [trigger],
        namespaces: [namespace],
        ...(operations === undefined ? {} : { operations }),
      };
      await cluster.policy({
        name,
        rules: [
          {
            name: "r",
            match: { any: [{ resources }] },
            mutate: {
              targets: [{ apiVersion: "v1", kind: "ConfigMap", namespace, name: "target-*", ...target }],
              patchStrategicMerge: { data: { version: "{{ request.object.data.version }}" } },
              ...mutate,
            },
          },
        ],
      });
      return { type: kinds.clusterPolicy, name };
    },
  };
};
