import { join } from "node:path";
import { parseArgs } from "node:util";

export const scanUsage = `npm run -s bench -- scan [options]       by ClusterPolicies
npm run -s bench -- scan-cel [options]   by ValidatingPolicies

  --pods N              pods to judge (default 10000)
  --corpus DIR          folder with policies/pod-security and policies/pod-security-vpol (default: the folder cli of REARGUARD_CONFORMANCE)
  --json                one JSON document on standard output instead of the table
  --heap                measure also the heap at rest, at N and at 2 N pods
  --kubernetes VERSION  of the control plane, as in npm run test:cluster
  --node-flag FLAG      a flag for the operator's Node, behind those of the image; may be repeated
  --cpu-profile DIR     profile the first scan and leave the profile there
  --keep-log FILE       append the operator's log to this file`;

export interface ScanOptions {
  readonly pods: number;
  readonly corpus: string | undefined;
  readonly json: boolean;
  readonly heap: boolean;
  readonly kubernetes: string | undefined;
  readonly nodeFlags: readonly string[];
  readonly cpuProfile: string | undefined;
  readonly keepLog: string | undefined;
  readonly help: boolean;
}

/** What was typed cannot be used; the message is for people. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

const maxPods = 200_000;

/** Reads the arguments after `scan` or `scan-cel`. Throws UsageError where they cannot be used. */
export const parseScanOptions = (
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): ScanOptions => {
  const values = readValues(args);
  const pods = Number(values.pods);
  if (!Number.isInteger(pods) || pods < 1 || pods > maxPods) {
    throw new UsageError(`--pods takes a number from 1 to ${maxPods}, not ${values.pods}`);
  }
  const conformance = env["REARGUARD_CONFORMANCE"] ?? "";
  return {
    pods,
    corpus: values.corpus ?? (conformance === "" ? undefined : join(conformance, "cli")),
    json: values.json,
    heap: values.heap,
    kubernetes: values.kubernetes,
    nodeFlags: values["node-flag"],
    cpuProfile: values["cpu-profile"],
    keepLog: values["keep-log"],
    help: values.help,
  };
};

const readValues = (args: readonly string[]) => {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        pods: { type: "string", default: "10000" },
        corpus: { type: "string" },
        json: { type: "boolean", default: false },
        heap: { type: "boolean", default: false },
        kubernetes: { type: "string" },
        "node-flag": { type: "string", multiple: true, default: [] },
        "cpu-profile": { type: "string" },
        "keep-log": { type: "string" },
        help: { type: "boolean", short: "h", default: false },
      },
    });
    return values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error), { cause: error });
  }
};
