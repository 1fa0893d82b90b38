import type { PolicyReportResult } from "#api/reports/policy-report.ts";
import type { ReportSummary } from "#reports/build-report.ts";

import type { CliIo, CliOutput } from "../cli-io.ts";
import { locateField } from "../documents/locate-field.ts";
import type { SourceDocument } from "../documents/source-document.ts";
import { exceptionFor } from "../exceptions/exception-for.ts";
import type { Verdict } from "../judge.ts";
import { mergedReports } from "../output/merged-report.ts";
import { renderDocuments } from "../output/render-documents.ts";
import { createResultsTable } from "../output/results-table.ts";
import { renderSarif } from "../output/sarif.ts";
import type { LocatedResult } from "../output/sarif.ts";
import { renderScanJUnit, renderScanMarkdown } from "../output/scan-documents.ts";
import { rulePolicyOf } from "../policies/decode-policy.ts";
import type { LoadedPolicy } from "../policies/decode-policy.ts";
import { policyInfo } from "../policies/policy-info.ts";
import type { ScanOptions } from "./scan-options.ts";

/** A result, what it says of which object, and where that stands. */
export interface PrintedResult {
  readonly result: PolicyReportResult;
  readonly verdict: Verdict;
  /** Absent for an object of a cluster. */
  readonly source: SourceDocument | undefined;
}

/** What a scan comes to. */
export interface ScanTotals {
  /** `error` also counts the problems. */
  readonly summary: ReportSummary;
  /** Documents that could not be read, kinds that could not be listed, and policies that take no part. */
  readonly problems: readonly string[];
}

/** Prints results as they come, or, where a format is one document, at the end. */
export interface ScanPrinter {
  add(printed: PrintedResult): void;
  end(totals: ScanTotals): void;
}

/** The printer of a format. What it does not show it does not keep. */
export function createScanPrinter(
  options: ScanOptions,
  policies: readonly LoadedPolicy[],
  io: CliIo,
): ScanPrinter {
  if (options.exceptionTtl !== undefined) return exceptionPrinter(options.exceptionTtl, options, io.stdout);
  switch (options.format) {
    case "table":
      return tablePrinter(options, options.pipesObjects ? io.stderr : io.stdout, io.allowsColor);
    case "json":
    case "yaml":
      return documentPrinter(options, options.format, io.stdout);
    case "junit":
      return collectingPrinter(() => true, io.stdout, renderScanJUnit);
    case "markdown":
      return collectingPrinter((result) => isShown(result, options), io.stdout, renderScanMarkdown);
    case "sarif":
      return sarifPrinter(options, policies, io.stdout);
    default:
      return options.format satisfies never;
  }
}

function isShown({ result }: PolicyReportResult, { allRows }: ScanOptions): boolean {
  return allRows || (result !== "pass" && result !== "skip");
}

function tablePrinter(options: ScanOptions, output: CliOutput, allowsColor: boolean): ScanPrinter {
  const table = createResultsTable({
    ...(output.columns === undefined ? {} : { width: output.columns }),
    color: options.color && allowsColor && output.isTerminal,
  });
  let isEmpty = true;
  const print = (text: string): void => {
    if (text === "") return;
    isEmpty = false;
    output.write(text);
  };
  return {
    add: ({ result }) => print(isShown(result, options) ? table.add(result) : ""),
    end({ summary: { pass, fail, warn, error, skip } }) {
      print(table.end());
      const counts = `pass: ${pass}, fail: ${fail}, warn: ${warn}, error: ${error}, skip: ${skip}`;
      output.write(`${isEmpty ? "" : "\n"}${counts}\n`);
    },
  };
}

interface Collected extends ScanTotals {
  readonly results: readonly PolicyReportResult[];
}

function collectingPrinter(
  isKept: (result: PolicyReportResult) => boolean,
  output: CliOutput,
  render: (collected: Collected) => string,
): ScanPrinter {
  const results: PolicyReportResult[] = [];
  return {
    add({ result }) {
      if (isKept(result)) results.push(result);
    },
    end: (totals) => output.write(render({ ...totals, results })),
  };
}

function documentPrinter({ report }: ScanOptions, format: "json" | "yaml", output: CliOutput): ScanPrinter {
  return collectingPrinter(
    () => true,
    output,
    ({ summary, problems, results }) =>
      renderDocuments(report ? mergedReports(results) : [{ summary, problems, results }], format),
  );
}

function sarifPrinter(
  options: ScanOptions,
  policies: readonly LoadedPolicy[],
  output: CliOutput,
): ScanPrinter {
  const results: LocatedResult[] = [];
  return {
    add({ result, source, verdict: { resource } }) {
      if (!isShown(result, options)) return;
      const place =
        source === undefined
          ? { file: resource.isPayload === true ? resource.name : "<cluster>", line: 1 }
          : { file: source.place.file, line: locateField(source, "").line };
      results.push({ result, ...place });
    },
    end: ({ problems }) => output.write(renderSarif({ results, problems, infoOf: policyInfo(policies) })),
  };
}

/** An exception for each violation; as YAML one after the other, as JSON in one document. */
function exceptionPrinter(ttl: string, { format }: ScanOptions, output: CliOutput): ScanPrinter {
  const exceptions: object[] = [];
  let separator = "";
  return {
    add({ result, verdict }) {
      if (result.result !== "fail" || rulePolicyOf(verdict.policy) === undefined) return;
      const exception = exceptionFor(verdict, ttl);
      if (format === "json") exceptions.push(exception);
      else output.write(separator + renderDocuments([exception], "yaml"));
      separator = "---\n";
    },
    end() {
      if (format === "json") output.write(renderDocuments(exceptions, "json"));
    },
  };
}
