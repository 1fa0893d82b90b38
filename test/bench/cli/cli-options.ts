import { join } from "node:path";
import { parseArgs } from "node:util";
import { UsageError } from "../scan/scan-options.ts";

export const cliUsage = `npm run -s bench -- cli [options]

  --resources N  objects of the larger scan, whose peak of memory is compared with that of 1,000 (default 50000)
  --conformance DIR  folder with cli and golden (default: REARGUARD_CONFORMANCE)
  --json         one JSON document on standard output instead of the table
`;

export interface CliBenchOptions {
  readonly resources: number;
  readonly conformance: string | undefined;
  readonly json: boolean;
  readonly help: boolean;
}

const maxResources = 1_000_000;

/** Reads the arguments after `cli`. Throws UsageError where they cannot be used. */
export const parseCliBenchOptions = (
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): CliBenchOptions => {
  const values = readValues(args);
  const resources = Number(values.resources);
  if (!Number.isInteger(resources) || resources < 1_000 || resources > maxResources) {
    throw new UsageError(`--resources takes a number from 1000 to ${maxResources}, not ${values.resources}`);
  }
  const fallback = env["REARGUARD_CONFORMANCE"] ?? "";
  const conformance = values.conformance ?? (fallback === "" ? undefined : join(fallback));
  return { resources, conformance, json: values.json, help: values.help };
};

const readValues = (args: readonly string[]) => {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        resources: { type: "string", default: "50000" },
        conformance: { type: "string" },
        json: { type: "boolean", default: false },
        help: { type: "boolean", short: "h", default: false },
      },
    });
    return values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error), { cause: error });
  }
};
