import { GCProfiler } from "node:v8";
import type { JsonObject } from "#engine/values/json.ts";
import { buildSizedPod } from "./engine-pods.ts";
import { judgePod } from "./engine-subject.ts";
import type { BytesFigures } from "./figures.ts";
import { loadRuleSets } from "./load-rule-sets.ts";
import type { LoadedSet } from "./load-rule-sets.ts";

/**
 * Prints what judging allocates per result, as JSON: arguments are the corpus and the two sizes of pods. It is a process
 * of its own for the flags --expose-gc and a young generation that holds a whole round.
 */
const pods = 64;
const warmUps = 60;
const measuredRounds = 12;

const collect = (): void => {
  if (globalThis.gc === undefined) throw new Error("start this with --expose-gc");
  globalThis.gc();
};

const judgeAll = ({ policies }: LoadedSet, subjects: readonly JsonObject[]): number => {
  let results = 0;
  for (const pod of subjects) for (const policy of policies) results += judgePod(policy, pod).length;
  return results;
};

/** Bytes per result while nothing is collected; undefined where there was a collection. */
const measureOnce = (set: LoadedSet, subjects: readonly JsonObject[]): number | undefined => {
  collect();
  const profiler = new GCProfiler();
  profiler.start();
  const before = process.memoryUsage().heapUsed;
  let results = 0;
  for (let round = 0; round < measuredRounds; round += 1) results += judgeAll(set, subjects);
  const after = process.memoryUsage().heapUsed;
  const collections = profiler.stop().statistics.length;
  return collections === 0 ? (after - before) / results : undefined;
};

const measure = (set: LoadedSet, subjects: readonly JsonObject[]): number => {
  for (let round = 0; round < warmUps; round += 1) judgeAll(set, subjects);
  const measured: number[] = [];
  for (let attempt = 0; attempt < 20 && measured.length < 9; attempt += 1) {
    const bytes = measureOnce(set, subjects);
    if (bytes !== undefined) measured.push(bytes);
  }
  // Code that is compiled meanwhile only adds.
  if (measured.length === 0) throw new Error(`garbage was collected in every round of ${set.set.kind}`);
  return Math.min(...measured);
};

const [corpus = "", small = "", large = ""] = process.argv.slice(2);
const figures: BytesFigures[] = [];
const build = (bytes: number) => Array.from({ length: pods }, (_, index) => buildSizedPod(index, bytes));
const smallPods = build(Number(small));
const largePods = build(Number(large));
for (const set of await loadRuleSets(corpus)) {
  // Both are met before either is measured: the engine's code must not be optimized for one of them.
  judgeAll(set, largePods);
  const perResultSmall = measure(set, smallPods);
  const perResultLarge = measure(set, largePods);
  figures.push({ kind: set.set.kind, perResultSmall, perResultLarge });
}
process.stdout.write(JSON.stringify(figures));
