import type { CliIo } from "../cli-io.ts";
import { openFiles } from "../documents/read-documents.ts";
import { visible } from "../output/columns.ts";
import { renderTestDocument } from "../output/test-documents.ts";
import { renderTest, renderTestRows } from "../output/test-table.ts";
import type { TestTableOptions } from "../output/test-table.ts";
import { watchFiles } from "../tests/file-changes.ts";
import { findTestFiles } from "../tests/find-tests.ts";
import { runTestFile } from "../tests/run-test-file.ts";
import { hasPassed, summarizeTests } from "../tests/test-outcome.ts";
import type { TestOutcome } from "../tests/test-outcome.ts";
import { createTestRounds } from "../tests/test-rounds.ts";
import { UsageError } from "../usage-error.ts";
import { readTestOptions } from "./test-options.ts";
import type { TestFlags, TestOptions } from "./test-options.ts";
import { watchTests } from "./watch-tests.ts";

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
  const { selector, failOnly } = options;
  if (options.watch) {
    const rounds = createTestRounds({ ...options, files, nowMs: io.nowMs });
    await watchTests(options.paths, { rounds, changes: watchFiles() }, { ...table, failOnly }, io);
    return 0;
  }
  const outcomes: TestOutcome[] = [];
  let found = 0;
  for await (const path of findTestFiles(options.paths, options.fileName)) {
    const ran = await runTestFile(path, { selector, files, nowMs: io.nowMs() });
    found += ran.found;
    outcomes.push(...ran.outcomes);
    for (const outcome of ran.outcomes) {
      for (const warning of outcome.warnings) {
        io.stderr.write(`${visible(`${outcome.path}: warning: ${warning}`)}\n`);
      }
      if (options.format === "table" && !failOnly) io.stdout.write(renderTest(outcome, table));
    }
  }
  io.stdout.write(renderEnd(outcomes, options, table));
  if (found === 0) io.stderr.write("No test yamls available\n");
  const failed = !outcomes.every(hasPassed) || (found === 0 && options.requireTests);
  return failed ? 1 : 0;
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
