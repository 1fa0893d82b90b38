import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { kinds } from "#test/faults/world/kinds.ts";
import { eventually, startScanCluster, untilSettled, verdictsOf, wantLabel } from "./scan-cluster.ts";
import type { ScanCluster, ScanOperator } from "./scan-cluster.ts";

const lease = { type: kinds.lease, namespace: "kyverno", name: "kyverno-reports-controller" };
const podCount = 60;

describe("operators end and begin", () => {
  let cluster: ScanCluster;
  let namespace: string;
  let pods: string[];

  const versions = async (): Promise<ReadonlyMap<string, string>> => {
    const stored = await cluster.world.list(kinds.report, { namespace });
    return new Map(stored.map(({ metadata }) => [metadata.name, metadata.resourceVersion]));
  };
  /** Reports by uid that are not what they were. */
  const changedSince = async (before: ReadonlyMap<string, string>): Promise<string[]> => {
    const now = await versions();
    return [...new Set([...before.keys(), ...now.keys()])].filter((uid) => before.get(uid) !== now.get(uid));
  };
  const writesOf = async (since?: Awaited<ReturnType<ScanCluster["plane"]["auditCounts"]>>) =>
    cluster.plane.auditCounts({
      userAgent: "rearguard/",
      verb: ["create", "update", "patch", "delete"],
      ...(since === undefined ? {} : { since }),
    });
  const run = async (work: (operator: ScanOperator) => Promise<void>): Promise<void> => {
    const operator = await cluster.operator();
    await untilSettled(operator);
    await work(operator);
    assert.equal(await operator.stop(), 0);
  };

  before(async () => {
    cluster = await startScanCluster();
    namespace = await cluster.namespace();
    pods = await Promise.all(
      Array.from({ length: podCount }, (_, index) => cluster.pod(namespace, `pod-${index}`)),
    );
    await cluster.policy({
      name: "team",
      rules: [wantLabel("t", ["Pod"], "team", { namespaces: [namespace] })],
    });
    await run(async () => {});
  });

  after(async () => {
    await cluster.stop();
  });

  test("a restart over unchanged objects writes nothing", async () => {
    const before = await versions();
    assert.equal(before.size, podCount);
    const counted = await writesOf();
    await run(async () => {});
    assert.deepEqual(await changedSince(before), []);
    // A question about one's own rights is a POST that stores nothing.
    const written = (await writesOf(counted)).rows.filter(
      ({ apiGroup }) => apiGroup !== "authorization.k8s.io",
    );
    assert.deepEqual(written, []);
  });

  test("what changed while nobody looked is written at the start, and nothing else", async () => {
    const before = await versions();
    const [relabelled = "", deleted = ""] = pods;
    await cluster.world.merge(
      { type: kinds.pod, namespace, name: "pod-0" },
      { metadata: { labels: { team: "a" } } },
    );
    await cluster.world.remove({ type: kinds.pod, namespace, name: "pod-1" });
    const created = await cluster.pod(namespace, "created-meanwhile");
    await run(async () => {
      await eventually("the reports are as the objects are", async () => {
        const changed = await changedSince(before);
        return changed.toSorted().join() === [relabelled, deleted, created].toSorted().join();
      });
      assert.deepEqual(verdictsOf(await cluster.report(namespace, relabelled)), ["team/t=pass"]);
      assert.deepEqual(verdictsOf(await cluster.report(namespace, created)), ["team/t=fail"]);
    });
  });

  test("a policy that went while nobody looked leaves the reports at the start", async () => {
    const extra = [wantLabel("e", ["Pod"], "extra", { namespaces: [namespace] })];
    await cluster.policy({ name: "extra", rules: extra });
    await run(async () => {
      await eventually("the policy is judged", async () =>
        verdictsOf(await cluster.report(namespace, pods[5] ?? "")).includes("extra/e=fail"),
      );
    });
    await cluster.world.remove({ type: kinds.clusterPolicy, name: "extra" });
    await run(async () => {
      await eventually("no report speaks of the policy", async () => {
        const stored = await cluster.world.list(kinds.report, { namespace });
        return stored.every((report) => verdictsOf(report).every((verdict) => !verdict.startsWith("extra/")));
      });
    });
  });

  test("kill -9 in a first scan, then a start: every report is there once and none is written twice", async () => {
    for (const uid of (await versions()).keys())
      await cluster.world.remove({ type: kinds.report, namespace, name: uid });
    const counted = await cluster.plane.auditCounts();
    const victim = await cluster.operator([], { asProcess: true });
    await eventually("some reports are written", async () => (await versions()).size > 3);
    await victim.stop("SIGKILL");
    // So that the next one need not wait for it to run out.
    await cluster.world.remove(lease);
    await run(async () => {
      await eventually("all reports are there", async () => (await versions()).size === podCount);
    });
    const { rows } = await cluster.plane.auditCounts({
      resource: "policyreports",
      userAgent: "rearguard/",
      verb: ["create", "update"],
      namespace,
      since: counted,
    });
    const accepted = rows.filter(({ code }) => code < 300).reduce((sum, { count }) => sum + count, 0);
    // A write whose sender was killed before the answer may be missing in the audit log; a double one would be there.
    assert.ok(accepted <= podCount, `${accepted} writes for ${podCount} reports`);
  });

  test("old conditions of a policy that say the same are left alone", async () => {
    await run(async () => {
      await eventually("the policy has conditions", async () => {
        const policy = await cluster.world.get({ type: kinds.clusterPolicy, name: "team" });
        return policy?.["status"] !== undefined;
      });
    });
    const place = { type: kinds.clusterPolicy, name: "team" };
    const before = (await cluster.world.get(place))?.metadata.resourceVersion;
    await run(async () => {});
    assert.equal((await cluster.world.get(place))?.metadata.resourceVersion, before);
  });
});
