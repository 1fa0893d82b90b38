import * as fc from "fast-check";

/** A part of the system and what always has to be true of it. */
export interface FuzzSuite {
  /** What `--suite` takes. */
  readonly name: string;
  readonly properties: readonly FuzzProperty[];
}

/** One property; `title` says what is true, as the title of a test does. */
export interface FuzzProperty {
  readonly title: string;
  /** Tries so many values, the same for the same seed. */
  readonly run: (options: { readonly seed: number; readonly numRuns: number }) => FuzzRun | Promise<FuzzRun>;
}

/** What a run of a property gave. */
export type FuzzRun =
  | { readonly kind: "held"; readonly tried: number }
  /** `example` is the smallest value found for which the property does not hold, and `reason` what was thrown. */
  | { readonly kind: "broken"; readonly tried: number; readonly example: string; readonly reason: string };

/** A property of all values of an arbitrary: `holds` throws for a value for which it is not true. */
export const property = <T>(
  title: string,
  arbitrary: fc.Arbitrary<T>,
  holds: (value: T) => void,
): FuzzProperty => ({
  title,
  run: (options) => runOf(fc.check(fc.property(arbitrary, holds), options)),
});

/** The same for what takes time, such as a request. */
export const asyncProperty = <T>(
  title: string,
  arbitrary: fc.Arbitrary<T>,
  holds: (value: T) => Promise<void>,
): FuzzProperty => ({
  title,
  run: async (options) => runOf(await fc.check(fc.asyncProperty(arbitrary, holds), options)),
});

const runOf = <T>(details: fc.RunDetails<T>): FuzzRun => {
  if (!details.failed) return { kind: "held", tried: details.numRuns };
  const { counterexample, errorInstance, numRuns } = details;
  return {
    kind: "broken",
    tried: numRuns,
    example: fc.stringify(counterexample),
    reason: errorInstance instanceof Error ? errorInstance.message : String(errorInstance),
  };
};
