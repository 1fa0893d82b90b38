import { parseArgs } from "node:util";
import { UsageError } from "../scan/scan-options.ts";

export const cleanupUsage = `npm run -s bench -- cleanup [options]

  --objects N           ConfigMaps to look at, a fifth of which is stale (default 50000)
  --ttl N               objects with a time to live, spread over a minute (default 5000)
  --json                one JSON document on standard output instead of the table
  --kubernetes VERSION  of the control plane, as in npm run test:cluster`;

export interface CleanupBenchOptions {
  readonly objects: number;
  readonly ttlObjects: number;
  readonly json: boolean;
  readonly kubernetes: string | undefined;
  readonly help: boolean;
}

const maxObjects = 500_000;

/** Reads the arguments after `cleanup`. Throws UsageError where they cannot be used. */
export const parseCleanupBenchOptions = (args: readonly string[]): CleanupBenchOptions => {
  const values = readValues(args);
  const count = (name: "objects" | "ttl"): number => {
    const value = Number(values[name]);
    if (Number.isInteger(value) && value >= 20 && value <= maxObjects) return value;
    throw new UsageError(`--${name} takes a number from 20 to ${maxObjects}, not ${values[name]}`);
  };
  const { json, help, kubernetes } = values;
  return { objects: count("objects"), ttlObjects: count("ttl"), json, help, kubernetes };
};

const readValues = (args: readonly string[]) => {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        objects: { type: "string", default: "50000" },
        ttl: { type: "string", default: "5000" },
        json: { type: "boolean", default: false },
        kubernetes: { type: "string" },
        help: { type: "boolean", short: "h", default: false },
      },
    });
    return values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error), { cause: error });
  }
};
