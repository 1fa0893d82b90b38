import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { kinds } from "#test/faults/world/kinds.ts";
import { eventually, resultsOf } from "../scan/scan-cluster.ts";
import type { ScanOperator } from "../scan/scan-cluster.ts";
import { mutatingPolicy, startMutateCluster, updateRequest } from "./mutate-cluster.ts";
import type { MutateCluster } from "./mutate-cluster.ts";

describe("policies that change existing objects", () => {
  let cluster: MutateCluster;
  let operator: ScanOperator;

  before(async () => {
    cluster = await startMutateCluster();
    operator = await cluster.startOperator();
  });

  after(async () => {
    await cluster.stop();
  });

  const inForce = (make: () => ReturnType<MutateCluster["rule"]>) => cluster.inForce(operator, make);

  test("a new trigger changes its targets, the report of the trigger names them, and nothing else is written", async () => {
    const namespace = await cluster.namespace();
    for (const name of ["target-1", "target-2", "other"]) await cluster.map(namespace, name);
    await inForce(() => cluster.rule("create", namespace));
    const { metadata } = await cluster.map(namespace, "trigger", { version: "2" });
    await cluster.untilData(namespace, "target-1", { version: "2" });
    await cluster.untilData(namespace, "target-2", { version: "2" });
    assert.equal(await cluster.dataOf(namespace, "other"), undefined);
    const { value: results } = await eventually("the trigger is reported on", async () => {
      const found = resultsOf(await cluster.report(namespace, metadata.uid)).filter(
        ({ policy }) => policy === "create",
      );
      return found.length === 2 && found;
    });
    assert.deepEqual(
      results.map(({ result, message, properties }) => [result, message, properties?.["patched-target"]]),
      ["target-1", "target-2"].map((name) => [
        "pass",
        `mutated ConfigMap/${name} in namespace ${namespace}`,
        `/v1, Kind=ConfigMap Name=${name} Namespace=${namespace}`,
      ]),
    );
    await cluster.map(namespace, "trigger", { version: "3" });
    await cluster.untilData(namespace, "target-2", { version: "3" });
  });

  test("a trigger that goes counts only where the rule lists DELETE", async () => {
    const namespace = await cluster.namespace();
    for (const name of ["target-1", "quiet-1"]) await cluster.map(namespace, name);
    await cluster.map(namespace, "trigger", { version: "4" });
    await inForce(() => cluster.rule("delete", namespace, { operations: ["DELETE"] }));
    await inForce(() => cluster.rule("no-delete", namespace, { target: { name: "quiet-*" } }));
    await cluster.world.remove({ type: kinds.configMap, namespace, name: "trigger" });
    await cluster.untilData(namespace, "target-1", { version: "4" });
    assert.equal(await cluster.dataOf(namespace, "quiet-1"), undefined);
  });

  test("existing triggers are taken once for each content of the policy, and not again at a restart", async () => {
    const namespace = await cluster.namespace();
    await cluster.map(namespace, "target-1");
    await cluster.map(namespace, "trigger", { version: "5" });
    await cluster.rule("existing", namespace, { mutate: { mutateExistingOnPolicyUpdate: true } });
    await cluster.untilData(namespace, "target-1", { version: "5" });
    await cluster.map(namespace, "target-1", { version: "by hand" });
    await operator.stop();
    operator = await cluster.startOperator();
    const later = await cluster.namespace();
    await cluster.map(later, "target-1");
    await cluster.map(later, "trigger", { version: "6" });
    await cluster.rule("later", later, { mutate: { mutateExistingOnPolicyUpdate: true } });
    await cluster.untilData(later, "target-1", { version: "6" });
    assert.deepEqual(await cluster.dataOf(namespace, "target-1"), { version: "by hand" });
  });

  test("a MutatingPolicy holds for all that it lists, and for what comes later", async () => {
    const namespace = await cluster.namespace();
    await cluster.map(namespace, "old");
    const place = { type: mutatingPolicy, name: "standing" };
    await cluster.world.replace(place, {
      spec: {
        evaluation: { mutateExisting: { enabled: true } },
        matchConstraints: {
          namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": namespace } },
          resourceRules: [
            {
              apiGroups: [""],
              apiVersions: ["v1"],
              operations: ["CREATE", "UPDATE"],
              resources: ["configmaps"],
            },
          ],
        },
        mutations: [
          {
            patchType: "ApplyConfiguration",
            applyConfiguration: { expression: `Object{metadata: Object.metadata{labels: {"seen": "yes"}}}` },
          },
        ],
      },
    });
    const untilLabelled = (name: string) =>
      eventually(`${name} has the label`, async () => {
        const object = await cluster.world.get({ type: kinds.configMap, namespace, name });
        const { labels } = (object?.metadata ?? {}) as { readonly labels?: Readonly<Record<string, string>> };
        return labels?.["seen"] === "yes";
      });
    await untilLabelled("old");
    const old = await cluster.world.get({ type: kinds.configMap, namespace, name: "old" });
    await eventually("what was done to it is reported", async () => {
      const report = await cluster.report(namespace, old?.metadata.uid ?? "");
      return resultsOf(report).some(
        ({ policy, result, message, properties }) =>
          policy === "standing" &&
          result === "pass" &&
          message === "success" &&
          properties?.["process"] === "background scan",
      );
    });
    await cluster.map(namespace, "new");
    await untilLabelled("new");
    await cluster.world.remove(place);
  });

  test("what is not allowed is a condition of the policy, and done once it is allowed", async () => {
    const namespace = await cluster.namespace();
    const service = { ...kinds.configMap, kind: "Service", resource: "services" };
    const target = { type: service, namespace, name: "target-1" };
    await cluster.world.ensure(target, { spec: { ports: [{ port: 80 }] } });
    const place = await cluster.rule("forbidden", namespace, {
      target: { kind: "Service", name: "target-1" },
      mutate: { patchStrategicMerge: { metadata: { labels: { seen: "yes" } } } },
    });
    const condition = await cluster.untilCondition(place, "it is told", ({ status }) => status === "False");
    assert.equal(condition.reason, "MissingPermissions");
    assert.match(
      condition.message,
      /requires permissions (get,)?update for resource v1\/Service in namespace/,
    );
    await cluster.map(namespace, "trigger", { version: "7" });
    await cluster.grant("may-update-services", [
      { apiGroups: [""], resources: ["services"], verbs: ["get", "list", "update"] },
    ]);
    await eventually("the service has the label", async () => {
      const { labels } = ((await cluster.world.get(target))?.metadata ?? {}) as {
        readonly labels?: Readonly<Record<string, string>>;
      };
      return labels?.["seen"] === "yes";
    });
    await cluster.untilNoCondition(place);
  });

  test("policies that undo each other become slow and say so", async () => {
    const namespace = await cluster.namespace();
    await cluster.map(namespace, "target-1");
    const quarrel = (name: string, value: string) =>
      cluster.world.replace(
        { type: kinds.clusterPolicy, name },
        {
          spec: {
            rules: [
              {
                name: "r",
                match: { any: [{ resources: { kinds: ["ConfigMap"], namespaces: [namespace] } }] },
                skipBackgroundRequests: false,
                mutate: {
                  targets: [{ apiVersion: "v1", kind: "ConfigMap", namespace, name: "target-1" }],
                  patchStrategicMerge: { data: { owner: value } },
                },
              },
            ],
          },
        },
      );
    for (const [name, value] of [
      ["one", "a"],
      ["two", "b"],
    ] as const)
      await inForce(async () => {
        await quarrel(name, value);
        return { type: kinds.clusterPolicy, name };
      });
    await cluster.map(namespace, "spark");
    await eventually("one of them says so", async () => {
      const found = await Promise.all(
        ["one", "two"].map(async (name) => {
          const status = (await cluster.world.get({ type: kinds.clusterPolicy, name }))?.["status"];
          return JSON.stringify(status ?? {}).includes("ChangesUndone");
        }),
      );
      return found.some(Boolean);
    });
    const count = () => operator.metric("rearguard_mutate_existing_standing", { what: "tasks" });
    const before = await count();
    for (const name of ["one", "two"]) await cluster.world.remove({ type: kinds.clusterPolicy, name });
    // What comes into force next is told by this count.
    await eventually("both are out of force", async () => (await count()) === before - 2);
  });

  describe("UpdateRequests of others", () => {
    const request = async (name: string, spec: object, state: string | undefined = "Pending") => {
      const place = { type: updateRequest, namespace: "kyverno", name };
      await cluster.world.ensure(place, {
        spec: {
          requestType: "mutate",
          rule: "r",
          deleteDownstream: false,
          resource: {},
          context: {},
          ...spec,
        },
      });
      if (state !== undefined) await cluster.world.merge(place, { status: { state } }, "status");
      return place;
    };
    const untilGone = (place: Awaited<ReturnType<typeof request>>) =>
      eventually(`${place.name} is gone`, async () => (await cluster.world.get(place)) === undefined);
    const resource = (namespace: string, name: string) => ({
      apiVersion: "v1",
      kind: "ConfigMap",
      namespace,
      name,
    });

    test("are carried out with what they say of the request, and deleted", async () => {
      const namespace = await cluster.namespace();
      await cluster.map(namespace, "target-1");
      await cluster.map(namespace, "asked", { version: "8" });
      await inForce(() =>
        cluster.rule("requested", namespace, {
          trigger: "asked",
          mutate: {
            patchStrategicMerge: {
              data: { version: "{{ request.object.data.version }}", by: "{{ request.userInfo.username }}" },
            },
          },
        }),
      );
      const place = await request("ur-1", {
        policy: "requested",
        resource: resource(namespace, "asked"),
        context: {
          admissionRequestInfo: {
            operation: "UPDATE",
            admissionRequest: {
              uid: "r1",
              kind: { group: "", version: "v1", kind: "ConfigMap" },
              resource: { group: "", version: "v1", resource: "configmaps" },
              name: "asked",
              namespace,
              operation: "UPDATE",
              userInfo: { username: "ann" },
            },
          },
          userInfo: { roles: null, clusterRoles: null, userInfo: { username: "ann" } },
        },
      });
      await untilGone(place);
      await cluster.untilData(namespace, "target-1", { by: "ann", version: "8" });
    });

    test("fail where there is no trigger, are tried again, and are done when there is one", async () => {
      const namespace = await cluster.namespace();
      await cluster.map(namespace, "target-1");
      await inForce(() => cluster.rule("waiting", namespace, { trigger: "late", operations: ["CONNECT"] }));
      const place = await request("ur-2", { policy: "waiting", resource: resource(namespace, "late") });
      await eventually("it failed", async () => {
        const status = (await cluster.world.get(place))?.["status"] as
          | { readonly state?: string; readonly retryCount?: number; readonly message?: string }
          | undefined;
        return (status?.retryCount ?? 0) >= 1 && status?.message !== undefined;
      });
      await cluster.map(namespace, "late", { version: "9" });
      await untilGone(place);
    });

    test("of policies that are not there are closed", async () => {
      const place = await request("ur-3", { policy: "absent", resource: resource("default", "x") });
      await untilGone(place);
    });
  });
});
