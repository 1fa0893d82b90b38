import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { kinds } from "#test/faults/world/kinds.ts";
import { eventually, startScanCluster, untilSettled, verdictsOf, wantLabel } from "./scan-cluster.ts";
import type { ScanCluster } from "./scan-cluster.ts";

const lease = { type: kinds.lease, namespace: "kyverno", name: "kyverno-reports-controller" };
/** Starting the source takes a while on a busy machine; a shorter Lease would be lost. */
const shortLease = ["--lease-duration=8s", "--lease-renew-deadline=7s"];

describe("operators and their Lease", () => {
  let cluster: ScanCluster;

  const leaseSpec = async () =>
    ((await cluster.world.get(lease))?.["spec"] ?? {}) as Readonly<Record<string, unknown>>;

  before(async () => {
    cluster = await startScanCluster();
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
    const namespace = await cluster.namespace();
    const pod = await cluster.pod(namespace, "web");
    await cluster.policy({
      name: "team",
      rules: [wantLabel("t", ["Pod"], "team", { namespaces: [namespace] })],
    });
    const first = await cluster.operator([...shortLease, "--pod-name=first"], { asProcess: true });
    await untilSettled(first);
    const second = await cluster.operator([...shortLease, "--pod-name=second"], { asProcess: true });
    assert.equal(await second.metric("rearguard_lease_held"), 0);
    await first.stop("SIGKILL");
    await cluster.world.merge(
      { type: kinds.pod, namespace, name: "web" },
      { metadata: { labels: { team: "b" } } },
    );
    const { ms } = await eventually("the second one writes", async () =>
      verdictsOf(await cluster.report(namespace, pod)).includes("team/t=pass"),
    );
    assert.ok(ms < 28_000, `the change took ${Math.round(ms)} ms, with a Lease of 8 s`);
    assert.equal(await second.stop(), 0);
  });
});
