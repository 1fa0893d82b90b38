import type { TestDocumentFormat } from "../output/test-documents.ts";
import { parseTestSelector } from "../tests/test-selector.ts";
import type { TestSelector } from "../tests/test-selector.ts";
import { UsageError } from "../usage-error.ts";

/** The flags as they were typed. */
export interface TestFlags {
  readonly fileName?: string;
  readonly testCaseSelector?: string;
  readonly outputFormat?: string;
  readonly failOnly?: boolean;
  readonly removeColor?: boolean;
  readonly detailedResults?: boolean;
  readonly requireTests?: boolean;
  readonly watch?: boolean;
}

/** What a run of tests is to do. */
export interface TestOptions {
  readonly paths: readonly string[];
  readonly fileName: string;
  readonly selector: TestSelector;
  readonly format: "table" | TestDocumentFormat;
  readonly failOnly: boolean;
  readonly color: boolean;
  readonly detailed: boolean;
  /** Finding nothing is a failure. */
  readonly requireTests: boolean;
  /** Run again what changes, until the end. */
  readonly watch: boolean;
}

const formats = ["table", "json", "yaml", "markdown", "junit"] as const;

/** Makes sense of the flags. Throws a `UsageError`. */
export function readTestOptions(paths: readonly string[], flags: TestFlags): TestOptions {
  if (paths.length === 0) throw new UsageError("name one or more folders with tests");
  const url = paths.find((path) => /^https?:\/\//.test(path));
  if (url !== undefined) throw new UsageError(`${url}: URLs are not supported yet`);
  const wanted = flags.outputFormat ?? "table";
  const format = formats.find((name) => name === wanted);
  if (format === undefined) {
    throw new UsageError(`--output-format ${wanted}: known formats are ${formats.join(", ")}`);
  }
  if (flags.watch === true && format !== "table") {
    throw new UsageError(`--watch shows tables, not ${format}: leave out --output-format`);
  }
  return {
    paths,
    fileName: flags.fileName ?? "kyverno-test.yaml",
    selector: parseTestSelector(flags.testCaseSelector ?? ""),
    format,
    failOnly: flags.failOnly === true,
    color: flags.removeColor !== true,
    detailed: flags.detailedResults === true,
    requireTests: flags.requireTests === true,
    watch: flags.watch === true,
  };
}
