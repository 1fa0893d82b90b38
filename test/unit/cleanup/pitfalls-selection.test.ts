import assert from "node:assert/strict";
import { describe } from "node:test";
import { configMaps, FakeCluster, stale, taskOf } from "#controllers/cleanup/cleanup-world.fixture.ts";
import { judgeObject } from "#controllers/cleanup/run/judge-object.ts";
import { compileResourceFilters, parseResourceFilters } from "#controllers/settings/resource-filters.ts";
import { createCelExceptionIndex } from "#engine/cel-policy/cel-exception-index.ts";
import { taskWarnings } from "#engine/cleanup/task/cleanup-task.ts";
import type { CleanupTask } from "#engine/cleanup/task/cleanup-task.ts";
import { targetTypesOf } from "#engine/cleanup/task/target-types.ts";
import type { ResourceType } from "#api/meta/resource-type.ts";
import type { KubeObject } from "#api/meta/object-meta.ts";
import { pitfall } from "./pitfalls.ts";

const schedule = "* * * * *";
const typeOf = (kind: string, resource: string, namespaced: boolean, group = ""): ResourceType => ({
  ...configMaps,
  kind,
  resource,
  namespaced,
  group,
});
const pods = typeOf("Pod", "pods", true);
const namespaces = typeOf("Namespace", "namespaces", false);
const clusterRoles = typeOf("ClusterRole", "clusterroles", false, "rbac.authorization.k8s.io");

const objectOf = (type: ResourceType, name: string, more: object = {}, body: object = {}): KubeObject => ({
  apiVersion: type.group === "" ? type.version : `${type.group}/${type.version}`,
  kind: type.kind,
  ...body,
  metadata: {
    name,
    uid: `uid-${name}`,
    resourceVersion: "1",
    ...(type.namespaced ? { namespace: "shop" } : {}),
    ...more,
  },
});

const judge = async (
  task: CleanupTask,
  type: ResourceType,
  object: KubeObject,
  more: { readonly labels?: Readonly<Record<string, string>>; readonly world?: object } = {},
): Promise<string> => {
  const { world } = new FakeCluster();
  const { namespace = "" } = object.metadata as { readonly namespace?: string };
  const facts = { labels: more.labels ?? {}, annotations: {} };
  const subject = { type, object, namespace };
  const context = world.openContext();
  const verdict = await judgeObject(task, subject, facts, { ...world, ...more.world }, context);
  return verdict.kind;
};

const classic = (resources: object, more: object = {}): CleanupTask =>
  taskOf("ClusterCleanupPolicy", { schedule, match: { any: [{ resources }] }, ...more });
const rules = (resource: string, group = "") => ({
  resourceRules: [{ apiGroups: [group], apiVersions: ["v1"], operations: ["*"], resources: [resource] }],
});
const cel = (matchConstraints: object, more: object = {}): CleanupTask =>
  taskOf("DeletingPolicy", { schedule, matchConstraints, ...more });
const test = { matchLabels: { env: "test" } };

describe("selections", () => {
  pitfall("context is evaluated once for all objects", async () => {
    const task = classic(
      { kinds: ["ConfigMap"] },
      {
        context: [{ name: "age", variable: { jmesPath: "target.metadata.labels.age" } }],
        conditions: { all: [{ key: "{{ age }}", operator: "Equals", value: "old" }] },
      },
    );
    const verdicts = [];
    for (const age of ["old", "new", "old"])
      verdicts.push(await judge(task, configMaps, objectOf(configMaps, age, { labels: { age } })));
    assert.deepEqual(verdicts, ["selected", "kept", "selected"]);
  });

  pitfall("images of one object are seen by the next", async () => {
    const key = "{{ length(keys(images.containers)) }}";
    const task = classic(
      { kinds: ["Pod"] },
      { conditions: { all: [{ key, operator: "Equals", value: 1 }] } },
    );
    for (const name of ["one", "two"]) {
      const body = { spec: { containers: [{ name, image: `nginx:${name}` }] } };
      assert.equal(await judge(task, pods, objectOf(pods, name, {}, body)), "selected");
    }
  });

  pitfall("an exclude that names nothing is harmless, and a match that names nothing takes all", async () => {
    const excludes = classic({ kinds: ["ConfigMap"] }, { exclude: {} });
    assert.equal(await judge(excludes, configMaps, objectOf(configMaps, "a")), "kept");
    assert.match(taskWarnings(excludes).join(), /excludes everything/);
    const empty = taskOf("ClusterCleanupPolicy", { schedule, match: {} });
    assert.deepEqual(targetTypesOf(empty, [configMaps, pods]).types, []);
    assert.equal(await judge(empty, configMaps, objectOf(configMaps, "a")), "kept");
    assert.match(taskWarnings(empty).join(), /nothing is deleted/);
  });

  pitfall("a namespaceSelector keeps Namespaces from a cleanup policy", async () => {
    const live = objectOf(namespaces, "live", { labels: { env: "live" } });
    const task = classic({ kinds: ["Namespace"], namespaceSelector: test });
    assert.equal(await judge(task, namespaces, live), "selected");
    assert.match(taskWarnings(task).join(), /not looked at for Namespaces/);
    assert.equal(
      await judge(cel({ ...rules("namespaces"), namespaceSelector: test }), namespaces, live),
      "kept",
    );
  });

  pitfall("a namespaceSelector means the same for all cluster-scoped kinds", async () => {
    const role = objectOf(clusterRoles, "reader");
    const task = classic({ kinds: ["ClusterRole"], namespaceSelector: test });
    assert.equal(await judge(task, clusterRoles, role), "kept");
    const { group } = clusterRoles;
    const constraints = { ...rules("clusterroles", group), namespaceSelector: test };
    assert.equal(await judge(cel(constraints), clusterRoles, role), "selected");
  });

  pitfall("exclusions without operations exclude", async () => {
    const excluding = (operations: readonly string[] | undefined): CleanupTask => {
      const [rule] = rules("configmaps").resourceRules;
      const { operations: _, ...bare } = rule ?? { operations: [] };
      return cel({
        ...rules("configmaps"),
        excludeResourceRules: [{ ...bare, ...(operations === undefined ? {} : { operations }) }],
      });
    };
    const object = objectOf(configMaps, "a");
    assert.equal(await judge(excluding(undefined), configMaps, object), "selected");
    assert.equal(await judge(excluding(["DELETE"]), configMaps, object), "selected");
    assert.equal(await judge(excluding(["*"]), configMaps, object), "kept");
    assert.match(taskWarnings(excluding(undefined)).join(), /exclude nothing/);
    assert.deepEqual(taskWarnings(excluding(["CREATE"])), []);
  });

  const filteredBy = (text: string) => {
    const isFiltered = compileResourceFilters(parseResourceFilters(text));
    return (type: ResourceType, namespace: string, name: string): boolean =>
      isFiltered({ ...type, subresource: "", namespace, name });
  };

  pitfall("resource filters without a subresource have no effect", () => {
    const filtered = filteredBy("[Event,*,*] [ConfigMap,shop,kept] [*,kube-system,*]");
    assert.equal(filtered(typeOf("Event", "events", true), "shop", "e"), true);
    assert.equal(filtered(configMaps, "shop", "kept"), true);
    assert.equal(filtered(configMaps, "shop", "other"), false);
    assert.equal(filtered(pods, "kube-system", "dns"), true);
  });

  pitfall("ReplicaSets go although the usual filters name them", () => {
    const filtered = filteredBy("[Node,*,*] [Node/?*,*,*] [ReplicaSet,*,*] [ReplicaSet/?*,*,*]");
    assert.equal(filtered(typeOf("ReplicaSet", "replicasets", true, "apps"), "shop", "web-1"), true);
    assert.equal(filtered(typeOf("Deployment", "deployments", true, "apps"), "shop", "web"), false);
  });

  pitfall("a policy of a namespace trusts the list to stay inside", async () => {
    const match = { any: [{ resources: { kinds: ["ConfigMap", "ClusterRole"] } }] };
    const own = taskOf("CleanupPolicy", { schedule, match }, { namespace: "own" });
    const spec = { schedule, matchConstraints: rules("configmaps") };
    const deleting = taskOf("NamespacedDeletingPolicy", spec, { namespace: "own" });
    for (const task of [own, deleting]) {
      assert.equal(await judge(task, configMaps, objectOf(configMaps, "a", { namespace: "other" })), "kept");
      assert.equal(
        await judge(task, configMaps, objectOf(configMaps, "a", { namespace: "own" })),
        "selected",
      );
    }
    const { types, unreachable } = targetTypesOf(own, [configMaps, clusterRoles]);
    assert.deepEqual(types, [configMaps]);
    assert.match(unreachable.join(), /ClusterRole is cluster-scoped/);
  });

  pitfall("exceptions do nothing in a cluster", async () => {
    const celExceptions = createCelExceptionIndex({ namespace: "*" });
    celExceptions.put({
      apiVersion: "policies.kyverno.io/v1",
      kind: "PolicyException",
      metadata: { name: "e", namespace: "shop" },
      spec: {
        policyRefs: [{ name: "stale", kind: "DeletingPolicy" }],
        matchConditions: [{ name: "c", expression: "object.metadata.name == 'kept'" }],
      },
    });
    const task = cel(rules("configmaps"));
    const world = { celExceptions };
    assert.equal(await judge(task, configMaps, objectOf(configMaps, "kept"), { world }), "kept");
    assert.equal(await judge(task, configMaps, objectOf(configMaps, "gone"), { world }), "selected");
    assert.equal(await judge(task, configMaps, objectOf(configMaps, "kept")), "selected");
  });

  pitfall("a wildcard resource is looked through", () => {
    for (const resource of ["*", "pods/*", "configmap*"]) {
      const task = cel(rules(resource));
      assert.deepEqual(targetTypesOf(task, [configMaps, pods]).types, []);
      assert.match(taskWarnings(task).join(), /names nothing to look through/);
    }
    assert.deepEqual(targetTypesOf(cel(rules("pods")), [configMaps, pods]).types, [pods]);
  });

  pitfall("nothing says that a deleting policy is ready, and old versions do not work", async () => {
    for (const version of ["v1alpha1", "v1beta1", "v1"]) {
      const spec = { schedule, matchConstraints: rules("configmaps") };
      const task = taskOf("DeletingPolicy", spec, { apiVersion: `policies.kyverno.io/${version}` });
      assert.equal(await judge(task, configMaps, objectOf(configMaps, "a", stale)), "selected");
    }
    const life = await import("#controllers/cleanup/plan-status.ts");
    const planned = life.planCleanupStatus(cel(rules("configmaps")), { nextMs: 60_000 }, 0);
    const { status } = planned as {
      readonly status: { readonly conditionStatus: { readonly ready: unknown } };
    };
    assert.equal(status.conditionStatus.ready, true);
  });
});
