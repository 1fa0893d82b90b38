import { parseArgs } from "node:util";
import { UsageError } from "../scan/scan-options.ts";

export const generateUsage = `npm run -s bench -- generate [options]

  --namespaces N        copies of one Secret, one in each namespace (default 5000)
  --policy KIND         classic (ClusterPolicy, the default) or gpol (GeneratingPolicy)
  --json                one JSON document on standard output instead of the table
  --kubernetes VERSION  of the control plane, as in npm run test:cluster`;

export interface GenerateBenchOptions {
  readonly namespaces: number;
  readonly policy: "classic" | "gpol";
  readonly json: boolean;
  readonly kubernetes: string | undefined;
  readonly help: boolean;
}

const maxNamespaces = 50_000;

/** Reads the arguments after `generate`. Throws UsageError where they cannot be used. */
export const parseGenerateOptions = (args: readonly string[]): GenerateBenchOptions => {
  const values = readValues(args);
  const namespaces = Number(values.namespaces);
  if (!Number.isInteger(namespaces) || namespaces < 10 || namespaces > maxNamespaces) {
    throw new UsageError(`--namespaces takes a number from 10 to ${maxNamespaces}, not ${values.namespaces}`);
  }
  const { policy, json, help, kubernetes } = values;
  if (policy !== "classic" && policy !== "gpol")
    throw new UsageError(`--policy takes classic or gpol, not ${policy}`);
  return { namespaces, policy, json, help, kubernetes };
};

const readValues = (args: readonly string[]) => {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        namespaces: { type: "string", default: "5000" },
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
