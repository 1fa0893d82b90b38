import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { eventually, resultsOf } from "../scan/scan-cluster.ts";
import type { KubeObject } from "#api/meta/object-meta.ts";
import { kinds } from "#test/faults/world/kinds.ts";
import { startCleanupCluster } from "./cleanup-cluster.ts";
import type { CleanupCluster } from "./cleanup-cluster.ts";

const prefix = "cleanup.rearguard.io/";

describe("what audits and held runs say in reports", () => {
  let cluster: CleanupCluster;

  before(async () => {
    // With the scan in the same process, as it is installed: results go to the one writer of reports.
    cluster = await startCleanupCluster(["--only=scan,cleanup,ttl"]);
  });

  after(async () => {
    await cluster.stop();
  });

  const resultOn = async (object: KubeObject, namespace: string | undefined) => {
    const report = await cluster.report(namespace, object.metadata.uid);
    return resultsOf(report).map(({ policy, source, result, message }) => ({
      policy,
      source,
      result,
      message,
    }));
  };
  test("an audit warns on each object that would go, and takes it back when it would not", async () => {
    const namespace = await cluster.namespace();
    const [stale, other] = [
      await cluster.configMap(namespace, "stale", { labels: { tier: "cache" } }),
      await cluster.configMap(namespace, "other"),
    ];
    const place = await cluster.duePolicy({
      name: "audited",
      deleting: true,
      schedule: "* * * * * * *",
      annotations: { [`${prefix}mode`]: "audit" },
      spec: {
        matchConstraints: {
          resourceRules: [
            { apiGroups: [""], apiVersions: ["v1"], operations: ["*"], resources: ["configmaps"] },
          ],
          objectSelector: { matchLabels: { tier: "cache" } },
        },
      },
    });
    const warning = {
      policy: "audited",
      source: "KyvernoDeletingPolicy",
      result: "warn",
      message: "DeletingPolicy audited would delete it",
    };
    await eventually("it is reported", async () => (await resultOn(stale, namespace)).length === 1);
    assert.deepEqual(await resultOn(stale, namespace), [warning]);
    assert.deepEqual(await resultOn(other, namespace), []);
    assert.deepEqual(await cluster.configMapNames(namespace), ["other", "stale"]);
    assert.equal(await cluster.operatorProcess.metric("rearguard_cleanup_audit_results"), 1);

    const object = { type: kinds.configMap, namespace, name: "stale" };
    await cluster.world.merge(object, { metadata: { labels: { tier: "web" } } });
    await eventually("it is taken back", async () => (await resultOn(stale, namespace)).length === 0);

    const later = await cluster.configMap(namespace, "later", { labels: { tier: "cache" } });
    await eventually("the next one is reported", async () => (await resultOn(later, namespace)).length === 1);
    await cluster.world.remove(place);
    await eventually(
      "what it said leaves with the policy",
      async () => (await resultOn(later, namespace)).length === 0,
    );
    await eventually(
      "the metric says so",
      async () => (await cluster.operatorProcess.metric("rearguard_cleanup_audit_results")) === 0,
    );
    assert.equal((await cluster.configMapNames(namespace)).length, 3);
  });

  test("a held run stands on its policy until one is carried out", async () => {
    const namespace = await cluster.namespace();
    for (const name of ["a", "b"]) await cluster.configMap(namespace, name);
    const place = await cluster.duePolicy({
      name: "limited",
      namespace,
      annotations: { [`${prefix}max-deletions`]: "1" },
      spec: { match: { any: [{ resources: { kinds: ["ConfigMap"], names: ["a", "b"] } }] } },
    });
    const policy = (await cluster.world.get(place)) ?? assert.fail();
    await eventually("it is reported", async () => (await resultOn(policy, namespace)).length === 1);
    assert.deepEqual(await resultOn(policy, namespace), [
      {
        policy: `${namespace}/limited`,
        source: "KyvernoCleanupPolicy",
        result: "fail",
        message: "run held, nothing was deleted: 2 objects match, the limit is 1",
      },
    ]);
    const { heldRun } = await cluster.untilStatus(
      place,
      "its status says so",
      (status) => status.heldRun !== undefined,
    );
    assert.ok(heldRun);
    const annotations = { [`${prefix}confirm-run`]: heldRun.scheduledTime };
    await cluster.world.merge(place, { metadata: { annotations } });
    await eventually("it is taken back", async () => (await resultOn(policy, namespace)).length === 0);
    assert.deepEqual(await cluster.configMapNames(namespace), []);
  });
});
