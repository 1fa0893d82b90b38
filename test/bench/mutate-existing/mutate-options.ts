import { parseArgs } from "node:util";
import { UsageError } from "../scan/scan-options.ts";

export const mutateUsage = `npm run -s bench -- mutate-existing [options]

  --targets N           ConfigMaps that one trigger changes (default 5000)
  --policy KIND         classic (ClusterPolicy, the default) or mpol (MutatingPolicy)
  --json                one JSON document on standard output instead of the table
  --kubernetes VERSION  of the control plane, as in npm run test:cluster`;

export interface MutateBenchOptions {
  readonly targets: number;
  readonly policy: "classic" | "mpol";
  readonly json: boolean;
  readonly kubernetes: string | undefined;
  readonly help: boolean;
}

const maxTargets = 10_000;

/** Reads the arguments after `mutate-existing`. Throws UsageError where they cannot be used. */
export const parseMutateOptions = (args: readonly string[]): MutateBenchOptions => {
  const values = readValues(args);
  const targets = Number(values.targets);
  if (!Number.isInteger(targets) || targets < 10 || targets > maxTargets) {
    throw new UsageError(`--targets takes a number from 10 to ${maxTargets}, not ${values.targets}`);
  }
  const { policy, json, help, kubernetes } = values;
  if (policy !== "classic" && policy !== "mpol")
    throw new UsageError(`--policy takes classic or mpol, not ${policy}`);
  return { targets, policy, json, help, kubernetes };
};

const readValues = (args: readonly string[]) => {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        targets: { type: "string", default: "5000" },
        policy: { type: "string", default: "classic" },
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
