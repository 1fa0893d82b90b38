import type { FuzzProperty, FuzzSuite } from "./suite.ts";

/** A property that does not hold, with what is needed to see it again. */
export interface Finding {
  readonly suite: string;
  readonly title: string;
  readonly seed: number;
  readonly example: string;
  readonly reason: string;
}

/** How many values were tried for each suite, and what was found. */
export interface FuzzReport {
  readonly suites: readonly SuiteCount[];
  readonly findings: readonly Finding[];
}

interface SuiteCount {
  readonly suite: string;
  readonly properties: number;
  readonly tried: number;
}

export interface FuzzClock {
  /** Milliseconds of a clock that never goes back. */
  readonly now: () => number;
}

/** Values that are tried before the clock is looked at. */
const batch = 100;

/**
 * Tries all properties until the time is over, each for an equal share and at least once. A property that breaks is left
 * there, the others go on. Every batch has a seed of its own, counted up from the first.
 */
export const runSuites = async (
  suites: readonly FuzzSuite[],
  { ms, seed, clock }: { readonly ms: number; readonly seed: number; readonly clock: FuzzClock },
): Promise<FuzzReport> => {
  const total = suites.reduce((count, { properties }) => count + properties.length, 0);
  const share = ms / Math.max(1, total);
  const counts: SuiteCount[] = [];
  const findings: Finding[] = [];
  for (const { name, properties } of suites) {
    let tried = 0;
    for (const property of properties) {
      const outcome = await tryFor(property, share, seed, clock);
      tried += outcome.tried;
      if (outcome.broken !== undefined) findings.push({ suite: name, ...outcome.broken });
    }
    counts.push({ suite: name, properties: properties.length, tried });
  }
  return { suites: counts, findings };
};

const tryFor = async (
  { title, run }: FuzzProperty,
  ms: number,
  firstSeed: number,
  clock: FuzzClock,
): Promise<{ readonly tried: number; readonly broken?: Omit<Finding, "suite"> }> => {
  const end = clock.now() + ms;
  let tried = 0;
  for (let seed = firstSeed; ; seed += 1) {
    const outcome = await run({ seed, numRuns: batch });
    tried += outcome.tried;
    if (outcome.kind === "broken") {
      const { example, reason } = outcome;
      return { tried, broken: { title, seed, example, reason } };
    }
    if (clock.now() >= end) return { tried };
  }
};
