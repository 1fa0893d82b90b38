import { createSeededRandom } from "../seeded-random.ts";
import type { SeededRandom } from "../seeded-random.ts";

/** What breaks while things are being made. */
export const faultKinds = [
  "kill",
  "lease stolen",
  "expired watch",
  "webhook",
  "namespaces vanish",
  "triggers recreated",
  "source deleted",
  "snapshot restored",
  "flood",
] as const;
export type FaultKind = (typeof faultKinds)[number];

/** Those that need nothing of the embedded server. */
export const realFaults: readonly FaultKind[] = [
  "kill",
  "lease stolen",
  "namespaces vanish",
  "triggers recreated",
  "source deleted",
];

/** Everything about a seed that is drawn from its number. */
export interface GeneratePlan {
  readonly seed: number;
  readonly fault: FaultKind;
  readonly generateExisting: boolean;
  /** Triggers that come at once when the operator is ready. */
  readonly firstTriggers: number;
  /** Writes of the operator after which the fault begins. */
  readonly afterWrites: number;
  readonly acts: number;
  /** Kills, thefts, expiries. */
  readonly rounds: number;
  readonly floodTriggers: number;
  readonly random: SeededRandom;
}

const floodSeed = 10;
const floodEvery = 250;
const floodTriggers = 10_000;

export const planSeed = (seed: number, kinds: readonly FaultKind[] = faultKinds): GeneratePlan => {
  const random = createSeededRandom(seed);
  const usual = kinds.filter((kind) => kind !== "flood");
  const isFlood = kinds.includes("flood") && seed % floodEvery === floodSeed;
  const fault = isFlood ? "flood" : (usual[seed % usual.length] ?? "kill");
  return {
    seed,
    fault,
    generateExisting: random.chance(0.5),
    firstTriggers: random.between(10, 25),
    afterWrites: random.between(1, 60),
    acts: random.between(10, 30),
    rounds: random.between(1, 3),
    floodTriggers,
    random,
  };
};
