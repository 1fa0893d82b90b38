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

  const leaseSpec = async () =>
    ((await cluster.world.get(lease))?.["spec"] ?? {}) as Readonly<Record<string, unknown>>;
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

  test("a stop that is asked for gives the Lease back at once", async () => {
    const operator = await cluster.operator();
    await untilSettled(operator);
    assert.notEqual((await leaseSpec())["holderIdentity"], "");
    const startMs = performance.now();
    assert.equal(await operator.stop(), 0);
    const ms = performance.now() - startMs;
    assert.ok(ms < 5_000, `stopping took ${Math.round(ms)} ms`);
    assert.equal((await leaseSpec())["holderIdentity"] ?? "", "");
  });

  test("a restart over unchanged objects writes nothing", async () => {
    const before = await versions();
    assert.equal(before.size, podCount);
    const counted = await writesOf();
    await run(async () => {});
    assert.deepEqual(await changedSince(before), []);
    assert.deepEqual((await writesOf(counted)).rows, []);
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
    const victim = await cluster.operator();
    await eventually("some reports are written", async () => (await versions()).size > 3);
    await victim.stop("SIGKILL");
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

  test("an expired Lease of somebody who never came back is taken, a living one is waited for", async () => {
    const now = new Date().toISOString().replace("Z", "000Z");
    const spec = {
      holderIdentity: "kyverno-reports-controller-5d9c_0a1b",
      leaseDurationSeconds: 3,
      acquireTime: "2026-01-01T00:00:00.000000Z",
      renewTime: now,
      leaseTransitions: 7,
    };
    await cluster.world.replace(lease, { spec });
    const operator = await cluster.operator();
    // Renewed by its holder: the wait begins anew.
    await cluster.world.merge(lease, { spec: { renewTime: new Date().toISOString().replace("Z", "001Z") } });
    const renewedMs = performance.now();
    await eventually("the Lease is ours", async () => {
      const { holderIdentity } = await leaseSpec();
      return holderIdentity !== spec.holderIdentity;
    });
    const waitedMs = performance.now() - renewedMs;
    assert.ok(waitedMs >= 2_900, `the Lease was respected for ${Math.round(waitedMs)} ms only`);
    assert.equal((await leaseSpec())["leaseTransitions"], 8);
    assert.equal(await operator.stop(), 0);
  });

  test("of two processes one works, and the other goes on when the first one is killed", async () => {
    const first = await cluster.operator(["--pod-name=first"]);
    await untilSettled(first);
    const second = await cluster.operator(["--pod-name=second"]);
    assert.equal(await second.metric("rearguard_lease_held"), 0);
    await first.stop("SIGKILL");
    await cluster.world.merge(
      { type: kinds.pod, namespace, name: "pod-7" },
      { metadata: { labels: { team: "b" } } },
    );
    const { ms } = await eventually("the second one writes", async () =>
      verdictsOf(await cluster.report(namespace, pods[7] ?? "")).includes("team/t=pass"),
    );
    assert.ok(ms < 26_000, `the change took ${Math.round(ms)} ms, with a Lease of 6 s`);
    assert.equal(await second.stop(), 0);
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
