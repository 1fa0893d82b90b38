import assert from "node:assert/strict";
import { it } from "node:test";
import { builtIn, FakeCluster } from "./fake-cluster.fixture.ts";
import { createScanWorld, namespace, pod, policy, teamRule } from "./scan-world.fixture.ts";

const { pods, clusterPolicies, namespaces } = builtIn;

it("a policy that cannot be read any more says so in a report of its own, until it can or is gone", async () => {
  const cluster = new FakeCluster();
  cluster.set(namespaces, namespace("shop"));
  const [sound, beside] = [policy("p", teamRule("red")), policy("q", teamRule("red"))];
  const broken = { ...sound, spec: { rules: "none" } };
  cluster.set(clusterPolicies, sound);
  cluster.set(clusterPolicies, beside);
  cluster.set(pods, pod("a", "blue"));
  const world = createScanWorld(cluster);
  await world.start();
  await world.drain();
  const shown = (): readonly [string, string] => [
    (world.reports.shown()["ClusterPolicy p"] ?? []).join(" "),
    (world.reports.shown()["Pod a"] ?? []).join(" "),
  ];
  assert.match(shown()[1], /p\/r fail.*q\/r fail/);
  cluster.set(clusterPolicies, broken);
  await world.drain();
  assert.match(
    shown()[0],
    /^p\/ ?error: objects are not judged by this policy, because it cannot be read: spec\.rules/,
  );
  assert.match(shown()[1], /^q\/r fail/);
  assert.deepEqual(world.told.blocked.length, 1);
  cluster.set(clusterPolicies, sound);
  await world.drain();
  assert.equal(shown()[0], "");
  assert.match(shown()[1], /p\/r fail.*q\/r fail/);
  cluster.set(clusterPolicies, broken);
  await world.drain();
  cluster.delete(clusterPolicies, "p");
  await world.drain();
  assert.equal(shown()[0], "");
  await world.stop();
});

it("a policy that cannot be read from the start has a report that says so", async () => {
  const cluster = new FakeCluster();
  cluster.set(clusterPolicies, { ...policy("p", teamRule("red")), spec: { rules: [{ name: 1 }] } });
  const world = createScanWorld(cluster);
  await world.start();
  await world.drain();
  assert.deepEqual(Object.keys(world.reports.shown()), ["ClusterPolicy p"]);
  await world.stop();
});
