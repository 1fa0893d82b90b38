import type { Operation } from "#engine/input.ts";

import { judgeByPolicies } from "../judge.ts";
import { missingOf } from "../policies/decode-policy.ts";
import { UsageError } from "../usage-error.ts";
import { checkResult } from "./check-result.ts";
import type { CheckedRun } from "./check-result.ts";
import { expectedObjects } from "./expected-objects.ts";
import { judgedPolicies, judgedTargets } from "./judged-policy.ts";
import type { JudgedPolicy } from "./judged-policy.ts";
import { resourceKey } from "./resource-key.ts";
import type { ExpectedResult, TestFile } from "./test-file.ts";
import type { TestOutcome, TestRow } from "./test-outcome.ts";
import { loadTestWorld } from "./test-world.ts";
import type { TestPlace, TestWorld } from "./test-world.ts";
import { unsupportedParts } from "./unsupported-parts.ts";

/** Runs one test. What keeps it from running is its error; nothing is thrown for a mistake in its files. */
export async function runTest(
  test: TestFile,
  results: readonly ExpectedResult[],
  place: TestPlace,
): Promise<TestOutcome> {
  const head = { path: place.path, name: test.metadata?.name ?? "" };
  try {
    return { ...head, ...(await runLoaded(results, test, await loadTestWorld(test, place), place)) };
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    const features = unsupportedParts(test);
    const counts = { policies: 0, resources: 0, exceptions: 0 };
    return { ...head, rows: [], error: error.message, features, warnings: [], counts };
  }
}

async function runLoaded(
  results: readonly ExpectedResult[],
  test: TestFile,
  world: TestWorld,
  place: TestPlace,
): Promise<Omit<TestOutcome, "path" | "name">> {
  const { policies, resources } = world;
  const runs = new Map<string, CheckedRun>();
  const runFor = (operation: Operation | undefined): CheckedRun => {
    const key = operation ?? "";
    const run = runs.get(key) ?? judgeAll(world, operation, place);
    runs.set(key, run);
    return run;
  };
  const rows: TestRow[] = [];
  const invalid = policies.problems.filter(({ kind }) => kind === "invalid").map(({ message }) => message);
  const warnings = [...world.warnings, ...invalid];
  for (const result of results) {
    const checked = await checkResult(result, runFor(result.operation));
    rows.push(...checked.rows);
    warnings.push(...checked.warnings);
  }
  const features = featuresOf(test, world, [...runs.values()]);
  const refused = policies.problems
    .filter(({ kind, features: missing }) => kind === "refused" || missing.some(isForeignMode))
    .map(({ message }) => message);
  const missing =
    features.length === 0 ? [] : [`the test needs ${features.join(", ")}, which is not supported yet`];
  const problems = [...refused, ...missing];
  return {
    rows,
    ...(problems.length === 0 ? {} : { error: problems.join("; ") }),
    features,
    warnings,
    counts: {
      policies: policies.policies.length,
      resources: resources.length,
      exceptions: world.exceptions.exceptions.length + world.exceptions.celExceptions.length,
    },
  };
}

/** Of a policy for requests to services, which will never be judged here. */
function isForeignMode(feature: string): boolean {
  return feature.startsWith("evaluation.mode.");
}

function judgeAll(
  { judgement, policies, resources }: TestWorld,
  operation: Operation | undefined,
  { path, files }: TestPlace,
): CheckedRun {
  const asked = operation === undefined ? judgement : { ...judgement, operation };
  const verdicts = new Map(
    resources.map((resource) => [resourceKey(resource), judgeByPolicies(asked, resource)]),
  );
  const judged = new Map<string, readonly JudgedPolicy[]>(
    [...verdicts].map(([key, found]) => [key, found.flatMap(judgedPolicies)]),
  );
  const changed = [...verdicts.values()].flat().flatMap(judgedTargets);
  const targets = Map.groupBy(changed, ({ resource }) => resourceKey(resource));
  const onlyChanged = [...targets].flatMap(([key, [first]]) =>
    verdicts.has(key) || first === undefined ? [] : [first.resource],
  );
  const named = (kind: string): readonly (readonly [string, string])[] =>
    policies.problems
      .filter((problem) => problem.kind === kind && problem.name !== "")
      .map(({ name, message }) => [name, message] as const);
  return {
    resources: [...resources, ...onlyChanged],
    targets,
    judged,
    expected: expectedObjects(path, files),
    unsupported: new Map(named("unsupported")),
    invalid: new Set(named("invalid").map(([name]) => name)),
  };
}

function featuresOf(test: TestFile, { policies }: TestWorld, runs: readonly CheckedRun[]): readonly string[] {
  const answered = runs
    .flatMap(({ judged }) => [...judged.values()].flat())
    .flatMap(({ responses }) => responses.flatMap(({ unsupported }) => unsupported ?? []));
  const names = new Set([
    ...unsupportedParts(test),
    ...policies.problems.flatMap(({ features }) => features),
    ...policies.policies.flatMap(missingOf),
    ...answered,
  ]);
  return [...names].toSorted();
}
