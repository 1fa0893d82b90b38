import { UsageError } from "../usage-error.ts";

/** How results are printed. */
const outputFormats = ["table", "json", "yaml", "junit", "sarif", "markdown"] as const;
export type OutputFormat = (typeof outputFormats)[number];

/** The flags as they were typed. */
export interface ScanFlags {
  readonly resource?: readonly string[];
  readonly resources?: readonly string[];
  readonly policyReport?: boolean;
  readonly outputFormat?: string;
  readonly table?: boolean;
  readonly detailedResults?: boolean;
  readonly removeColor?: boolean;
  readonly valuesFile?: string;
  readonly set?: readonly string[];
  readonly userinfo?: string;
  readonly output?: string;
  readonly targetResource?: readonly string[];
  readonly targetResources?: readonly string[];
  readonly exception?: readonly string[];
  readonly exceptions?: readonly string[];
  readonly exceptionsWithinResources?: boolean;
  readonly exceptionsWithResources?: boolean;
  readonly exceptionsWithinPolicies?: boolean;
  readonly auditWarn?: boolean;
  readonly warnExitCode?: string;
  readonly warnNoPass?: boolean;
}

/** What a scan is to do. */
export interface ScanOptions {
  readonly policies: readonly string[];
  readonly resources: readonly string[];
  /** Files with objects that mutations of existing objects find, beside the resources. */
  readonly targets: readonly string[];
  /** File or folder for mutated objects. */
  readonly outputPath: string | undefined;
  readonly format: OutputFormat;
  /** Print reports instead of plain results. */
  readonly report: boolean;
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
}

/** Makes sense of the flags. Throws a `UsageError` for those that contradict each other. */
export function readScanOptions(policies: readonly string[], flags: ScanFlags): ScanOptions {
  const resources = [...(flags.resource ?? []), ...(flags.resources ?? [])];
  const assignments = flags.set ?? [];
  if (policies.length === 0) throw new UsageError("require policy: name policy files, folders or -");
  if (resources.length === 0) throw new UsageError("resource file(s) required: name them with -r");
  for (const path of [...policies, ...resources]) {
    if (/^https?:\/\//.test(path)) throw new UsageError(`${path}: URLs are not supported yet`);
  }
  if (policies.includes("-") && resources.includes("-")) {
    throw new UsageError("a stdin pipe can be used for either policies or resources, not both");
  }
  if (flags.valuesFile !== undefined && assignments.length > 0) {
    throw new UsageError("pass the values either using set flag or values_file flag");
  }
  const report = flags.policyReport === true;
  return {
    policies,
    resources,
    targets: [...(flags.targetResource ?? []), ...(flags.targetResources ?? [])],
    outputPath: flags.output,
    format: readFormat(flags, report),
    report,
    allRows: flags.detailedResults === true || flags.table === true,
    color: flags.removeColor !== true,
    valuesFile: flags.valuesFile,
    assignments,
    userInfoFile: flags.userinfo,
    ...readExceptionOptions(flags),
    auditWarn: flags.auditWarn === true,
    warnExitCode: readExitCode(flags.warnExitCode ?? "0"),
    warnNoPass: flags.warnNoPass === true,
  };
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

function readFormat({ outputFormat, table }: ScanFlags, report: boolean): OutputFormat {
  const format = outputFormat ?? (report ? "yaml" : "table");
  const known = outputFormats.find((name) => name === format);
  if (known === undefined) {
    throw new UsageError(`--output-format ${format}: known formats are ${outputFormats.join(", ")}`);
  }
  if (report && ((known !== "yaml" && known !== "json") || table === true)) {
    throw new UsageError(
      `a report (-p) is printed as yaml or json, not as ${table === true ? "table" : known}`,
    );
  }
  return known;
}

function readExitCode(text: string): number {
  const code = Number(text);
  if (!/^\d+$/.test(text) || code > 255) {
    throw new UsageError(`--warn-exit-code ${text}: an exit code is a number from 0 to 255`);
  }
  return code;
}
