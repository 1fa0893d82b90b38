import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { ContextAnswer } from "#engine/context/context-source.ts";
import { builtIn, FakeCluster } from "./fake-cluster.fixture.ts";
import { createScanWorld, namespace, pod, policy, teamRule } from "./scan-world.fixture.ts";

const { pods, clusterPolicies, namespaces } = builtIn;

const readingRule = (reference: string): object => ({
  match: { any: [{ resources: { kinds: ["Pod"] } }] },
  context: [{ name: "team", globalReference: { name: reference } }],
  validate: { message: "be it", pattern: { metadata: { labels: { team: "{{ team }}" } } } },
});

function setUp() {
  const cluster = new FakeCluster();
  cluster.set(namespaces, namespace("shop"));
  cluster.set(clusterPolicies, policy("whole", readingRule("team")));
  cluster.set(clusterPolicies, policy("part", readingRule("team.name")));
  cluster.set(clusterPolicies, policy("none", teamRule("blue")));
  cluster.set(pods, pod("a", "blue"));
  const entries = { answer: { kind: "value", value: "blue" } as ContextAnswer };
  const waiting: (() => void)[] = [];
  const world = createScanWorld(cluster, {
    globalEntries: {
      lookUp: () => entries.answer,
      settle: () => new Promise((resolve) => void waiting.push(resolve)),
    },
  });
  const shown = (): string =>
    (world.reports.shown()["Pod a"] ?? []).map((text) => text.split(":")[0]).join(" ");
  return { cluster, world, entries, waiting, shown };
}

describe("global context entries in the scan", () => {
  it("give new verdicts to the policies that read what changed, and to no others", async () => {
    const { cluster, world, entries, shown } = setUp();
    await world.start();
    await world.drain();
    assert.equal(shown(), "none/r pass part/r pass whole/r pass");
    entries.answer = { kind: "value", value: "red" };
    cluster.requests.length = 0;
    world.scan.globalEntryChanged("other", "all");
    world.scan.globalEntryChanged("team", new Set(["unread"]));
    await world.drain();
    assert.deepEqual([cluster.requests, shown()], [[], "none/r pass part/r pass whole/r pass"]);
    world.scan.globalEntryChanged("team", new Set([""]));
    await world.drain();
    assert.deepEqual(cluster.requests, ["list pods"]);
    // Where one verdict is new the object is judged whole.
    assert.equal(shown(), "none/r pass part/r fail whole/r fail");
    await world.stop();
  });

  it("are waited for", async () => {
    const { world, entries, waiting, shown } = setUp();
    entries.answer = { kind: "pending" };
    await world.start();
    await world.drain();
    assert.equal(shown(), "");
    entries.answer = { kind: "failed", message: "failed to fetch entry key=team" };
    for (const wake of waiting) wake();
    await world.drain();
    assert.equal(shown(), "none/r pass part/r error whole/r error");
    await world.stop();
  });
});
