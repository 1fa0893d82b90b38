import { parseArgs } from "node:util";

export const fuzzUsage = `npm run -s fuzz -- [options]

  --minutes N   how long in all (default 10)
  --seconds N   the same in seconds
  --suite NAME  only this suite; may be repeated
  --seed N      where to begin (default: a random number, which is printed)
`;

export interface FuzzOptions {
  readonly ms: number;
  /** Empty for all suites. */
  readonly suites: readonly string[];
  readonly seed: number;
  readonly help: boolean;
}

/** What was typed cannot be used; the message is for people. */
export class FuzzUsageError extends Error {
  override readonly name = "FuzzUsageError";
}

/** Reads the arguments. Throws FuzzUsageError where they cannot be used. */
export const parseFuzzOptions = (
  args: readonly string[],
  randomSeed: number,
  known: readonly string[],
): FuzzOptions => {
  const { minutes, seconds, suite, seed, help } = readValues(args);
  if (minutes !== undefined && seconds !== undefined) {
    throw new FuzzUsageError("--minutes and --seconds say the same, give one of them");
  }
  const unknown = suite.find((name) => !known.includes(name));
  if (unknown !== undefined) {
    throw new FuzzUsageError(`there is no suite ${unknown}; there are ${known.join(", ")}`);
  }
  const ms =
    seconds === undefined
      ? positive("--minutes", minutes ?? "10") * 60_000
      : positive("--seconds", seconds) * 1_000;
  return { ms, suites: suite, seed: seed === undefined ? randomSeed : seedOf(seed), help };
};

const positive = (option: string, text: string): number => {
  const value = Number(text);
  if (Number.isFinite(value) && value > 0) return value;
  throw new FuzzUsageError(`${option} takes a number above zero, not ${text}`);
};

const seedOf = (text: string): number => {
  const value = Number(text);
  if (Number.isSafeInteger(value)) return value;
  throw new FuzzUsageError(`--seed takes an integer, not ${text}`);
};

const readValues = (args: readonly string[]) => {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        minutes: { type: "string" },
        seconds: { type: "string" },
        suite: { type: "string", multiple: true, default: [] },
        seed: { type: "string" },
        help: { type: "boolean", short: "h", default: false },
      },
    });
    return values;
  } catch (error) {
    throw new FuzzUsageError(error instanceof Error ? error.message : String(error), { cause: error });
  }
};
