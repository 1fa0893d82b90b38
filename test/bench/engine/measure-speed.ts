import type { JsonObject } from "#engine/values/json.ts";
import { percentile } from "../scan/percentile.ts";
import type { Pod } from "./by-hand/pod.ts";
import { measureMachine } from "./calibrate.ts";
import { judgePod } from "./engine-subject.ts";
import type { SpeedFigures } from "./figures.ts";
import type { LoadedSet } from "./load-rule-sets.ts";

const rounds = 5;
const minRoundMs = 400;

/** CPU time of this process in milliseconds, collections of garbage included. */
const cpuMs = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
};

const judgeAll = ({ policies }: LoadedSet, pods: readonly JsonObject[]): number => {
  let results = 0;
  for (const pod of pods) for (const policy of policies) results += judgePod(policy, pod).length;
  return results;
};

const judgeAllByHand = ({ checks }: LoadedSet, pods: readonly Pod[]): number => {
  let results = 0;
  for (const pod of pods) for (const { check } of checks) if (check(pod) !== undefined) results += 1;
  return results;
};

/** Results per second of CPU, of as many repetitions as a round of the given length takes. */
const rateOf = (judge: () => number, minMs: number): number => {
  let results = 0;
  const started = cpuMs();
  let elapsed = 0;
  do {
    results += judge();
    elapsed = cpuMs() - started;
  } while (elapsed < minMs);
  return (results / elapsed) * 1_000;
};

/**
 * How many results of the rules of a set come per second and core, as the median of five rounds. Between them the same
 * rules by hand and a fixed piece of work are timed, so that a busy machine slows all three.
 */
export const measureSpeed = (set: LoadedSet, pods: readonly JsonObject[]): SpeedFigures => {
  const engine: number[] = [];
  const byHand: number[] = [];
  const machine: number[] = [];
  const judge = () => judgeAll(set, pods);
  const judgeByHand = () => judgeAllByHand(set, pods as unknown as readonly Pod[]);
  rateOf(judge, minRoundMs);
  rateOf(judgeByHand, minRoundMs / 4);
  for (let round = 0; round < rounds; round += 1) {
    engine.push(rateOf(judge, minRoundMs));
    byHand.push(rateOf(judgeByHand, minRoundMs / 4));
    machine.push(measureMachine(cpuMs));
  }
  const perSecond = percentile(engine, 0.5);
  const speed = percentile(machine, 0.5);
  return {
    kind: set.set.kind,
    rules: set.checks.length,
    results: judgeAll(set, pods),
    perSecond: Math.round(perSecond),
    perSecondAtNominalSpeed: Math.round(perSecond / speed),
    timesByHand: percentile(byHand, 0.5) / perSecond,
    machineSpeed: speed,
    agrees: agreesWithHand(set, pods),
  };
};

/** True where the engine's verdict is that of the hand-written rule, for every rule and pod. */
const agreesWithHand = ({ policies, checks }: LoadedSet, pods: readonly JsonObject[]): boolean =>
  pods.every((pod) => {
    const responses = policies.flatMap((policy) => judgePod(policy, pod));
    return checks.every(({ rule, check }) => {
      const response = responses.find((candidate) => candidate.rule === rule);
      return response?.status === check(pod as unknown as Pod);
    });
  });
