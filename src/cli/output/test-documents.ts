import { summarizeTests } from "../tests/test-outcome.ts";
import type { TestOutcome, TestRow } from "../tests/test-outcome.ts";
import { renderJUnit } from "./junit.ts";
import type { JUnitCase, JUnitSuite } from "./junit.ts";
import { markdownText, renderMarkdownTable } from "./markdown.ts";
import { renderDocuments } from "./render-documents.ts";

/** How the outcome of tests is printed for programs, as one document. */
export type TestDocumentFormat = "json" | "yaml" | "markdown" | "junit";

/** All tests as one document. */
export function renderTestDocument(outcomes: readonly TestOutcome[], format: TestDocumentFormat): string {
  switch (format) {
    case "json":
    case "yaml":
      return renderDocuments([documentOf(outcomes)], format);
    case "markdown":
      return renderMarkdown(outcomes);
    case "junit":
      return renderJUnit(outcomes.flatMap(suitesOf));
    default:
      return format satisfies never;
  }
}

function documentOf(outcomes: readonly TestOutcome[]): object {
  return {
    tests: outcomes.map(({ path, name, rows, error }) => ({
      path,
      name,
      rows: rows.map(({ policy, rule, resource, result, reason, message }) => ({
        policy,
        rule,
        resource,
        result,
        reason,
        message,
      })),
      ...(error === undefined ? {} : { error }),
    })),
    summary: summarizeTests(outcomes),
  };
}

function renderMarkdown(outcomes: readonly TestOutcome[]): string {
  const { pass, fail, skip } = summarizeTests(outcomes);
  const header = ["Policy", "Rule", "Resource", "Result", "Reason", "Message"];
  const parts = outcomes.map(({ path, name, rows, error }) => {
    const table = rows.map((row) => [
      row.policy,
      row.rule,
      row.resource,
      row.result,
      row.reason,
      row.message,
    ]);
    return [
      `### ${markdownText(name === "" ? path : `${name} (${path})`)}\n\n`,
      ...(error === undefined ? [] : [`**${markdownText(error)}**\n\n`]),
      ...(rows.length === 0 ? [] : [renderMarkdownTable(header, table), "\n"]),
    ].join("");
  });
  return `${parts.join("")}${pass} passed, ${fail} failed, ${skip} skipped\n`;
}

/** One suite for each policy of a test; a test that could not be run is a suite with one error. */
function suitesOf({ path, name, rows, error }: TestOutcome): readonly JUnitSuite[] {
  const suites = [...Map.groupBy(rows, ({ policy }) => policy)].map(([policy, own]) => ({
    name: policy,
    package: path,
    cases: own.map(caseOf),
  }));
  if (error === undefined) return suites;
  const failed: JUnitCase = { className: "test", name, outcome: "error", type: "error", message: error };
  return [...suites, { name: path, package: path, cases: [failed] }];
}

function caseOf({ rule, resource, result, reason, message }: TestRow): JUnitCase {
  const skipped = result === "Skip" || reason === "Excluded";
  const outcome = skipped ? "skipped" : result === "Pass" ? "passed" : "failure";
  const text = message === reason || message === "" ? reason : `${reason}: ${message}`;
  return { className: rule, name: resource, outcome, type: reason, message: text };
}
