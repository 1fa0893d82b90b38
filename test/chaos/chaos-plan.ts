import { createSeededRandom } from "#test/faults/seeded-random.ts";
import type { SeededRandom } from "#test/faults/seeded-random.ts";
import type { PolicyKindName, PolicyText } from "./chaos-text.ts";

const minuteMs = 60_000;

/** What breaks. */
export type ChaosFault =
  | {
      readonly kind: "status";
      readonly code: number;
      readonly verb: string;
      readonly resource: string;
      readonly times: number;
    }
  | { readonly kind: "cut"; readonly verb: string; readonly resource: string; readonly times: number }
  | { readonly kind: "outage"; readonly steps: number }
  | { readonly kind: "cut watches" }
  | { readonly kind: "compact" }
  | { readonly kind: "clock"; readonly shiftMs: number }
  /** Deletes take their time, and what they are about is edited meanwhile. */
  | { readonly kind: "race"; readonly times: number; readonly delayMs: number }
  /** For so many steps nobody gives the operator the right to delete, or a rule of the cluster denies it. */
  | { readonly kind: "forbid" | "deny"; readonly steps: number }
  /** The operator ends, and another begins, right after so many more of its deletes. */
  | { readonly kind: "kill" | "steal" | "stop"; readonly afterDeletes: number };

export type ChaosAct =
  | {
      readonly kind: "create";
      readonly count: number;
      /** All of what policies delete at once. */
      readonly isHot?: boolean;
    }
  | {
      readonly kind: "relabel" | "recreate" | "mark object" | "remove object";
      /** One that is about to go, where there is one. */
      readonly isHot?: boolean;
    }
  | { readonly kind: "renew" }
  | { readonly kind: "edit policy" | "remove policy" | "confirm" | "mark namespace" };

export interface ChaosSeed {
  readonly seed: number;
  readonly policies: readonly PolicyText[];
  readonly steps: readonly ChaosStep[];
  readonly random: SeededRandom;
}

export interface ChaosStep {
  readonly advanceMs: number;
  readonly acts: readonly ChaosAct[];
  readonly fault?: ChaosFault;
}

const kindNames: readonly PolicyKindName[] = [
  "ClusterCleanupPolicy",
  "CleanupPolicy",
  "DeletingPolicy",
  "NamespacedDeletingPolicy",
];

/** How fast a cluster lives. */
export interface ChaosPace {
  readonly steps: number;
  readonly stepMs: readonly [least: number, most: number];
  readonly graceMs: number;
  readonly ttlValues: readonly string[];
  readonly scheduleOf: (
    kind: PolicyKindName,
    random: SeededRandom,
  ) => Pick<PolicyText, "schedule" | "intervalMs">;
  readonly faultOf: (random: SeededRandom) => ChaosFault;
}

const lastingValues = ["garbage", "999999d", "forever"];

/** Half an hour, moved by hand. */
export const virtualPace: ChaosPace = {
  steps: 50,
  stepMs: [5_000, 60_000],
  graceMs: 10 * minuteMs,
  ttlValues: ["0s", "30s", "600s", "2400s", "2026-02-28T235900Z", ...lastingValues],
  scheduleOf: (_kind, random) => {
    const minutes = random.pick([1, 2, 5, 10]);
    return {
      schedule: minutes === 1 ? "* * * * *" : `*/${minutes} * * * *`,
      intervalMs: minutes * minuteMs,
    };
  },
  faultOf: (random) => planFault(random),
};

/** Less than a minute of real time: only deleting policies know seconds. */
export const realPace: ChaosPace = {
  steps: 30,
  stepMs: [500, 2_000],
  graceMs: 5_000,
  ttlValues: ["0s", "5s", "20s", "2026-02-28T235900Z", ...lastingValues],
  scheduleOf: (kind, random) => {
    if (kind.endsWith("CleanupPolicy")) return { schedule: "* * * * *", intervalMs: minuteMs };
    const seconds = random.pick([1, 2, 5]);
    return { schedule: `*/${seconds} * * * * * *`, intervalMs: seconds * 1000 };
  },
  faultOf: (random) =>
    random.pick<ChaosFault>([
      { kind: "kill", afterDeletes: 0 },
      { kind: "steal", afterDeletes: 0 },
      { kind: "stop", afterDeletes: 0 },
      { kind: "outage", steps: random.between(1, 3) },
      { kind: "forbid", steps: random.between(2, 5) },
      { kind: "deny", steps: random.between(2, 5) },
    ]),
};

/** Draws a policy of each manner, and what is done to it. */
export const planChaos = (seed: number, namespaces: readonly string[], pace: ChaosPace): ChaosSeed => {
  const random = createSeededRandom(seed);
  const manners: readonly Partial<PolicyText>[] = [
    {},
    { excludes: true },
    { graceMs: pace.graceMs },
    { keepLast: 2 },
    { maxDeletions: 2 },
    { mode: "audit" },
    { mode: "broken" },
    {},
  ];
  const policies = manners.map((manner, index): PolicyText => {
    const kind = random.pick(kindNames);
    const isNarrow = kind === "CleanupPolicy" || kind === "NamespacedDeletingPolicy";
    return {
      group: `g${index}`,
      kind,
      ...(isNarrow ? { namespace: random.pick(namespaces) } : {}),
      ...pace.scheduleOf(kind, random),
      mode: "delete",
      graceMs: 0,
      excludes: false,
      ...manner,
    };
  });
  const steps = Array.from({ length: pace.steps }, () => planStep(random, pace));
  return { seed, policies, steps, random };
};

const planStep = (random: SeededRandom, { stepMs, faultOf }: ChaosPace): ChaosStep => {
  const acts: ChaosAct[] = [];
  while (random.chance(0.6) && acts.length < 4) acts.push(planAct(random));
  return {
    advanceMs: random.between(...stepMs),
    acts,
    ...(random.chance(0.3) ? { fault: faultOf(random) } : {}),
  };
};

const planAct = (random: SeededRandom): ChaosAct => {
  const share = random.next();
  if (share < 0.3) return { kind: "create", count: random.between(1, 8) };
  const kind = random.pick([
    "relabel",
    "relabel",
    "recreate",
    "recreate",
    "mark object",
    "remove object",
    "renew",
    "edit policy",
    "edit policy",
    "remove policy",
    "confirm",
    "mark namespace",
  ] as const);
  return { kind };
};

const planFault = (random: SeededRandom): ChaosFault => {
  const times = random.between(1, 6);
  const resource = random.pick([
    "configmaps",
    "configmaps",
    "namespaces",
    "clustercleanuppolicies",
    "deletingpolicies",
    "",
  ]);
  switch (random.between(0, 12)) {
    case 0:
    case 1: {
      const code = random.pick([400, 403, 404, 409, 410, 429, 500, 503, 504]);
      return {
        kind: "status",
        code,
        verb: random.pick(["delete", "list", "watch", "patch", "get"]),
        resource,
        times,
      };
    }
    case 2:
      return { kind: "cut", verb: random.pick(["delete", "list", "patch"]), resource, times };
    case 3:
      return { kind: "outage", steps: random.between(1, 6) };
    case 4:
      return { kind: "cut watches" };
    case 5:
      return { kind: "compact" };
    case 6:
      return { kind: "clock", shiftMs: random.pick([-60, -1, 1, 60]) * minuteMs };
    case 7:
      return { kind: "kill", afterDeletes: random.between(0, 5) };
    case 8:
      return { kind: "steal", afterDeletes: random.between(0, 5) };
    case 9:
    case 10:
    case 11:
      return { kind: "race", times: random.between(10, 40), delayMs: random.between(30, 120) };
    default:
      return { kind: "stop", afterDeletes: random.between(0, 5) };
  }
};

/** What is done while deletes are on their way. */
export const planRace = (random: SeededRandom): ChaosAct =>
  random.chance(0.15)
    ? { kind: "edit policy" }
    : {
        kind: random.pick(["recreate", "recreate", "relabel", "mark object", "remove object"] as const),
        isHot: true,
      };
