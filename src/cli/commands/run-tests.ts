import type { CliIo } from "../cli-io.ts";
import { openFiles } from "../documents/read-documents.ts";
import type { DocumentFiles } from "../documents/read-documents.ts";
import { visible } from "../output/columns.ts";
import { renderTestDocument } from "../output/test-documents.ts";
import { renderTest, renderTestRows } from "../output/test-table.ts";
import type { TestTableOptions } from "../output/test-table.ts";
import { findTests } from "../tests/find-tests.ts";
import type { FoundTest } from "../tests/find-tests.ts";
import { runTest } from "../tests/run-test.ts";
import { hasPassed, summarizeTests } from "../tests/test-outcome.ts";
import type { TestOutcome } from "../tests/test-outcome.ts";
import { UsageError } from "../usage-error.ts";
import { readTestOptions } from "./test-options.ts";
import type { TestFlags, TestOptions } from "./test-options.ts";

/** Runs tests, prints, and gives the exit code. Throws a `UsageError` where the command was called wrongly. */
export async function runTests(paths: readonly string[], flags: TestFlags, io: CliIo): Promise<number> {
  const options = readTestOptions(paths, flags);
  const files = openFiles(() => {
    throw new UsageError("tests are not read from standard input");
  });
  const table: TestTableOptions = {
    ...(io.stdout.columns === undefined ? {} : { width: io.stdout.columns }),
    color: options.color && io.allowsColor && io.stdout.isTerminal,
    detailed: options.detailed,
  };
  const outcomes: TestOutcome[] = [];
  let found = 0;
  for await (const test of findTests(options.paths, options.fileName, files)) {
    found += 1;
    const outcome = await runOne(test, options, files, io.nowMs());
    if (outcome === undefined) continue;
    outcomes.push(outcome);
    for (const warning of outcome.warnings) {
      io.stderr.write(`${visible(`${outcome.path}: warning: ${warning}`)}\n`);
    }
    if (options.format === "table" && !options.failOnly) io.stdout.write(renderTest(outcome, table));
  }
  io.stdout.write(renderEnd(outcomes, options, table));
  if (found === 0) io.stderr.write("No test yamls available\n");
  const failed = !outcomes.every(hasPassed) || (found === 0 && options.requireTests);
  return failed ? 1 : 0;
}

/** Undefined where the selector leaves nothing of the test. */
async function runOne(
  found: FoundTest,
  { selector }: TestOptions,
  files: DocumentFiles,
  nowMs: number,
): Promise<TestOutcome | undefined> {
  if (found.kind === "problem") {
    const counts = { policies: 0, resources: 0, exceptions: 0 };
    const { path, message } = found;
    return { path, name: "", rows: [], error: message, features: [], warnings: [], counts };
  }
  const results = (found.test.results ?? []).flatMap((result) => selector.select(result) ?? []);
  if (results.length === 0) return undefined;
  return await runTest(found.test, results, { path: found.path, files, nowMs });
}

function renderEnd(
  outcomes: readonly TestOutcome[],
  { format, failOnly }: TestOptions,
  table: TestTableOptions,
): string {
  const failing = outcomes
    .filter((outcome) => !hasPassed(outcome))
    .map((outcome) => ({ ...outcome, rows: outcome.rows.filter(({ result }) => result === "Fail") }));
  if (format !== "table") return renderTestDocument(failOnly ? failing : outcomes, format);
  const { pass, fail, skip } = summarizeTests(outcomes);
  if (!failOnly) return `Test Summary: ${pass + skip} tests passed and ${fail} tests failed\n`;
  const errors = failing.flatMap(({ path, error }) =>
    error === undefined ? [] : [`${visible(`${path}: ${error}`)}\n`],
  );
  const rows = renderTestRows(
    failing.flatMap((outcome) => outcome.rows),
    table,
  );
  const details =
    rows === "" && errors.length === 0 ? "" : `\nAggregated Failed Test Cases : \n${errors.join("")}${rows}`;
  return `Test Summary: ${fail} out of ${pass + skip + fail} tests failed\n${details}`;
}
