import type { DesiredObject } from "#engine/generate/desired-object.ts";
import type { RuleResponse } from "#engine/response.ts";

import type { Comparison, ExpectedObjects } from "./expected-objects.ts";
import type { JudgedPolicy, JudgedTarget } from "./judged-policy.ts";
import { resourceKey, selectResources } from "./resource-key.ts";
import { decodeResource } from "../resources/scan-resource.ts";
import type { ScanResource } from "../resources/scan-resource.ts";
import type { ExpectedResult } from "./test-file.ts";
import type { TestRow } from "./test-outcome.ts";

/** What the results of a test are checked against. */
export interface CheckedRun {
  /** The objects that were judged, and those that were changed because of them. */
  readonly resources: readonly ScanResource[];
  /** By `resourceKey`. */
  readonly targets: ReadonlyMap<string, readonly JudgedTarget[]>;
  /** By `resourceKey`; no entry for an object that was only changed. */
  readonly judged: ReadonlyMap<string, readonly JudgedPolicy[]>;
  readonly expected: ExpectedObjects;
  /** Names of policies that cannot be judged by this version, with what they need. */
  readonly unsupported: ReadonlyMap<string, string>;
  /** Names of policies that are not valid. */
  readonly invalid: ReadonlySet<string>;
}

/** The rows of one entry of `results`, and what of it names nothing. */
export interface CheckedResult {
  readonly rows: readonly TestRow[];
  readonly warnings: readonly string[];
}

/** Checks one entry of `results`, object by object. */
export async function checkResult(result: ExpectedResult, run: CheckedRun): Promise<CheckedResult> {
  const { resources, unknown } = selectResources(result, run.resources);
  const name = lastPart(result.policy);
  const missing = run.unsupported.get(name);
  const rows: TestRow[] = [];
  for (const resource of resources) {
    const key = resourceKey(resource);
    if (missing !== undefined) {
      rows.push({ ...rowOf(result, key), result: "Fail", reason: "Not supported", message: missing });
      continue;
    }
    const judged = (run.judged.get(key) ?? []).filter(({ policy }) => policy === name);
    const changed = run.targets.get(key) ?? [];
    const found = [
      ...(await checkObject(result, key, judged, run)),
      ...(await checkTarget(result, key, changed, run)),
    ];
    const isUnknown = judged.length === 0 && changed.length === 0;
    rows.push(...(found.length === 0 && isUnknown ? [rowWithoutPolicy(result, key, run)] : found));
  }
  if (rows.length === 0 && resources.length === 0) rows.push(rowWithoutPolicy(result, "", run));
  return { rows, warnings: unknown.map((what) => warningOf(what, result, resources.length)) };
}

async function checkObject(
  result: ExpectedResult,
  key: string,
  judged: readonly JudgedPolicy[],
  run: CheckedRun,
): Promise<readonly TestRow[]> {
  const rows: TestRow[] = [];
  let excluded = false;
  for (const policy of judged) {
    const responses = policy.responses.filter(({ rule }) => isRuleOf(result, rule));
    excluded ||= responses.length === 0;
    for (const response of responses) {
      const made = policy.generated.filter(({ rule }) => rule === response.rule);
      rows.push(
        ...(made.length > 0
          ? await Promise.all(made.map((object) => checkGenerated(result, object, response, run)))
          : await checkResponse(result, key, policy, response, run)),
      );
    }
  }
  // A policy has an entry for each type of its rules; those without the rule in question say nothing.
  return rows.length === 0 && excluded
    ? [{ ...rowOf(result, key), result: "Pass", reason: "Excluded", message: "Excluded" }]
    : rows;
}

/** A generated object has a row of its own, and must be in one of the files where there are any. */
async function checkGenerated(
  result: ExpectedResult,
  { object, target }: DesiredObject,
  { rule, status, message }: RuleResponse,
  { expected }: CheckedRun,
): Promise<TestRow> {
  const row = { ...rowOf(result, `/${target.name}`), rule, message };
  const listed = result.generatedResources ?? [];
  const single = result.generatedResource ?? "";
  const files = listed.length > 0 ? listed : single === "" ? [] : [single];
  const decoded = decodeResource(object);
  if (files.length === 0 || !decoded.ok) return { ...row, ...verdictOf(result.result, status) };
  const comparisons = await Promise.all(files.map((file) => expected.compare(file, decoded.resource)));
  if (comparisons.some(({ kind }) => kind === "equal")) {
    return { ...row, ...verdictOf(result.result, status) };
  }
  // What differs says more than what is not there.
  const order = ["different", "unreadable", "absent"];
  const failed = comparisons
    .filter((comparison) => comparison.kind !== "equal")
    .toSorted((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind));
  const [worst] = failed;
  return worst === undefined
    ? { ...row, result: "Fail", reason: "Resource error" }
    : { ...row, ...failedComparison(worst) };
}

/** Whatever policy changed an existing object, its outcome is held against the result. */
async function checkTarget(
  result: ExpectedResult,
  key: string,
  changed: readonly JudgedTarget[],
  run: CheckedRun,
): Promise<readonly TestRow[]> {
  const rows: TestRow[] = [];
  for (const { response, ...target } of changed) {
    rows.push(...(await checkResponse(result, key, target, response, run)));
  }
  return rows;
}

async function checkResponse(
  result: ExpectedResult,
  key: string,
  { object, resource }: Pick<JudgedPolicy, "object" | "resource">,
  { rule, status, message }: RuleResponse,
  run: CheckedRun,
): Promise<readonly TestRow[]> {
  const row = { ...rowOf(result, key), rule, message };
  const file = result.patchedResources ?? "";
  if (file !== "") {
    const comparison = await run.expected.compare(file, { ...resource, object });
    if (comparison.kind === "absent" && result.failOnMissingResources !== true) return [];
    if (comparison.kind !== "equal") return [{ ...row, ...failedComparison(comparison) }];
  }
  return [{ ...row, ...verdictOf(result.result, status) }];
}

function failedComparison(
  comparison: Exclude<Comparison, { kind: "equal" }>,
): Pick<TestRow, "result" | "reason" | "message"> {
  const reason = comparison.kind === "different" ? "Resource diff" : "Resource error";
  return { result: "Fail", reason, message: comparison.message };
}

function verdictOf(want: string, got: string): Pick<TestRow, "result" | "reason"> {
  return want === got
    ? { result: "Pass", reason: "Ok" }
    : { result: "Fail", reason: `Want ${want}, got ${got}` };
}

/** A rule of the result, or one generated from it for pod controllers; without a name all are meant. */
function isRuleOf({ rule = "" }: ExpectedResult, name: string): boolean {
  return rule === "" || name === rule || name === `autogen-${rule}` || name === `autogen-cronjob-${rule}`;
}

function rowWithoutPolicy(result: ExpectedResult, key: string, { invalid }: CheckedRun): TestRow {
  const row = { ...rowOf(result, key), rule: "" };
  return invalid.has(lastPart(result.policy))
    ? { ...row, result: "Skip", reason: "Invalid Policy", message: "Invalid Policy" }
    : { ...row, result: "Fail", reason: "Not found", message: "Not found" };
}

function rowOf(
  { policy, rule = "" }: ExpectedResult,
  resource: string,
): Pick<TestRow, "policy" | "rule" | "resource"> {
  return { policy, rule, resource };
}

function warningOf(what: string, { policy }: ExpectedResult, checked: number): string {
  const instead = (checked === 1 ? "the one resource" : `all ${checked} resources`) + " of the test";
  return `results for ${policy} name ${what}, which is no resource of the test; ${instead} may be checked instead`;
}

function lastPart(name: string): string {
  return name.slice(name.lastIndexOf("/") + 1);
}
