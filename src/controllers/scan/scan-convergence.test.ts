import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { builtIn, FakeCluster } from "./fake-cluster.fixture.ts";
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

type Operation =
  | { readonly kind: "pod"; readonly name: string; readonly team: string; readonly status: number }
  | { readonly kind: "deletePod"; readonly name: string }
  | { readonly kind: "policy"; readonly name: string; readonly team: string; readonly form: number }
  | { readonly kind: "deletePolicy"; readonly name: string }
  | { readonly kind: "labels"; readonly env: string }
  | { readonly kind: "configMap"; readonly team: string }
  | { readonly kind: "relist"; readonly what: "pods" | "clusterPolicies" | "namespaces" | "configMaps" }
  | { readonly kind: "touch"; readonly name: string }
  | { readonly kind: "rescan" };

/** Something that happens, and what of all that is under way goes on before the next thing does. */
interface Moment {
  readonly operation: Operation;
  readonly choices: readonly number[];
  readonly ms: number;
}

const team = fc.constantFrom("red", "blue");
const name = fc.constantFrom("a", "b", "c");
const policyName = fc.constantFrom("p", "q");
const watched = fc.constantFrom(
  "pods" as const,
  "clusterPolicies" as const,
  "namespaces" as const,
  "configMaps" as const,
);

const kindOf = <const K extends string>(kind: K) => fc.constant<K>(kind);
const operation: fc.Arbitrary<Operation> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ kind: kindOf("pod"), name, team, status: fc.nat(1) }) },
  { weight: 1, arbitrary: fc.record({ kind: kindOf("deletePod"), name }) },
  { weight: 4, arbitrary: fc.record({ kind: kindOf("policy"), name: policyName, team, form: fc.nat(3) }) },
  { weight: 1, arbitrary: fc.record({ kind: kindOf("deletePolicy"), name: policyName }) },
  { weight: 2, arbitrary: fc.record({ kind: kindOf("labels"), env: fc.constantFrom("prod", "test") }) },
  { weight: 3, arbitrary: fc.record({ kind: kindOf("configMap"), team }) },
  { weight: 1, arbitrary: fc.record({ kind: kindOf("relist"), what: watched }) },
  { weight: 1, arbitrary: fc.record({ kind: kindOf("touch"), name }) },
  { weight: 1, arbitrary: fc.record({ kind: kindOf("rescan") }) },
);
const moment: fc.Arbitrary<Moment> = fc.record({
  operation,
  choices: fc.array(fc.nat(1_000), { maxLength: 10 }),
  ms: fc.constantFrom(0, 0, 10, 60, 60, 2_500),
});

function ruleOf(form: number, wanted: string): object {
  switch (form) {
    case 0:
      return teamRule(wanted);
    case 1:
      return teamRule(wanted, { kinds: ["Pod"], namespaces: ["shop"] });
    case 2:
      return teamRule(wanted, { kinds: ["Pod"], namespaceSelector: { matchLabels: { env: "prod" } } });
    default:
      return configMapRule;
  }
}

/** Uids of pods that are created again are new ones, as they are in a cluster. */
class Pods {
  readonly #generations = new Map<string, number>();

  uid(podName: string): string {
    return `${podName}${this.#generations.get(podName) ?? 0}`;
  }

  renew(podName: string): void {
    this.#generations.set(podName, (this.#generations.get(podName) ?? 0) + 1);
  }
}

function newCluster(): FakeCluster {
  const cluster = new FakeCluster();
  cluster.set(namespaces, namespace("shop", { env: "test" }));
  cluster.set(configMaps, configMap("teams", { team: "red" }));
  cluster.set(clusterPolicies, policy("p", teamRule("red")));
  return cluster;
}

type World = ReturnType<typeof createScanWorld>;

function act(cluster: FakeCluster, world: World, living: Pods, done: Operation): void {
  switch (done.kind) {
    case "pod": {
      const made = pod(done.name, done.team, { status: { phase: done.status } });
      cluster.set(pods, { ...made, metadata: { ...made.metadata, uid: living.uid(done.name) } });
      return;
    }
    case "deletePod":
      cluster.delete(pods, living.uid(done.name));
      living.renew(done.name);
      return;
    case "policy":
      cluster.set(clusterPolicies, policy(done.name, ruleOf(done.form, done.team)));
      return;
    case "deletePolicy":
      cluster.delete(clusterPolicies, done.name);
      return;
    case "labels":
      cluster.set(namespaces, namespace("shop", { env: done.env }));
      return;
    case "configMap":
      cluster.set(configMaps, configMap("teams", { team: done.team }));
      return;
    case "relist":
      cluster.relist(builtIn[done.what]);
      return;
    case "touch":
      world.scan.rejudge.soon(living.uid(done.name));
      return;
    case "rescan":
      world.scan.requestEverywhere({ policies: "all", namespaces: undefined, reason: "schedule" });
      return;
    default:
      done satisfies never;
  }
}

/** Lets streams go on in a random order until nothing is under way any more. */
async function drainInDisorder(cluster: FakeCluster, world: World, seed: number): Promise<void> {
  let state = seed;
  const choose = (count: number): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state % Math.max(1, count);
  };
  for (let round = 0; round < 60; round += 1) {
    for (let steps = choose(12); steps > 0; steps -= 1) {
      cluster.step(choose);
      await world.clock.settle();
    }
    await world.clock.advance(25);
  }
  await world.drain(4_000);
}

test("whatever happens in whatever order, the reports are those of a process that starts at the end", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(moment, { maxLength: 25 }),
      fc.boolean(),
      fc.nat(),
      async (moments, hasRoom, seed) => {
        const cluster = newCluster();
        // Where the queue of writes is full, each put waits for its turn.
        const reports = new FakeReports(() => (hasRoom ? undefined : cluster.gate()));
        const world = createScanWorld(cluster, { reports });
        await world.start();
        const living = new Pods();
        for (const { operation: happens, choices, ms } of moments) {
          act(cluster, world, living, happens);
          for (const choice of choices) {
            cluster.step((count) => choice % Math.max(1, count));
            await world.clock.settle();
          }
          await world.clock.advance(ms);
        }
        await drainInDisorder(cluster, world, seed);
        const fresh = createScanWorld(cluster);
        await fresh.start();
        await fresh.drain();
        try {
          assert.deepEqual(reports.shown(), fresh.reports.shown());
        } finally {
          await Promise.all([world.stop(), fresh.stop()]);
        }
      },
    ),
    { numRuns: Number(process.env["REARGUARD_RUNS"] ?? 100) },
  );
});
