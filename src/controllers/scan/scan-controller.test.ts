import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { builtIn, FakeCluster, typeOf } from "./fake-cluster.fixture.ts";
import { FakeReports } from "./fake-reports.fixture.ts";
import {
  configMap,
  configMapRule,
  createScanWorld,
  namespace,
  pod,
  policy,
  teamRule,
} from "./scan-world.fixture.ts";

const { pods, clusterPolicies, namespaces, configMaps } = builtIn;

function shop(...policies: readonly ReturnType<typeof policy>[]): FakeCluster {
  const cluster = new FakeCluster();
  cluster.set(namespaces, namespace("shop"));
  for (const one of policies) cluster.set(clusterPolicies, one);
  return cluster;
}

const resultOf = (shown: Record<string, string[]>, uid: string): string[] =>
  (shown[`Pod ${uid}`] ?? []).map((text) => text.slice(0, text.indexOf(":")));

describe("the scan controller", () => {
  it("judges what is there when it starts, after it knows what is reported", async () => {
    const cluster = shop(policy("p", teamRule("red")));
    cluster.set(pods, pod("a", "red"));
    cluster.set(pods, pod("b", "blue"));
    const world = createScanWorld(cluster);
    await world.start();
    await world.drain();
    const shown = world.reports.shown();
    assert.deepEqual([resultOf(shown, "a"), resultOf(shown, "b")], [["p/r pass"], ["p/r fail"]]);
    assert.deepEqual(world.reports.calls, ["start", "synced Pod"]);
    assert.deepEqual(world.told.violations, ["b ClusterPolicy/p/r fail"]);
    await world.stop();
  });

  it("waits for the CRDs of policies, says so, and goes on when they come", async () => {
    const cluster = shop(policy("p", teamRule("red")));
    cluster.set(pods, pod("a", "blue"));
    cluster.types = [namespaces, configMaps, pods];
    const world = createScanWorld(cluster);
    const starting = world.scan.start();
    await world.drain();
    assert.match(world.scan.waitingFor() ?? "", /install the CRDs/);
    cluster.types = Object.values(builtIn);
    world.scan.typesChanged();
    await world.drain();
    await starting;
    assert.equal(world.scan.waitingFor(), undefined);
    assert.deepEqual(resultOf(world.reports.shown(), "a"), ["p/r fail"]);
    await world.stop();
  });

  it("ends while it waits for policies that cannot be read", async () => {
    const cluster = shop();
    cluster.setReadable(clusterPolicies, "forbidden");
    const world = createScanWorld(cluster);
    const starting = world.scan.start();
    const refused = assert.rejects(starting);
    await world.drain();
    assert.match(world.scan.waitingFor() ?? "", /forbidden/);
    await world.stop();
    await refused;
  });

  it("lists a kind once for a storm of edits", async () => {
    const cluster = shop(policy("p", teamRule("red")), policy("q", teamRule("red")));
    cluster.set(pods, pod("a", "blue"));
    const world = createScanWorld(cluster);
    await world.start();
    await world.drain();
    cluster.requests.length = 0;
    for (let edit = 0; edit < 20; edit += 1) {
      cluster.set(clusterPolicies, policy("p", teamRule(`team-${edit}`)));
      cluster.set(clusterPolicies, policy("q", teamRule(`team-${edit}`)));
      await world.flush();
    }
    await world.drain();
    assert.deepEqual(cluster.requests, ["list pods"]);
    await world.stop();
  });

  it("lists only the namespaces that a policy names", async () => {
    const inShop = { kinds: ["Pod"], namespaces: ["shop"] };
    const cluster = shop(policy("p", teamRule("red", inShop)));
    cluster.set(pods, pod("a", "blue"));
    const world = createScanWorld(cluster);
    await world.start();
    await world.drain();
    cluster.requests.length = 0;
    cluster.set(clusterPolicies, policy("p", teamRule("blue", inShop)));
    await world.drain();
    assert.deepEqual(cluster.requests, ["list pods in shop"]);
    assert.deepEqual(resultOf(world.reports.shown(), "a"), ["p/r pass"]);
    await world.stop();
  });

  it("does nothing where a policy changes in what nobody judges by", async () => {
    const cluster = shop(policy("p", teamRule("red")));
    cluster.set(pods, pod("a", "blue"));
    const world = createScanWorld(cluster);
    await world.start();
    await world.drain();
    cluster.requests.length = 0;
    cluster.set(clusterPolicies, { ...policy("p", teamRule("red")), status: { ready: true } });
    await world.drain();
    assert.deepEqual(cluster.requests, []);
    await world.stop();
  });

  it("takes a policy's results back when it goes, and tells those who keep results of others", async () => {
    const cluster = shop(policy("p", teamRule("red")), policy("q", teamRule("blue")));
    cluster.set(pods, pod("a", "blue"));
    const world = createScanWorld(cluster);
    await world.start();
    await world.drain();
    cluster.delete(clusterPolicies, "p");
    await world.drain();
    assert.deepEqual(resultOf(world.reports.shown(), "a"), ["q/r pass"]);
    assert.ok(world.reports.calls.includes("policies went"));
    cluster.delete(clusterPolicies, "q");
    await world.drain();
    assert.deepEqual(world.reports.shown(), {});
    assert.ok(world.reports.calls.includes("unwatched Pod"));
    assert.ok(!cluster.watched().includes("pods"));
    await world.stop();
  });

  it("takes back what is reported of a kind whose policy goes while the stored reports are being listed", async () => {
    const cluster = shop(policy("p", teamRule("red")));
    const listed = Promise.withResolvers<void>();
    const reports = new FakeReports();
    reports.start = () => listed.promise;
    const world = createScanWorld(cluster, { reports });
    const starting = world.scan.start();
    await world.drain();
    cluster.delete(clusterPolicies, "p");
    await world.drain();
    listed.resolve();
    await world.drain();
    await starting;
    assert.deepEqual(reports.calls, ["policies went", "unwatched Pod"]);
    await world.stop();
  });

  it("picks a kind up when its CRD appears", async () => {
    const widgets = typeOf("example.com/v1", "Widget");
    const cluster = shop(policy("p", teamRule("red", { kinds: ["Widget"] })));
    cluster.set(widgets, { ...pod("w", "blue"), apiVersion: "example.com/v1", kind: "Widget" });
    const world = createScanWorld(cluster);
    await world.start();
    await world.drain();
    assert.deepEqual([...world.scan.unserved()], [["ClusterPolicy/p", ["Widget"]]]);
    cluster.types = [...cluster.types, widgets];
    world.scan.typesChanged();
    await world.drain();
    assert.deepEqual(Object.keys(world.reports.shown()), ["Widget w"]);
    await world.stop();
  });

  it("keeps the reports of a kind that from now on is judged in another version", async () => {
    const [v1, v2] = [
      typeOf("example.com/v1", "Widget"),
      typeOf("example.com/v2", "Widget", true, { preferred: false }),
    ];
    const cluster = shop(policy("p", teamRule("red", { kinds: ["example.com/v1/Widget"] })));
    cluster.types = [...cluster.types, v1, v2];
    cluster.set(v1, { ...pod("w", "blue"), apiVersion: "example.com/v1", kind: "Widget" });
    const world = createScanWorld(cluster);
    await world.start();
    await world.drain();
    const before = [...world.reports.writes];
    cluster.set(clusterPolicies, policy("p", teamRule("red", { kinds: ["example.com/v2/Widget"] })));
    await world.drain();
    assert.deepEqual(world.reports.writes, before);
    assert.ok(!world.reports.calls.includes("unwatched Widget"));
    assert.deepEqual(Object.keys(world.reports.shown()), ["Widget w"]);
    await world.stop();
  });

  it("puts results of several versions of a kind into one report", async () => {
    const [v1, v2] = [
      typeOf("example.com/v1", "Widget"),
      typeOf("example.com/v2", "Widget", true, { preferred: false }),
    ];
    const cluster = shop(
      policy("p", teamRule("red", { kinds: ["example.com/v1/Widget"] })),
      policy("q", teamRule("blue", { kinds: ["example.com/v2/Widget"] })),
    );
    cluster.types = [...cluster.types, v1, v2];
    cluster.set(v1, { ...pod("w", "blue"), apiVersion: "example.com/v1", kind: "Widget" });
    const world = createScanWorld(cluster);
    await world.start();
    await world.drain();
    cluster.set(v1, { ...pod("w", "red"), apiVersion: "example.com/v1", kind: "Widget" });
    await world.drain();
    const results = world.reports.shown()["Widget w"]?.map((text) => text.slice(0, 8));
    assert.deepEqual(results, ["p/r pass", "q/r fail"]);
    await world.stop();
  });

  it("judges anew what depends on a namespace's labels, and lists that namespace only", async () => {
    const inProd = { kinds: ["Pod"], namespaceSelector: { matchLabels: { env: "prod" } } };
    const cluster = shop(policy("p", teamRule("red", inProd)), policy("q", teamRule("red")));
    cluster.set(pods, pod("a", "blue"));
    const world = createScanWorld(cluster);
    await world.start();
    await world.drain();
    assert.deepEqual(resultOf(world.reports.shown(), "a"), ["q/r fail"]);
    cluster.requests.length = 0;
    cluster.set(namespaces, namespace("shop", { env: "prod" }));
    await world.drain();
    assert.deepEqual(resultOf(world.reports.shown(), "a"), ["p/r fail", "q/r fail"]);
    assert.deepEqual(cluster.requests, ["list pods in shop"]);
    await world.stop();
  });

  it("watches a ConfigMap that a policy names, and judges anew when it changes", async () => {
    const cluster = shop(policy("p", configMapRule));
    cluster.set(configMaps, configMap("teams", { team: "red" }));
    cluster.set(configMaps, configMap("other", { team: "red" }));
    cluster.set(pods, pod("a", "blue"));
    const world = createScanWorld(cluster);
    await world.start();
    await world.drain();
    assert.deepEqual(resultOf(world.reports.shown(), "a"), ["p/r fail"]);
    cluster.set(configMaps, configMap("teams", { team: "blue" }));
    await world.drain();
    assert.deepEqual(resultOf(world.reports.shown(), "a"), ["p/r pass"]);
    cluster.requests.length = 0;
    cluster.set(configMaps, configMap("other", { team: "blue" }));
    await world.drain();
    assert.deepEqual(cluster.requests, []);
    cluster.delete(configMaps, "cm-teams");
    await world.drain();
    assert.deepEqual(resultOf(world.reports.shown(), "a"), ["p/r error"]);
    cluster.delete(clusterPolicies, "p");
    await world.drain();
    assert.ok(!cluster.watched().includes("configmaps"));
    await world.stop();
  });

  it("does not let a slow verdict by an old policy overrule the new policy's", async () => {
    let isFull = false;
    const cluster = shop(policy("p", teamRule("red")));
    const reports = new FakeReports(() => (isFull ? cluster.gate() : undefined));
    cluster.set(pods, pod("a", "red"));
    const world = createScanWorld(cluster, { reports });
    await world.start();
    await world.drain();
    // The fail waits for room; the edit makes it a pass again, as the report says all the while.
    isFull = true;
    cluster.set(pods, pod("a", "blue"));
    cluster.step(() => 0);
    await world.clock.settle();
    cluster.set(clusterPolicies, policy("p", teamRule("blue")));
    for (let step = 0; step < 20; step += 1) {
      // The queue's gate is the first stream that waits: everything else goes before it.
      cluster.step((count) => count - 1);
      await world.clock.advance(10);
    }
    isFull = false;
    await world.drain();
    assert.deepEqual(resultOf(reports.shown(), "a"), ["p/r pass"]);
    await world.stop();
  });

  it("says what it cannot judge, once the kind was unreadable for a minute, and takes it back", async () => {
    const cluster = shop(
      policy("p", teamRule("red")),
      policy("q", teamRule("red", { kinds: ["ConfigMap"] })),
    );
    cluster.set(pods, pod("a", "blue"));
    const world = createScanWorld(cluster);
    await world.start();
    await world.drain();
    cluster.setReadable(pods, "pods is forbidden");
    await world.drain(59_000);
    assert.equal(world.reports.shown()["ClusterPolicy p"], undefined);
    await world.drain(2_000);
    const [error = ""] = world.reports.shown()["ClusterPolicy p"] ?? [];
    assert.match(error, /^p\/r error: .*v1 Pod \(pods is forbidden\)/);
    assert.equal(world.reports.shown()["ClusterPolicy q"], undefined);
    assert.equal(world.told.blocked.length, 1);
    assert.deepEqual(resultOf(world.reports.shown(), "a"), ["p/r fail"]);
    cluster.setReadable(pods, undefined);
    await world.drain();
    assert.equal(world.reports.shown()["ClusterPolicy p"], undefined);
    assert.equal(world.told.blocked.length, 1);
    await world.stop();
  });

  it("takes back what an earlier process said of a kind that can be read now", async () => {
    const cluster = shop(policy("p", teamRule("red")));
    const reports = new FakeReports();
    const owner = { apiVersion: "kyverno.io/v1", kind: "ClusterPolicy", name: "p", uid: "p" };
    await reports.put(owner, [
      { source: "kyverno", policy: "p", rule: "r", result: "error", message: "old" },
    ]);
    const world = createScanWorld(cluster, { reports });
    await world.start();
    await world.drain();
    assert.deepEqual(reports.shown(), {});
    await world.stop();
  });

  it("says nothing of kinds while nothing at all can be read", async () => {
    const cluster = shop(policy("p", teamRule("red")));
    const world = createScanWorld(cluster);
    await world.start();
    await world.drain();
    for (const type of Object.values(builtIn)) cluster.setReadable(type, "connection refused");
    await world.drain(120_000);
    for (const type of Object.values(builtIn)) cluster.setReadable(type, undefined);
    await world.drain();
    assert.deepEqual([world.told.blocked, world.reports.writes], [[], []]);
    await world.stop();
  });

  it("leaves out what settings leave out, and takes back what it said of it", async () => {
    let leftOut = "";
    const cluster = shop(policy("p", teamRule("red")));
    cluster.set(pods, pod("a", "blue"));
    cluster.set(pods, pod("b", "blue"));
    const world = createScanWorld(cluster, { isLeftOut: (_type, { metadata }) => metadata.name === leftOut });
    await world.start();
    await world.drain();
    leftOut = "a";
    world.scan.requestEverywhere({ policies: "all", namespaces: undefined, reason: "settings" });
    await world.drain();
    assert.deepEqual(Object.keys(world.reports.shown()), ["Pod b"]);
    await world.stop();
  });

  it("reads an object again whose report was touched", async () => {
    const cluster = shop(policy("p", teamRule("red")));
    cluster.set(pods, pod("a", "blue"));
    const world = createScanWorld(cluster);
    await world.start();
    await world.drain();
    cluster.requests.length = 0;
    world.reports.ownerGone("a");
    world.scan.rejudge.soon("a");
    await world.drain();
    assert.deepEqual(cluster.requests, ["get pods a"]);
    assert.deepEqual(resultOf(world.reports.shown(), "a"), ["p/r fail"]);
    await world.stop();
  });
});
