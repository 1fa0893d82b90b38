import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createExceptionIndex } from "#engine/exceptions/exception-index.ts";
import { builtIn, FakeCluster, typeOf } from "./fake-cluster.fixture.ts";
import { createScanWorld, namespace, pod, policy, teamRule } from "./scan-world.fixture.ts";

const { pods, clusterPolicies, namespaces } = builtIn;
const policyExceptions = typeOf("kyverno.io/v2", "PolicyException");

function exceptionFor(pattern: string) {
  return {
    apiVersion: "kyverno.io/v2",
    kind: "PolicyException",
    metadata: {
      namespace: "shop",
      name: "allow",
      uid: "allow",
      resourceVersion: "1",
      generation: pattern.length,
    },
    spec: {
      exceptions: [{ policyName: "p", ruleNames: ["r"] }],
      match: { any: [{ resources: { kinds: ["Pod"], names: [pattern] } }] },
    },
  };
}

function worldWithExceptions() {
  const cluster = new FakeCluster();
  cluster.types = [...cluster.types, policyExceptions];
  cluster.set(namespaces, namespace("shop"));
  cluster.set(clusterPolicies, policy("p", teamRule("red")));
  cluster.set(pods, pod("a", "blue"));
  cluster.set(pods, pod("b", "blue"));
  const world = createScanWorld(cluster, { exceptions: createExceptionIndex({ namespace: "*" }) });
  const verdict = (uid: string): string =>
    (world.reports.shown()[`Pod ${uid}`] ?? []).join(" ").split(":")[0] ?? "";
  return { cluster, world, verdict };
}

describe("exceptions in the scan", () => {
  it("keep a rule from an object as soon as they come, and no longer than they stay", async () => {
    const { cluster, world, verdict } = worldWithExceptions();
    await world.start();
    await world.drain();
    assert.deepEqual([verdict("a"), verdict("b")], ["p/r fail", "p/r fail"]);
    cluster.set(policyExceptions, exceptionFor("a"));
    await world.drain();
    assert.deepEqual([verdict("a"), verdict("b")], ["p/r skip", "p/r fail"]);
    assert.deepEqual(world.told.excepted, ["a ClusterPolicy/p/r by shop/allow"]);
    world.scan.requestEverywhere({ policies: "all", namespaces: undefined, reason: "schedule" });
    await world.drain();
    assert.equal(world.told.excepted.length, 1);
    cluster.set(policyExceptions, exceptionFor("b*"));
    await world.drain();
    assert.deepEqual([verdict("a"), verdict("b")], ["p/r fail", "p/r skip"]);
    cluster.delete(policyExceptions, "allow");
    await world.drain();
    assert.deepEqual([verdict("a"), verdict("b")], ["p/r fail", "p/r fail"]);
    await world.stop();
  });

  it("are known before anything is judged", async () => {
    const { cluster, world, verdict } = worldWithExceptions();
    cluster.set(policyExceptions, exceptionFor("*"));
    await world.start();
    await world.drain();
    assert.deepEqual([verdict("a"), verdict("b")], ["p/r skip", "p/r skip"]);
    assert.deepEqual(world.told.violations, []);
    await world.stop();
  });
});
