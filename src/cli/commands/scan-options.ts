import { formatDuration, parseDuration } from "#engine/values/duration.ts";

import type { ClusterChoice } from "../cluster/connect-cluster.ts";
import type { ClusterScope } from "../cluster/walk-cluster.ts";
import { UsageError } from "../usage-error.ts";
import type { ScanFlags } from "./scan-flags.ts";

/** How results are printed. */
const outputFormats = ["table", "json", "yaml", "junit", "sarif", "markdown"] as const;
export type OutputFormat = (typeof outputFormats)[number];

/** The cluster whose objects are judged. */
export interface ClusterOptions extends ClusterChoice, ClusterScope {
  /** Names of the objects that are meant; empty for all. */
  readonly names: readonly string[];
  readonly showPerformance: boolean;
}

/** What results are compared with. */
export type CompareOptions =
  | { readonly with: "reports" }
  | { readonly with: "policies"; readonly path: string };

/** What a scan is to do. */
export interface ScanOptions {
  readonly policies: readonly string[];
  /** Files; empty where a cluster is judged. */
  readonly resources: readonly string[];
  readonly cluster: ClusterOptions | undefined;
  /** Files with JSON objects that are no Kubernetes objects; then there are no others. */
  readonly payloads: readonly string[];
  /** Files with objects that mutations of existing objects find, beside the resources. */
  readonly targets: readonly string[];
  /** Files with objects that policies take parameters from. */
  readonly parameters: readonly string[];
  readonly crds: readonly string[];
  readonly contextFile: string | undefined;
  /** File or folder for mutated objects. */
  readonly outputPath: string | undefined;
  /** Standard output is for changed objects, results go to standard error. */
  readonly pipesObjects: boolean;
  readonly format: OutputFormat;
  /** Print reports instead of plain results. */
  readonly report: boolean;
  /** Print exceptions for what fails, which last so long (a Go duration). */
  readonly exceptionTtl: string | undefined;
  readonly compare: CompareOptions | undefined;
  /** Show what passed and was skipped, too. */
  readonly allRows: boolean;
  readonly color: boolean;
  readonly valuesFile: string | undefined;
  readonly assignments: readonly string[];
  readonly userInfoFile: string | undefined;
  readonly exceptionFiles: readonly string[];
  readonly exceptionsWithinResources: boolean;
  readonly exceptionsWithinPolicies: boolean;
  readonly auditWarn: boolean;
  readonly warnExitCode: number;
  readonly warnNoPass: boolean;
  /** Flags that have no effect here, in words. */
  readonly notes: readonly string[];
}

/** Makes sense of the flags. Throws a `UsageError` for those that contradict each other. */
export function readScanOptions(policies: readonly string[], flags: ScanFlags): ScanOptions {
  const named = [...(flags.resource ?? []), ...(flags.resources ?? [])];
  const payloads = flags.json ?? [];
  const assignments = flags.set ?? [];
  const compare = readCompare(policies, flags);
  if (policies.length === 0) throw new UsageError("require policy: name policy files, folders or -");
  readSwitch("--continue-on-error", flags.continueOnError ?? true);
  const cluster = flags.cluster === true ? readCluster(flags, named) : undefined;
  const resources = cluster === undefined ? named : [];
  if (payloads.length > 0 && (named.length > 0 || cluster !== undefined)) {
    throw new UsageError(
      "both resource and json files can not be used together: name objects or --json, not both",
    );
  }
  if (cluster === undefined && resources.length + payloads.length === 0) {
    throw new UsageError(
      "resource file(s) or cluster required: name files with -r, or a cluster with --cluster",
    );
  }
  refuseUrls([...policies, ...resources]);
  if (policies.includes("-") && resources.includes("-")) {
    throw new UsageError("a stdin pipe can be used for either policies or resources, not both");
  }
  if (flags.valuesFile !== undefined && assignments.length > 0) {
    throw new UsageError("pass the values either using set flag or values_file flag");
  }
  const crds = [...(flags.crdPaths ?? []), ...(flags.crdPath ?? [])];
  if (crds.length > 0 && cluster !== undefined) {
    throw new UsageError("--crd-paths is for files; a cluster says itself which kinds it has");
  }
  const report = flags.policyReport === true;
  return {
    policies,
    resources,
    cluster,
    payloads,
    targets: [...(flags.targetResource ?? []), ...(flags.targetResources ?? [])],
    parameters: [...(flags.parameterResource ?? []), ...(flags.parameterResources ?? [])],
    crds,
    contextFile: flags.contextFile,
    ...readOutput(flags, report),
    compare,
    allRows: flags.detailedResults === true || flags.table === true,
    color: flags.removeColor !== true,
    valuesFile: flags.valuesFile,
    assignments,
    userInfoFile: flags.userinfo,
    ...readExceptionOptions(flags),
    auditWarn: flags.auditWarn === true,
    warnExitCode: readNumber("--warn-exit-code", flags.warnExitCode ?? "0", 0, 255),
    warnNoPass: flags.warnNoPass === true,
    notes: cluster === undefined ? clusterFlagsOf(flags) : [],
  };
}

function refuseUrls(paths: readonly string[]): void {
  const url = paths.find((path) => /^(?:https?|ssh|git):\/\//.test(path));
  if (url === undefined) return;
  throw new UsageError(
    `${url}: nothing is fetched from the network; clone the repository and name its folder`,
  );
}

function readCluster(flags: ScanFlags, names: readonly string[]): ClusterOptions {
  return {
    kubeconfig: flags.kubeconfig,
    context: flags.context,
    namespace: flags.namespace,
    clusterWide: flags.clusterWideResources === true,
    names,
    concurrent: readNumber("--concurrent", flags.concurrent ?? "1", 1, 32),
    pageSize: readNumber("--batch-size", flags.batchSize ?? "500", 1, 10_000),
    stopOnError: !readSwitch("--continue-on-error", flags.continueOnError ?? true),
    showPerformance: flags.showPerformance === true,
  };
}

function clusterFlagsOf(flags: ScanFlags): readonly string[] {
  const { kubeconfig, context, namespace, clusterWideResources, concurrent, batchSize } = flags;
  const given = {
    "--kubeconfig": kubeconfig,
    "--context": context,
    "--namespace": namespace,
    "--cluster-wide-resources": clusterWideResources,
    "--concurrent": concurrent,
    "--batch-size": batchSize,
    "--show-performance": flags.showPerformance,
  };
  return Object.entries(given)
    .filter(([, value]) => value !== undefined)
    .map(([flag]) => `${flag} has no effect without --cluster`);
}

function readCompare(policies: readonly string[], flags: ScanFlags): CompareOptions | undefined {
  const { compare } = flags;
  if (compare === undefined || compare === false) return undefined;
  if (flags.policyReport === true || flags.generateExceptions === true || flags.output !== undefined) {
    throw new UsageError(
      "--compare prints what would change, and neither reports (-p), exceptions nor objects (-o)",
    );
  }
  if (typeof compare === "string") {
    if (policies.length === 0) {
      throw new UsageError(
        `require policy: --compare took ${compare} for the old policies; to compare with reports, write --compare last`,
      );
    }
    return { with: "policies", path: compare };
  }
  if (flags.cluster !== true) {
    throw new UsageError("--compare needs the old policies (--compare PATH), or --cluster for its reports");
  }
  return { with: "reports" };
}

type OutputPart = Pick<ScanOptions, "outputPath" | "pipesObjects" | "format" | "report" | "exceptionTtl">;

function readOutput(flags: ScanFlags, report: boolean): OutputPart {
  const generates = flags.generateExceptions === true;
  const format = readFormat(flags, report || generates);
  const pipesObjects = flags.stdin === true;
  if (report && generates)
    throw new UsageError("print either reports (-p) or exceptions (--generate-exceptions)");
  if (pipesObjects && (report || generates || format !== "table" || flags.output !== undefined)) {
    throw new UsageError("-i prints changed objects on standard output; nothing else can be printed there");
  }
  return {
    outputPath: flags.output,
    pipesObjects,
    format,
    report,
    exceptionTtl: generates ? readTtl(flags.generatedExceptionTtl ?? "720h") : undefined,
  };
}

function readTtl(text: string): string {
  const nanoseconds = parseDuration(text);
  if (nanoseconds === undefined || nanoseconds <= 0n) {
    throw new UsageError(`--generated-exception-ttl ${text}: a duration is written as 720h, 30m or 1h30m`);
  }
  return formatDuration(nanoseconds);
}

/** Exceptions among the resources are all that there are. */
function readExceptionOptions(
  flags: ScanFlags,
): Pick<ScanOptions, "exceptionFiles" | "exceptionsWithinResources" | "exceptionsWithinPolicies"> {
  const within = flags.exceptionsWithinResources === true || flags.exceptionsWithResources === true;
  return {
    exceptionFiles: within ? [] : [...(flags.exception ?? []), ...(flags.exceptions ?? [])],
    exceptionsWithinResources: within,
    exceptionsWithinPolicies: flags.exceptionsWithinPolicies === true,
  };
}

function readFormat({ outputFormat, table, compare }: ScanFlags, documents: boolean): OutputFormat {
  const format = outputFormat ?? (documents ? "yaml" : "table");
  const known = outputFormats.find((name) => name === format);
  if (known === undefined) {
    throw new UsageError(`--output-format ${format}: known formats are ${outputFormats.join(", ")}`);
  }
  const isDocument = known === "yaml" || known === "json";
  if (documents && (!isDocument || table === true)) {
    const wanted = table === true ? "table" : known;
    throw new UsageError(`reports (-p) and exceptions are printed as yaml or json, not as ${wanted}`);
  }
  if (compare !== undefined && !isDocument && known !== "table") {
    throw new UsageError(`--compare prints a table, json or yaml, not ${known}`);
  }
  return known;
}

/** A value after the flag may have been meant as something else. */
function readSwitch(flag: string, value: boolean | string): boolean {
  if (value === true || value === "true") return true;
  if (value === false || value === "false") return false;
  throw new UsageError(`${flag} takes true or false, not ${value}; write ${flag}=true`);
}

function readNumber(flag: string, text: string, min: number, max: number): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < min || value > max) {
    throw new UsageError(`${flag} ${text}: a number from ${min} to ${max}`);
  }
  return value;
}
