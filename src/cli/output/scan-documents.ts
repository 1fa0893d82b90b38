import type { PolicyReportResult } from "#api/reports/policy-report.ts";
import type { ReportSummary } from "#reports/build-report.ts";

import { renderJUnit } from "./junit.ts";
import type { JUnitCase } from "./junit.ts";
import { markdownText, renderMarkdownTable } from "./markdown.ts";
import { resourceText } from "./resource-text.ts";

/** What a scan has found. */
export interface ScanFindings {
  readonly results: readonly PolicyReportResult[];
  /** `error` also counts the problems. */
  readonly summary: ReportSummary;
  readonly problems: readonly string[];
}

/** Results as JUnit: a suite for each policy, a case for each rule and object. */
export function renderScanJUnit({ results, problems }: ScanFindings): string {
  const suites = [...Map.groupBy(results, ({ policy }) => policy)].map(([name, own]) => ({
    name,
    cases: own.map(caseOf),
  }));
  const failed = problems.map((message): JUnitCase => ({
    className: "input",
    name: message,
    outcome: "error",
    type: "unreadable",
    message,
  }));
  return renderJUnit(failed.length === 0 ? suites : [...suites, { name: "input", cases: failed }]);
}

const outcomes: Readonly<Record<string, JUnitCase["outcome"]>> = {
  fail: "failure",
  error: "error",
  skip: "skipped",
};

/** A warning is no failure. */
function caseOf({ rule = "", result, message = "", resources }: PolicyReportResult): JUnitCase {
  const type = result ?? "";
  const outcome = Object.hasOwn(outcomes, type) ? outcomes[type] : undefined;
  return {
    className: rule,
    name: resourceText(resources?.[0] ?? {}),
    outcome: outcome ?? "passed",
    type,
    message,
  };
}

/** Results for a pull request: the counts, then a table. */
export function renderScanMarkdown({ results, summary, problems }: ScanFindings): string {
  const { pass, fail, warn, error, skip } = summary;
  const table = results.map(({ result, policy, rule = "", message = "", resources }) => [
    result ?? "",
    resourceText(resources?.[0] ?? {}),
    policy,
    rule,
    message,
  ]);
  return [
    `**pass: ${pass}, fail: ${fail}, warn: ${warn}, error: ${error}, skip: ${skip}**\n`,
    ...(problems.length === 0 ? [] : ["\n", ...problems.map((problem) => `- ${markdownText(problem)}\n`)]),
    ...(table.length === 0
      ? []
      : ["\n", renderMarkdownTable(["Result", "Resource", "Policy", "Rule", "Message"], table)]),
  ].join("");
}
