import { join } from "node:path";
import { parseArgs } from "node:util";
import { UsageError } from "../scan/scan-options.ts";

export const engineUsage = `npm run -s bench -- engine [options]

  --pods N      different pods to judge (default 500)
  --corpus DIR  folder with policies and kyverno (default: the folder cli of REARGUARD_CONFORMANCE)
  --json        one JSON document on standard output instead of the table
`;

export interface EngineOptions {
  readonly pods: number;
  readonly corpus: string | undefined;
  readonly json: boolean;
  readonly help: boolean;
}

const maxPods = 20_000;

/** Reads the arguments after `engine`. Throws UsageError where they cannot be used. */
export const parseEngineOptions = (
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): EngineOptions => {
  const values = readValues(args);
  const pods = Number(values.pods);
  if (!Number.isInteger(pods) || pods < 1 || pods > maxPods) {
    throw new UsageError(`--pods takes a number from 1 to ${maxPods}, not ${values.pods}`);
  }
  const conformance = env["REARGUARD_CONFORMANCE"] ?? "";
  const corpus = values.corpus ?? (conformance === "" ? undefined : join(conformance, "cli"));
  return { pods, corpus, json: values.json, help: values.help };
};

const readValues = (args: readonly string[]) => {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        pods: { type: "string", default: "500" },
        corpus: { type: "string" },
        json: { type: "boolean", default: false },
        help: { type: "boolean", short: "h", default: false },
      },
    });
    return values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error), { cause: error });
  }
};
