import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { kinds } from "#test/faults/world/kinds.ts";
import { eventually } from "../scan/scan-cluster.ts";
import { butRootCertificates, configMapsOf, joinCleanupCluster } from "./cleanup-cluster.ts";
import type { CleanupCluster } from "./cleanup-cluster.ts";

const prefix = "cleanup.rearguard.io/";

const configMapRules = {
  resourceRules: [{ apiGroups: [""], apiVersions: ["v1"], operations: ["*"], resources: ["configmaps"] }],
};

describe("policies that delete on a schedule", () => {
  let cluster: CleanupCluster;

  before(async () => {
    cluster = await joinCleanupCluster();
  });

  const conditionOf = (
    status: {
      readonly conditions?: readonly {
        readonly type: string;
        readonly status: string;
        readonly message: string;
      }[];
    },
    type: string,
  ) => status.conditions?.find((condition) => condition.type === type);

  test("a run that is due deletes what matches, leaves the rest, and says so", async () => {
    const namespace = await cluster.namespace();
    await cluster.configMap(namespace, "old-1", { labels: { stale: "yes" } });
    await cluster.configMap(namespace, "old-2", { labels: { stale: "yes" } });
    await cluster.configMap(namespace, "new");
    const place = await cluster.duePolicy({
      name: "stale",
      spec: configMapsOf(namespace, { selector: { matchLabels: { stale: "yes" } } }),
    });
    const status = await cluster.untilStatus(
      place,
      "it ran",
      ({ lastRun }) => lastRun?.outcome === "Completed",
    );
    assert.deepEqual(await cluster.configMapNames(namespace), ["new"]);
    assert.equal(status.lastRun?.deleted, 2);
    assert.equal(status.lastRun?.matched, 2);
    assert.equal(conditionOf(status, "Ready")?.status, "True");
    assert.ok(Date.parse(status.nextExecutionTime ?? "") > Date.parse(status.lastExecutionTime ?? ""));
  });

  test("conditions and context decide per object", async () => {
    const namespace = await cluster.namespace();
    await cluster.configMap(namespace, "a", { labels: { age: "9" } });
    await cluster.configMap(namespace, "b", { labels: { age: "1" } });
    const place = await cluster.duePolicy({
      name: "aged",
      spec: {
        ...configMapsOf(namespace),
        context: [{ name: "age", variable: { jmesPath: "to_number(target.metadata.labels.age || '0')" } }],
        conditions: { all: [{ key: "{{ age }}", operator: "GreaterThan", value: 5 }] },
      },
    });
    await cluster.untilStatus(place, "it ran", ({ lastRun }) => lastRun !== undefined);
    assert.deepEqual(await cluster.configMapNames(namespace), ["b"]);
  });

  test("a run beyond a limit deletes nothing until it is confirmed", async () => {
    const namespace = await cluster.namespace();
    for (const name of ["a", "b", "c"]) await cluster.configMap(namespace, name);
    const place = await cluster.duePolicy({
      name: "limited",
      schedule: "0 0 1 1 *",
      annotations: { [`${prefix}max-deletions`]: "2" },
      spec: configMapsOf(namespace),
    });
    const status = await cluster.untilStatus(place, "it is held", ({ heldRun }) => heldRun !== undefined);
    assert.equal(status.lastRun?.outcome, "Held");
    assert.match(
      conditionOf(status, "LimitHeld")?.message ?? "",
      /3 objects match, the limit is 2; nothing was deleted/,
    );
    assert.deepEqual(await cluster.configMapNames(namespace), ["a", "b", "c"]);
    const confirm = { [`${prefix}confirm-run`]: status.heldRun?.scheduledTime };
    await cluster.world.merge(place, { metadata: { annotations: confirm } });
    const after = await cluster.untilStatus(
      place,
      "it went on",
      ({ lastRun }) => lastRun?.outcome === "Completed",
    );
    assert.equal(after.lastRun?.deleted, 3);
    assert.equal(after.heldRun, undefined);
    assert.equal(conditionOf(after, "LimitHeld")?.status, "False");
    assert.deepEqual(await cluster.configMapNames(namespace), []);
  });

  test("what carries a marker stays, and so does what lives in a marked namespace", async () => {
    const namespace = await cluster.namespace();
    await cluster.configMap(namespace, "kept", { annotations: { [`${prefix}protect`]: "never" } });
    await cluster.configMap(namespace, "gone", { annotations: { [`${prefix}protect`]: "2020-01-01" } });
    const place = await cluster.duePolicy({ name: "marked", spec: configMapsOf(namespace) });
    await cluster.untilStatus(place, "it ran", ({ lastRun }) => lastRun !== undefined);
    assert.deepEqual(await cluster.configMapNames(namespace), ["kept"]);

    const other = await cluster.namespace({ [`${prefix}protect`]: "never" });
    await cluster.configMap(other, "kept");
    const second = await cluster.duePolicy({ name: "marked-namespace", spec: configMapsOf(other) });
    const status = await cluster.untilStatus(second, "it ran", ({ lastRun }) => lastRun !== undefined);
    assert.equal(status.lastRun?.deleted, 0);
    assert.deepEqual(await cluster.configMapNames(other), ["kept"]);
  });

  test("an audit says what would go", async () => {
    const namespace = await cluster.namespace();
    await cluster.configMap(namespace, "a");
    const place = await cluster.duePolicy({
      name: "audited",
      annotations: { [`${prefix}mode`]: "audit" },
      spec: configMapsOf(namespace),
    });
    const status = await cluster.untilStatus(
      place,
      "it ran",
      ({ lastRun }) => lastRun?.outcome === "Audited",
    );
    assert.equal(status.lastRun?.matched, 1);
    assert.equal(status.lastRun?.deleted, 0);
    assert.deepEqual(await cluster.configMapNames(namespace), ["a"]);
  });

  test("with a grace period an object is marked first, and unmarked when it matches no more", async () => {
    const namespace = await cluster.namespace();
    await cluster.configMap(namespace, "a", { labels: { stale: "yes" } });
    const place = await cluster.duePolicy({
      name: "patient",
      deleting: true,
      schedule: "* * * * * * *",
      annotations: { [`${prefix}grace-period`]: "1h" },
      spec: {
        matchConstraints: { ...configMapRules, objectSelector: { matchLabels: { stale: "yes" } } },
        conditions: [{ name: "here", expression: `object.metadata.namespace == '${namespace}'` }],
      },
    });
    await cluster.untilStatus(place, "it ran", ({ lastRun }) => lastRun !== undefined);
    const object = { type: kinds.configMap, namespace, name: "a" };
    const marksOf = async () =>
      Object.keys((await cluster.world.get(object))?.metadata["annotations"] ?? {}).filter((key) =>
        key.startsWith(`${prefix}delete-after.`),
      );
    assert.equal((await marksOf()).length, 1);
    await cluster.world.merge(object, { metadata: { labels: { stale: "no" } } });
    await eventually("it is unmarked", async () => (await marksOf()).length === 0);
    assert.deepEqual(await cluster.configMapNames(namespace), ["a"]);
  });

  test("the newest of each group stay", async () => {
    const namespace = await cluster.namespace();
    for (const name of ["x-1", "x-2", "y-1"]) {
      await cluster.configMap(namespace, name, { labels: { app: name.slice(0, 1) } });
    }
    const place = await cluster.duePolicy({
      name: "keeps-last",
      annotations: { [`${prefix}keep-last`]: "1", [`${prefix}keep-last-by`]: "app" },
      spec: configMapsOf(namespace),
    });
    await cluster.untilStatus(place, "it ran", ({ lastRun }) => lastRun !== undefined);
    const left = await cluster.configMapNames(namespace);
    assert.equal(left.length, 2);
    assert.ok(left.includes("y-1"));
  });

  test("a policy of a namespace reaches that namespace only", async () => {
    const [own, other] = [await cluster.namespace(), await cluster.namespace()];
    for (const namespace of [own, other]) await cluster.configMap(namespace, "a");
    const place = await cluster.duePolicy({
      name: "inside",
      namespace: own,
      spec: {
        match: { any: [{ resources: { kinds: ["ConfigMap", "Namespace"] } }] },
        exclude: butRootCertificates,
      },
    });
    const status = await cluster.untilStatus(place, "it ran", ({ lastRun }) => lastRun !== undefined);
    assert.deepEqual(await cluster.configMapNames(own), []);
    assert.deepEqual(await cluster.configMapNames(other), ["a"]);
    assert.match(status.lastRun?.message ?? "", /Namespace is cluster-scoped/);
  });

  test("a schedule that cannot run is a condition with the form that can, and stops no other policy", async () => {
    const place = await cluster.duePolicy({
      name: "bad-schedule",
      schedule: "@midnight",
      spec: configMapsOf("nowhere"),
    });
    const bad = await cluster.untilStatus(
      place,
      "it is told",
      (status) => conditionOf(status, "Ready") !== undefined,
    );
    assert.equal(conditionOf(bad, "Ready")?.status, "False");
    assert.match(conditionOf(bad, "Ready")?.message ?? "", /write @daily/);
    const namespace = await cluster.namespace();
    await cluster.configMap(namespace, "a");
    const good = await cluster.duePolicy({ name: "good-schedule", spec: configMapsOf(namespace) });
    await cluster.untilStatus(good, "it ran", ({ lastRun }) => lastRun?.deleted === 1);
  });

  test("an annotation that cannot be read keeps the policy from running", async () => {
    const namespace = await cluster.namespace();
    await cluster.configMap(namespace, "a");
    const place = await cluster.duePolicy({
      name: "typing-error",
      annotations: { [`${prefix}max-deletion`]: "1" },
      spec: configMapsOf(namespace),
    });
    const status = await cluster.untilStatus(
      place,
      "it is told",
      (found) => conditionOf(found, "Ready") !== undefined,
    );
    assert.match(conditionOf(status, "Ready")?.message ?? "", /max-deletion is not known/);
    assert.deepEqual(await cluster.configMapNames(namespace), ["a"]);
  });

  test("an object that does not go away stops nothing and is counted once", async () => {
    const namespace = await cluster.namespace();
    await cluster.configMap(namespace, "stuck", { finalizers: ["example.com/never"] });
    await cluster.configMap(namespace, "free");
    const place = await cluster.duePolicy({ name: "stuck", spec: configMapsOf(namespace) });
    const first = await cluster.untilStatus(place, "it ran", ({ lastRun }) => lastRun !== undefined);
    assert.equal(first.lastRun?.deleted, 2);
    await cluster.world.merge(
      place,
      { status: { lastExecutionTime: "2001-01-01T00:00:00Z", lastRun: null } },
      "status",
    );
    await cluster.world.merge(
      { type: kinds.configMap, namespace, name: "stuck" },
      { metadata: { finalizers: null } },
    );
    await eventually("it is gone", async () => (await cluster.configMapNames(namespace)).length === 0);
  });

  test("what may not be listed is named, and the rest of the policy runs", async () => {
    const namespace = await cluster.namespace();
    await cluster.configMap(namespace, "a");
    const place = await cluster.duePolicy({
      name: "half-forbidden",
      spec: {
        match: { any: [{ resources: { kinds: ["ConfigMap", "Secret"], namespaces: [namespace] } }] },
        exclude: butRootCertificates,
      },
    });
    const status = await cluster.untilStatus(place, "it ran", ({ lastRun }) => lastRun !== undefined);
    assert.deepEqual(await cluster.configMapNames(namespace), []);
    assert.match(status.lastRun?.message ?? "", /secrets cannot be listed/);
  });

  test("a DeletingPolicy deletes what its expressions select", async () => {
    const namespace = await cluster.namespace();
    await cluster.configMap(namespace, "old", { labels: { stale: "yes" } });
    await cluster.configMap(namespace, "new");
    const place = await cluster.duePolicy({
      name: "stale",
      deleting: true,
      spec: {
        matchConstraints: configMapRules,
        variables: [{ name: "stale", expression: "object.metadata.?labels.stale.orValue('no')" }],
        conditions: [
          { name: "here", expression: `object.metadata.namespace == '${namespace}'` },
          { name: "stale", expression: "variables.stale == 'yes'" },
        ],
      },
    });
    const status = await cluster.untilStatus(place, "it ran", ({ lastRun }) => lastRun !== undefined);
    assert.equal(status.lastRun?.deleted, 1);
    assert.deepEqual(await cluster.configMapNames(namespace), ["new"]);
    assert.equal((status as { conditionStatus?: { ready?: boolean } }).conditionStatus?.ready, true);
  });

  test("a NamespacedDeletingPolicy reaches its namespace only", async () => {
    const [own, other] = [await cluster.namespace(), await cluster.namespace()];
    for (const namespace of [own, other]) await cluster.configMap(namespace, "a");
    const place = await cluster.duePolicy({
      name: "inside",
      namespace: own,
      deleting: true,
      spec: {
        matchConstraints: configMapRules,
        conditions: [{ name: "not-root", expression: "object.metadata.name != 'kube-root-ca.crt'" }],
      },
    });
    await cluster.untilStatus(place, "it ran", ({ lastRun }) => lastRun !== undefined);
    assert.deepEqual(await cluster.configMapNames(own), []);
    assert.deepEqual(await cluster.configMapNames(other), ["a"]);
  });

  test("an expression that fails for one object is counted and keeps it, and the others go", async () => {
    const namespace = await cluster.namespace();
    await cluster.configMap(namespace, "bare");
    await cluster.configMap(namespace, "labelled", { labels: { stale: "yes" } });
    const place = await cluster.duePolicy({
      name: "half-broken",
      namespace,
      deleting: true,
      spec: {
        matchConstraints: configMapRules,
        conditions: [{ name: "stale", expression: "object.metadata.labels.stale == 'yes'" }],
      },
    });
    const status = await cluster.untilStatus(place, "it ran", ({ lastRun }) => lastRun !== undefined);
    assert.deepEqual(await cluster.configMapNames(namespace), ["bare"]);
    assert.ok((status.lastRun?.failed ?? 0) >= 1);
    assert.match(status.lastRun?.message ?? "", /no such key/);
  });
});
