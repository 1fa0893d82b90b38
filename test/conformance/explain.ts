import { join } from "node:path";
import { env, exit } from "node:process";
import { parseArgs } from "node:util";

import { openFiles } from "#cli/documents/read-documents.ts";
import { explainResource } from "#cli/explain/explain-resource.ts";
import { renderExplanation } from "#cli/explain/render-explanation.ts";
import { judgeByPolicies, verdictsOf } from "#cli/judge.ts";
import type { Judgement } from "#cli/judge.ts";
import type { ScanResource } from "#cli/resources/scan-resource.ts";
import { findTests } from "#cli/tests/find-tests.ts";
import { loadTestWorld } from "#cli/tests/test-world.ts";
import { UsageError } from "#cli/usage-error.ts";

const usage = `Explains every object of every test folder, and compares the verdicts with those of a scan.

  node test/conformance/explain.ts --corpus DIR

  --corpus DIR   folder with tests (default: REARGUARD_CONFORMANCE/cli)`;

const { values } = parseArgs({
  options: { corpus: { type: "string" }, help: { type: "boolean", short: "h" } },
});
const root = env["REARGUARD_CONFORMANCE"];
const corpus = values.corpus ?? (root === undefined ? undefined : join(root, "cli"));
if (values.help === true || corpus === undefined) {
  console.error(usage);
  exit(values.help === true ? 0 : 1);
}

const width = 100;
const files = openFiles(() => {
  throw new Error("tests do not read standard input");
});
let [objects, rules, tests] = [0, 0, 0];
const wrong: string[] = [];
for await (const found of findTests([corpus], "kyverno-test.yaml", files)) {
  if (found.kind === "problem") continue;
  const world = await loadTestWorld(found.test, { path: found.path, files, nowMs: Date.now() }).catch(
    (error: unknown) => {
      if (error instanceof UsageError) return undefined;
      throw error;
    },
  );
  tests += world === undefined ? 0 : 1;
  for (const resource of world?.resources ?? []) {
    objects += 1;
    const problem = world === undefined ? undefined : compare(world.judgement, resource);
    if (problem !== undefined) wrong.push(`${found.path}: ${resource.gvk.kind}/${resource.name}: ${problem}`);
  }
}
for (const line of wrong) console.log(line);
console.log(`${objects} objects of ${tests} tests, ${rules} rules explained, ${wrong.length} differences`);
exit(objects === 0 || wrong.length > 0 ? 1 : 0);

/** Undefined where both say the same, and the text fits. */
function compare(judgement: Judgement, resource: ScanResource): string | undefined {
  const scanned = judgeByPolicies(judgement, resource)
    .flatMap(verdictsOf)
    .map(({ policy: { compiled }, response: { rule, status } }) => {
      const { key, name } = compiled.identity;
      const verdict = status === "fail" && !compiled.reporting.scored ? "warn" : status;
      return [key, rule === name ? "" : rule, verdict].join(" ");
    });
  const explaining = explainResource(judgement, resource);
  if (explaining.kind === "waiting") return "files answer at once, and yet it waits";
  rules += explaining.rules.length;
  const explained = explaining.rules
    .filter(({ verdict }) => verdict !== "none")
    .map(({ policy, rule, verdict }) => [policy, rule === nameOf(policy) ? "" : rule, verdict].join(" "));
  const text = renderExplanation(
    {
      resource: { apiVersion: resource.apiVersion, kind: resource.gvk.kind, name: resource.name },
      rules: explaining.rules,
    },
    { width, color: false, detailed: true },
  );
  const long = text.split("\n").find((line) => line.length > width);
  if (long !== undefined) return `a line is too long: ${long}`;
  const difference = new Set(scanned).symmetricDifference(new Set(explained));
  return difference.size === 0 ? undefined : [...difference].join(", ");
}

function nameOf(policy: string): string {
  return policy.slice(policy.lastIndexOf("/") + 1);
}
