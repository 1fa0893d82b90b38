import type { KubeObject } from "#api/meta/object-meta.ts";
import type { ResourceType } from "#api/meta/resource-type.ts";
import { kinds } from "#test/faults/world/kinds.ts";
import type { PersistentClient } from "#test/faults/world/persistent-client.ts";
import { eventually, startScanCluster } from "../scan/scan-cluster.ts";
import type { ScanCluster, ScanOperator } from "../scan/scan-cluster.ts";

export const secretType: ResourceType = { ...kinds.configMap, kind: "Secret", resource: "secrets" };

const celType = (kind: string, resource: string, namespaced: boolean): ResourceType => ({
  ...kinds.configMap,
  group: "policies.kyverno.io",
  version: "v1",
  kind,
  resource,
  namespaced,
});

export const generatingPolicyType = celType("GeneratingPolicy", "generatingpolicies", false);
export const namespacedGeneratingPolicyType = celType(
  "NamespacedGeneratingPolicy",
  "namespacedgeneratingpolicies",
  true,
);

/** Where the triggers of all cells live, what is made for them, and what is copied. */
export const places = { triggers: "matrix-in", downstreams: "matrix-out", sources: "matrix-src" } as const;

/** A control plane with an operator that generates. */
export interface MatrixCluster extends ScanCluster {
  readonly operatorProcess: ScanOperator;
  /**
   * Resolves when everything that was done before has been seen: a policy of each kind that came after it has acted, a
   * trigger has been answered, and an edit of what was made has been undone.
   */
  barrier(): Promise<void>;
  /** Ends the operator as asked for and starts another one. */
  restartOperator(): Promise<void>;
}

const rights = [
  {
    apiGroups: [""],
    resources: ["configmaps", "secrets", "namespaces"],
    verbs: ["get", "list", "watch", "create", "update", "patch", "delete"],
  },
];

const started = (operator: ScanOperator): Promise<unknown> =>
  eventually("generation has started", async () => (await operator.log()).includes('"generate started"'));

export const startMatrixCluster = async (): Promise<MatrixCluster> => {
  const cluster = await startScanCluster();
  try {
    const labels = { "rbac.kyverno.io/aggregate-to-background-controller": "true" };
    await cluster.world.replace(
      { type: kinds.clusterRole, name: "may-generate" },
      { metadata: { labels }, rules: rights },
    );
    for (const name of Object.values(places)) {
      await cluster.world.ensure({ type: kinds.namespace, name }, {});
    }
    const start = async (): Promise<ScanOperator> => {
      const operator = await cluster.operator(["--only=generate,mutate-existing"]);
      await started(operator);
      return operator;
    };
    let operatorProcess = await start();
    return {
      ...cluster,
      get operatorProcess() {
        return operatorProcess;
      },
      barrier: createBarrier(cluster.world),
      async restartOperator() {
        await operatorProcess.stop();
        operatorProcess = await start();
      },
    };
  } catch (error) {
    await cluster.stop();
    throw error;
  }
};

const role = "barrier";

/** Many callers share a round; one that comes during a round waits for the next, which begins after what it did. */
const createBarrier = (world: PersistentClient): (() => Promise<void>) => {
  let count = 0;
  let running: Promise<void> | undefined;
  let next: Promise<void> | undefined;
  const round = async (): Promise<void> => {
    const name = `${role}-${(count += 1)}`;
    await Promise.all([classicRound(world, `${name}-k`), celRound(world, `${name}-g`)]);
  };
  return () => {
    if (running === undefined) {
      running = round().finally(() => {
        running = undefined;
      });
      return running;
    }
    next ??= running
      .catch(() => {})
      .then(() => {
        next = undefined;
        running = round().finally(() => {
          running = undefined;
        });
        return running;
      });
    return next;
  };
};

interface BarrierPolicy {
  readonly type: ResourceType;
  readonly spec: object;
}

/** An existing trigger is taken up by the new policy, a new one is answered, and an edit of its object is undone. */
const passRound = async (
  world: PersistentClient,
  name: string,
  { type, spec }: BarrierPolicy,
): Promise<void> => {
  const trigger = (suffix: string) => ({
    type: kinds.configMap,
    namespace: places.triggers,
    name: `${name}-${suffix}`,
  });
  const made = (suffix: string) => ({
    type: secretType,
    namespace: places.downstreams,
    name: `${name}-${suffix}`,
  });
  const metadata = { labels: { [role]: name } };
  await world.ensure(trigger("a"), { metadata });
  await world.ensure({ type, name }, { spec });
  await eventually(`${name} takes up what is there`, () => world.get(made("a")));
  await world.ensure(trigger("b"), { metadata });
  await eventually(`${name} answers a new trigger`, () => world.get(made("b")));
  await world.merge(made("b"), { data: { mark: "c3RyYW5nZQ==" } });
  await eventually(`${name} undoes an edit`, async () => markOf(await world.get(made("b"))) === "b2s=");
  await world.remove({ type, name });
  for (const suffix of ["a", "b"]) await world.remove(trigger(suffix));
};

const markOf = (object: KubeObject | undefined): string | undefined =>
  ((object?.["data"] ?? {}) as { readonly mark?: string }).mark;

const classicRound = (world: PersistentClient, name: string): Promise<void> =>
  passRound(world, name, {
    type: kinds.clusterPolicy,
    spec: {
      rules: [
        {
          name: "barrier",
          match: {
            any: [{ resources: { kinds: ["ConfigMap"], selector: { matchLabels: { [role]: name } } } }],
          },
          generate: {
            generateExisting: true,
            synchronize: true,
            apiVersion: "v1",
            kind: "Secret",
            namespace: places.downstreams,
            name: "{{ request.object.metadata.name }}",
            data: { data: { mark: "b2s=" } },
          },
        },
      ],
    },
  });

const celRound = (world: PersistentClient, name: string): Promise<void> =>
  passRound(world, name, {
    type: generatingPolicyType,
    spec: {
      evaluation: { generateExisting: { enabled: true }, synchronize: { enabled: true } },
      matchConstraints: {
        objectSelector: { matchLabels: { [role]: name } },
        resourceRules: [
          {
            apiGroups: [""],
            apiVersions: ["v1"],
            operations: ["CREATE", "UPDATE"],
            resources: ["configmaps"],
          },
        ],
      },
      generate: [
        {
          expression: `generator.Apply("${places.downstreams}", [{"apiVersion": dyn("v1"), "kind": dyn("Secret"), "metadata": dyn({"name": object.metadata.name}), "data": dyn({"mark": "b2s="})}])`,
        },
      ],
    },
  });
