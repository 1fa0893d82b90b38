import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { ResourceType } from "#api/meta/resource-type.ts";
import { kinds } from "#test/faults/world/kinds.ts";
import { widgetCrd } from "#test/faults/world/widget-crd.ts";
import { eventually } from "../scan/scan-cluster.ts";
import { configMapsOf, startCleanupCluster } from "./cleanup-cluster.ts";
import type { CleanupCluster } from "./cleanup-cluster.ts";

const prefix = "cleanup.rearguard.io/";
const ttlLabel = "cleanup.kyverno.io/ttl";
const isEmbedded = (process.env["REARGUARD_TEST_ASSETS"] ?? "") === "";

const typeOf = (
  group: string,
  version: string,
  kind: string,
  resource: string,
  namespaced: boolean,
): ResourceType => ({
  ...kinds.configMap,
  group,
  version,
  kind,
  resource,
  namespaced,
});
const rulesOf = (resource: string, group = "") => ({
  resourceRules: [{ apiGroups: [group], apiVersions: ["v1"], operations: ["*"], resources: [resource] }],
});
const ranOnce = ({ lastRun }: { readonly lastRun?: unknown }): boolean => lastRun !== undefined;
const longAgo = { status: { lastExecutionTime: "2001-01-01T00:00:00Z" } };

describe("deletion under bad input and faults", () => {
  let cluster: CleanupCluster;
  const admission = (kind: string, resource: string) =>
    typeOf("admissionregistration.k8s.io", "v1", kind, resource, false);

  before(async () => {
    cluster = await startCleanupCluster(["--enable-policy-exception", "--exception-namespace=*"]);
    await cluster.grant("may-delete-more", [
      { apiGroups: [""], resources: ["namespaces"], verbs: ["list", "watch", "get", "delete"] },
      {
        apiGroups: ["faults.example.com"],
        resources: ["widgets"],
        verbs: ["list", "watch", "get", "delete"],
      },
    ]);
  });

  after(async () => {
    await cluster.stop();
  });

  test("policies of every served version run", async () => {
    const namespace = await cluster.namespace();
    const versions = [
      ["kyverno.io", "v2beta1", "ClusterCleanupPolicy", "clustercleanuppolicies"],
      ["policies.kyverno.io", "v1alpha1", "DeletingPolicy", "deletingpolicies"],
      ["policies.kyverno.io", "v1beta1", "DeletingPolicy", "deletingpolicies"],
    ] as const;
    for (const [group, version, kind, resource] of versions) {
      const name = `version-${version}`;
      await cluster.configMap(namespace, name, { labels: { version } });
      const labels = { matchLabels: { version } };
      const spec =
        group === "kyverno.io"
          ? configMapsOf(namespace, { selector: labels })
          : { matchConstraints: { ...rulesOf("configmaps"), objectSelector: labels } };
      const place = { type: typeOf(group, version, kind, resource, false), name };
      await cluster.world.ensure(place, { spec: { schedule: "* * * * *", ...spec } });
      await cluster.world.merge(place, longAgo, "status");
    }
    await eventually("all ran", async () => (await cluster.configMapNames(namespace)).length === 0);
  });

  test("an exception keeps an object from a DeletingPolicy", async () => {
    const namespace = await cluster.namespace();
    for (const name of ["kept", "gone"]) await cluster.configMap(namespace, name);
    const exception = typeOf("policies.kyverno.io", "v1", "PolicyException", "policyexceptions", true);
    await cluster.world.ensure(
      { type: exception, namespace, name: "kept" },
      {
        spec: {
          policyRefs: [{ name: "excepted", kind: "DeletingPolicy" }],
          matchConditions: [{ name: "kept", expression: "object.metadata.name == 'kept'" }],
        },
      },
    );
    const place = await cluster.duePolicy({
      name: "excepted",
      deleting: true,
      spec: {
        matchConstraints: rulesOf("configmaps"),
        conditions: [
          {
            name: "here",
            expression: `object.metadata.namespace == '${namespace}' && object.metadata.name != 'kube-root-ca.crt'`,
          },
        ],
      },
    });
    await cluster.untilStatus(place, "it ran", ranOnce);
    assert.deepEqual(await cluster.configMapNames(namespace), ["kept"]);
  });

  test("a policy knows the data of GlobalContextEntries without a scan in its process", async () => {
    const [namespace, other] = [await cluster.namespace(), await cluster.namespace()];
    for (const name of ["a", "b"]) await cluster.configMap(namespace, name);
    await cluster.configMap(other, "a");
    const entry = typeOf("kyverno.io", "v2beta1", "GlobalContextEntry", "globalcontextentries", false);
    await cluster.world.ensure(
      { type: entry, name: "doomed" },
      {
        spec: { kubernetesResource: { group: "", version: "v1", resource: "configmaps", namespace: other } },
      },
    );
    const place = await cluster.duePolicy({
      name: "by-entry",
      spec: {
        ...configMapsOf(namespace),
        context: [{ name: "doomed", globalReference: { name: "doomed", jmesPath: "[].metadata.name" } }],
        conditions: {
          all: [{ key: "{{ target.metadata.name }}", operator: "AnyIn", value: "{{ doomed }}" }],
        },
      },
    });
    const status = await cluster.untilStatus(place, "it ran", ranOnce);
    assert.equal(status.lastRun?.failed, 0, status.lastRun?.message);
    assert.deepEqual(await cluster.configMapNames(namespace), ["b"]);
  });

  test("a match on everything is held before it deletes anything", async () => {
    const namespace = await cluster.namespace();
    const names = Array.from({ length: 101 }, (_, index) => `o-${index}`);
    await Promise.all(names.map((name) => cluster.configMap(namespace, name)));
    const place = await cluster.duePolicy({
      name: "everything",
      schedule: "0 0 1 1 *",
      spec: { match: { any: [{ resources: { kinds: ["*"] } }] } },
    });
    const status = await cluster.untilStatus(place, "it ran", ranOnce);
    assert.equal(status.lastRun?.outcome, "Held", status.lastRun?.message);
    assert.equal((await cluster.configMapNames(namespace)).length, 101);
    await cluster.world.remove(place);
  });

  test("the label on a Namespace takes it and what lives in it, unless it is marked", async () => {
    const [old, marked] = [
      await cluster.namespace({ [ttlLabel]: "1s" }),
      await cluster.namespace({ [ttlLabel]: "1s", [`${prefix}protect`]: "never" }),
    ];
    await eventually("it is gone", async () => {
      const found = await cluster.world.get({ type: kinds.namespace, name: old });
      return found === undefined || found.metadata["deletionTimestamp"] !== undefined;
    });
    const kept = await cluster.world.get({ type: kinds.namespace, name: marked });
    assert.equal(kept?.metadata["deletionTimestamp"], undefined);
  });

  test("a right that is taken away is told object by object, and what is left goes once it is back", async () => {
    const namespace = await cluster.namespace();
    for (const name of ["a", "b"]) await cluster.configMap(namespace, name);
    const role = { type: kinds.clusterRole, name: "may-delete" };
    const before = await cluster.world.get(role);
    assert.ok(before);
    const labels = before.metadata["labels"] as object;
    const readOnly = [{ apiGroups: [""], resources: ["configmaps"], verbs: ["list", "watch", "get"] }];
    await cluster.world.replace(role, { metadata: { labels }, rules: readOnly });
    const place = await cluster.duePolicy({
      name: "no-right",
      deleting: true,
      schedule: "* * * * * * *",
      spec: {
        matchConstraints: rulesOf("configmaps"),
        conditions: [{ name: "here", expression: `object.metadata.namespace == '${namespace}'` }],
      },
    });
    await cluster.untilStatus(place, "it is refused", ({ lastRun }) => (lastRun?.failed ?? 0) >= 2);
    await cluster.world.replace(role, { metadata: { labels }, rules: before["rules"] });
    await eventually("they are gone", async () => (await cluster.configMapNames(namespace)).length === 0);
    await cluster.world.remove(place);
  });

  test("a definition that goes takes its kind out of a policy, and the other kinds stay in it", async () => {
    const namespace = await cluster.namespace();
    await cluster.world.ensure({ type: kinds.crd, name: widgetCrd.metadata.name }, widgetCrd);
    const widget = { type: kinds.widget, namespace, name: "w" };
    await cluster.world.ensure(widget, { spec: {} });
    const place = await cluster.duePolicy({
      name: "widgets",
      deleting: true,
      schedule: "* * * * * * *",
      spec: {
        matchConstraints: {
          resourceRules: [
            ...rulesOf("configmaps").resourceRules,
            ...rulesOf("widgets", "faults.example.com").resourceRules,
          ],
        },
        conditions: [
          {
            name: "here",
            expression: `object.metadata.namespace == '${namespace}' && object.metadata.name != 'kube-root-ca.crt'`,
          },
        ],
      },
    });
    await eventually("the widget is gone", async () => (await cluster.world.get(widget)) === undefined);
    await cluster.world.remove({ type: kinds.crd, name: widgetCrd.metadata.name });
    await cluster.configMap(namespace, "late");
    await eventually(
      "the policy goes on",
      async () => (await cluster.configMapNames(namespace)).length === 0,
    );
    await cluster.world.remove(place);
  });

  test(
    "a rule of the cluster that denies deletes is counted, and ends when it is gone",
    { skip: isEmbedded ? "the embedded API server evaluates no admission policies" : false },
    async () => {
      const namespace = await cluster.namespace();
      await cluster.configMap(namespace, "a");
      const policy = {
        type: admission("ValidatingAdmissionPolicy", "validatingadmissionpolicies"),
        name: "denies",
      };
      const binding = {
        type: admission("ValidatingAdmissionPolicyBinding", "validatingadmissionpolicybindings"),
        name: "denies",
      };
      const { resourceRules } = rulesOf("configmaps");
      const denial = `oldObject.metadata.namespace != '${namespace}'`;
      await cluster.world.ensure(policy, {
        spec: {
          failurePolicy: "Fail",
          matchConstraints: {
            resourceRules: resourceRules.map((rule) => ({ ...rule, operations: ["DELETE"] })),
          },
          validations: [{ expression: denial }],
        },
      });
      await cluster.world.ensure(binding, { spec: { policyName: "denies", validationActions: ["Deny"] } });
      const place = await cluster.duePolicy({
        name: "denied",
        deleting: true,
        schedule: "* * * * * * *",
        spec: {
          matchConstraints: rulesOf("configmaps"),
          conditions: [
            {
              name: "here",
              expression: `object.metadata.namespace == '${namespace}' && object.metadata.name == 'a'`,
            },
            { name: "armed", expression: "object.metadata.?labels.armed.orValue('no') == 'yes'" },
          ],
        },
      });
      const object = { type: kinds.configMap, namespace, name: "a" };
      // Rules of the cluster are in force a moment after they are written.
      await eventually("it is denied", async () => {
        await cluster.configMap(namespace, "a");
        await cluster.world.remove(object).catch(() => {});
        return (await cluster.world.get(object)) !== undefined;
      });
      await cluster.world.merge(object, { metadata: { labels: { armed: "yes" } } });
      await cluster.untilStatus(place, "it is counted", ({ lastRun }) => lastRun?.failed === 1);
      await cluster.world.remove(binding);
      await eventually("it goes", async () => (await cluster.world.get(object)) === undefined);
      await cluster.world.remove(place);
    },
  );
});
