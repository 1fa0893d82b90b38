import { execFile } from "node:child_process";
import { readdir, readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { parseArgs, promisify } from "node:util";
import { compileCorpus } from "./cel/run-expressions.ts";
import { runFile } from "./cel/run-tests.ts";
import type { TestOutcome } from "./cel/run-tests.ts";

const usage = `Runs the conformance tests of the CEL specification and prints counts per file; then compiles every expression of
the policies of a corpus under the environment of its kind.

  node test/conformance/cel.ts [--corpus DIR] [--verbose]

  --corpus DIR   folder with policies (default: REARGUARD_CONFORMANCE); without one the second part is skipped, which is
                 an error in CI

The tests come from the Go module cel.dev/expr through the Go module proxy. It fails where a test fails that is not
in test/conformance/cel/known-failures.json, and where one in that list passes; likewise for expressions and
test/conformance/cel/known-refusals.json.`;

const version = "v0.25.1";
/** Files about protocol buffer messages and internals of an implementation, which no policy can reach. */
const excluded = new Set([
  "block_ext",
  "dynamic",
  "enums",
  "fields",
  "proto2",
  "proto2_ext",
  "proto3",
  "unknowns",
  "wrappers",
]);

const { values } = parseArgs({
  options: {
    corpus: { type: "string" },
    verbose: { type: "boolean" },
    help: { type: "boolean", short: "h" },
  },
});
if (values.help === true) console.log(usage);
else {
  await main(values.verbose === true);
  await compileExpressions(values.corpus ?? process.env["REARGUARD_CONFORMANCE"]);
}

async function main(isVerbose: boolean): Promise<void> {
  const folder = await ensureTests();
  const known = await readList("known-failures.json");
  const files = (await readdir(folder)).filter((name) => name.endsWith(".textproto")).sort();
  const failed: string[] = [];
  const checked: TestOutcome[] = [];
  let total = 0;
  for (const file of files) {
    const name = basename(file, ".textproto");
    if (excluded.has(name)) continue;
    const source = await readFile(join(folder, file), "utf8");
    const outcomes = runFile(source, false);
    checked.push(
      ...runFile(source, true).map((outcome) => ({ ...outcome, name: `${name}/${outcome.name}` })),
    );
    const problems = outcomes.filter(({ problem }) => problem !== undefined);
    total += outcomes.length;
    failed.push(...problems.map((outcome) => `${name}/${outcome.name}`));
    console.log(
      `${name.padEnd(16)} ${String(outcomes.length - problems.length).padStart(4)} of ${outcomes.length}`,
    );
    if (isVerbose) for (const { name: test, problem } of problems) console.log(`    ${test}: ${problem}`);
  }
  const share = ((100 * (total - failed.length)) / total).toFixed(2);
  console.log(`${"all".padEnd(16)} ${String(total - failed.length).padStart(4)} of ${total}, ${share} %`);
  const wrong = checked.filter(({ problem }) => problem !== undefined);
  console.log(
    `${"types alone".padEnd(16)} ${String(checked.length - wrong.length).padStart(4)} of ${checked.length}`,
  );
  if (isVerbose) for (const { name, problem } of wrong) console.log(`    ${name}: ${problem}`);
  failed.push(...wrong.map(({ name }) => name));
  report(
    "fails and is not in the list of known failures",
    failed.filter((name) => !Object.hasOwn(known, name)),
  );
  report(
    "is in the list of known failures and passes",
    Object.keys(known).filter((name) => !failed.includes(name)),
  );
}

/** Names with reasons. */
async function readList(name: string): Promise<Readonly<Record<string, string>>> {
  const text = await readFile(join(import.meta.dirname, "cel", name), "utf8");
  return JSON.parse(text) as Readonly<Record<string, string>>;
}

async function compileExpressions(corpus: string | undefined): Promise<void> {
  if (corpus === undefined) {
    console.error("expressions are skipped, no corpus: give --corpus, or set REARGUARD_CONFORMANCE");
    if (process.env["CI"] !== undefined) process.exitCode = 1;
    return;
  }
  const { compiled, refused } = await compileCorpus(corpus);
  const known = await readList("known-refusals.json");
  console.log(`expressions: ${compiled} compiled, ${refused.size} refused`);
  for (const [place, { problem }] of refused) {
    const reason = Object.hasOwn(known, place) ? known[place] : problem;
    console.log(`    ${place}: ${reason}`);
  }
  report(
    "is refused and is not in the list of known refusals",
    Array.from(refused.keys()).filter((place) => !Object.hasOwn(known, place)),
  );
}

function report(what: string, names: readonly string[]): void {
  for (const name of names) console.error(`${name} ${what}`);
  if (names.length > 0) process.exitCode = 1;
}

/** The folder with the tests; the Go command keeps it in its own cache. */
async function ensureTests(): Promise<string> {
  const { stdout } = await promisify(execFile)(
    "go",
    ["mod", "download", "-json", `cel.dev/expr@${version}`],
    {
      cwd: tmpdir(),
    },
  );
  const { Dir } = JSON.parse(stdout) as { readonly Dir: string };
  return join(Dir, "tests/simple/testdata");
}
