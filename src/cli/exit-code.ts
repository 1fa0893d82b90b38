import type { ReportSummary } from "#reports/build-report.ts";

/** What decides on the exit code beside the results. */
export interface ExitCodeOptions {
  readonly warnExitCode: number;
  readonly warnNoPass: boolean;
}

/** The exit code of a scan and what is said about it: violations and errors come first, then warnings. */
export function exitCodeOf(
  { pass, fail, warn, error }: ReportSummary,
  { warnExitCode, warnNoPass }: ExitCodeOptions,
): { readonly code: number; readonly note?: string } {
  if (fail > 0 || error > 0) return { code: 1 };
  if (warn > 0 && warnExitCode !== 0) {
    return { code: warnExitCode, note: `exit as warnExitCode is ${warnExitCode}` };
  }
  if (warnNoPass && pass === 0) return { code: warnExitCode, note: "exit as no objects satisfied policy" };
  return { code: 0 };
}
