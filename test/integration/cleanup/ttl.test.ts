import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { kinds } from "#test/faults/world/kinds.ts";
import { eventually } from "../scan/scan-cluster.ts";
import { joinCleanupCluster } from "./cleanup-cluster.ts";
import type { CleanupCluster } from "./cleanup-cluster.ts";

const label = "cleanup.kyverno.io/ttl";

describe("the label that gives an object a time to live", () => {
  let cluster: CleanupCluster;

  before(async () => {
    cluster = await joinCleanupCluster();
  });

  const labelled = (namespace: string, name: string, value: string, annotations: object = {}) =>
    cluster.world.ensure(
      { type: kinds.configMap, namespace, name },
      { metadata: { labels: { [label]: value }, annotations } },
    );
  const untilNames = (namespace: string, names: readonly string[]) =>
    eventually(`${namespace} has ${names.join(", ") || "nothing"}`, async () => {
      const found = await cluster.configMapNames(namespace);
      return JSON.stringify(found) === JSON.stringify(names);
    });

  test("an object goes when its time is over, and not before", async () => {
    const namespace = await cluster.namespace();
    const object = await cluster.configMap(namespace, "short", { labels: { [label]: "3s" } });
    await labelled(namespace, "long", "1d");
    const dueMs = Date.parse(String(object.metadata["creationTimestamp"])) + 3_000;
    await untilNames(namespace, ["long"]);
    const lateMs = Date.now() - dueMs;
    assert.ok(lateMs >= 0, `it went ${-lateMs} ms too early`);
    assert.ok(lateMs < 2_000, `it went ${lateMs} ms too late`);
  });

  test("a time that has passed, by date or instant, means at once", async () => {
    const namespace = await cluster.namespace();
    await labelled(namespace, "by-date", "2023-10-04");
    await labelled(namespace, "by-instant", "2023-10-04T003000Z");
    await labelled(namespace, "at-once", "0");
    await labelled(namespace, "later", "2199-01-01");
    await untilNames(namespace, ["later"]);
  });

  test("a label on an object that exists counts from its creation", async () => {
    const namespace = await cluster.namespace();
    await cluster.configMap(namespace, "old");
    await cluster.configMap(namespace, "other");
    await cluster.world.merge(
      { type: kinds.configMap, namespace, name: "old" },
      { metadata: { labels: { [label]: "1ms" } } },
    );
    await untilNames(namespace, ["other"]);
  });

  test("what cannot be read, what overflows and what is for ever stays, and one event tells of what cannot be read", async () => {
    const namespace = await cluster.namespace();
    const values = { broken: "1.5d", overflow: "999999d", forever: "forever" };
    for (const [name, value] of Object.entries(values)) await labelled(namespace, name, value);
    const event = {
      ...kinds.configMap,
      group: "events.k8s.io",
      version: "v1",
      kind: "Event",
      resource: "events",
    };
    const { value: events } = await eventually("an event tells of it", async () => {
      const found = await cluster.world.list(event, { namespace });
      return found.length > 0 ? found : false;
    });
    assert.deepEqual(
      events.map((found) => [(found["regarding"] as { name: string }).name, found["reason"]]),
      [["broken", "PolicyError"]],
    );
    await labelled(namespace, "witness", "0");
    await untilNames(namespace, ["broken", "forever", "overflow"]);
  });

  test("an object that carries a protecting marker stays", async () => {
    const marker = "cleanup.rearguard.io/protect";
    const namespace = await cluster.namespace();
    await labelled(namespace, "kept", "0", { [marker]: "never" });
    await labelled(namespace, "gone", "0");
    await untilNames(namespace, ["kept"]);
    const place = { type: kinds.configMap, namespace, name: "kept" };
    assert.notEqual(await cluster.world.get(place), undefined);
  });

  test("an object that is renewed lives on", async () => {
    const namespace = await cluster.namespace();
    const later = new Date(Date.now() + 3_600_000).toISOString().replace(/\.\d+Z$/, "Z");
    await labelled(namespace, "renewed", "1s", { "cleanup.rearguard.io/ttl-from": later });
    await labelled(namespace, "witness", "1s");
    await untilNames(namespace, ["renewed"]);
  });

  test("kinds that may not be deleted are named by a metric, and begin to work when they may", async () => {
    const namespace = await cluster.namespace();
    const cronJob = { type: kinds.cronJob, namespace, name: "old" };
    const container = { name: "main", image: "registry.example.com/app:1" };
    const template = { spec: { restartPolicy: "Never", containers: [container] } };
    const spec = { schedule: "0 0 1 1 *", jobTemplate: { spec: { template } } };
    await cluster.world.ensure(cronJob, { metadata: { labels: { [label]: "0" } }, spec });
    const degraded = () =>
      cluster.operatorProcess.metric("rearguard_ttl_kinds_degraded", { resource: "batch/v1/cronjobs" });
    await eventually("the kind is named", async () => (await degraded()) === 1);
    const rules = [{ apiGroups: ["batch"], resources: ["cronjobs"], verbs: ["list", "watch", "delete"] }];
    await cluster.grant("may-delete-cronjobs", rules);
    await eventually("it is deleted", async () => (await cluster.world.get(cronJob)) === undefined);
    await eventually("the kind is named no more", async () => (await degraded()) === 0);
  });
});
