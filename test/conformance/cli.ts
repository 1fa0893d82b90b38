import { join } from "node:path";
import { env, exit } from "node:process";
import { parseArgs } from "node:util";

import { runMatrix } from "./matrix/run-matrix.ts";
import type { MatrixOptions } from "./matrix/run-matrix.ts";
import { renderSummary } from "./matrix/summary.ts";
import { runTests } from "./tests/run-tests.ts";
import type { TestsOptions } from "./tests/run-tests.ts";
import { renderTestsSummary } from "./tests/tests-summary.ts";

const usage = `Judges a bundle of resources by many policy files, runs test folders, and compares with recorded results, row by
row.

  node test/conformance/cli.ts --corpus DIR --golden DIR --out DIR [--part NAME] [--filter TEXT] [--only-slice]

  --corpus DIR   folder with the policy files (default: REARGUARD_CONFORMANCE/cli)
  --golden DIR   folder with the recorded results (default: REARGUARD_CONFORMANCE/golden)
  --out DIR      where our rows are written, in the layout of the golden folder
  --part NAME    matrix or tests; both where it is left out
  --filter TEXT  only files whose path contains the text
  --only-slice   only files whose rules are pattern, anyPattern or deny without context

Exit code 0: nothing disagrees except what test/conformance/known-differences.json lists.`;

const { values } = parseArgs({
  options: {
    corpus: { type: "string" },
    golden: { type: "string" },
    out: { type: "string" },
    part: { type: "string" },
    filter: { type: "string", default: "" },
    "only-slice": { type: "boolean", default: false },
    help: { type: "boolean", short: "h" },
  },
});
const root = env["REARGUARD_CONFORMANCE"];
const corpus = values.corpus ?? (root === undefined ? undefined : join(root, "cli"));
const golden = values.golden ?? (root === undefined ? undefined : join(root, "golden"));
if (values.help === true) {
  console.log(usage);
} else if (corpus === undefined || golden === undefined) {
  console.error(
    "conformance:cli: the matrix is skipped, no corpus: give --corpus and --golden, or set REARGUARD_CONFORMANCE",
  );
  exit(env["CI"] === "true" ? 1 : 0);
} else if (values.out === undefined) {
  console.error("conformance:cli: give --out, the folder for our rows");
  exit(1);
} else {
  const options = { corpus, golden, out: values.out, filter: values.filter };
  const onlySlice = values["only-slice"];
  const parts = [
    ...(values.part === "tests" ? [] : [await compareMatrix({ ...options, onlySlice })]),
    // The slice is one of the matrix.
    ...(values.part === "matrix" || onlySlice ? [] : [await compareTests(options)]),
  ];
  if (parts.every(({ found }) => found === 0)) {
    console.error("conformance:cli: no recorded file was found");
    exit(1);
  }
  process.exitCode = parts.every(({ agrees }) => agrees) ? 0 : 1;
}

interface ComparedPart {
  /** How many recorded files it has. */
  readonly found: number;
  readonly agrees: boolean;
}

async function compareMatrix(options: MatrixOptions): Promise<ComparedPart> {
  const { scored, notYet } = await runMatrix(options);
  if (scored.length + notYet.length > 0) console.log(renderSummary(scored, notYet));
  return {
    found: scored.length + notYet.length,
    agrees: scored.every(({ disagreement }) => disagreement === undefined),
  };
}

async function compareTests(options: TestsOptions): Promise<ComparedPart> {
  const { scored, notYet } = await runTests(options);
  if (scored.length + notYet.length > 0) console.log(renderTestsSummary(scored, notYet));
  return {
    found: scored.length + notYet.length,
    agrees: scored.every(({ disagreement }) => disagreement === undefined),
  };
}
