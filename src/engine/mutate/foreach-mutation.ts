import { decodeForEachMutations } from "#api/kyverno/mutate.ts";
import type { ForEachMutation } from "#api/kyverno/mutate.ts";

import { compileConditionBlock } from "../compile/condition-block.ts";
import { compileContextEntry } from "../context/context-entry.ts";
import type { CompiledEntry } from "../context/context-entry.ts";
import { withFloats } from "../context/entry-value.ts";
import type { Template } from "../context/query-context.ts";
import { QueryError } from "../errors.ts";
import type { ConditionsTest } from "../validate/compiled-rule.ts";
import { deepEqual } from "../values/deep-equal.ts";
import { asFloat, isList, isObject } from "../values/json.ts";
import type { Json, JsonObject } from "../values/json.ts";
import { compileTemplate } from "../variables/template.ts";
import type { MutationRun } from "./mutation-run.ts";
import { createPatcher } from "./patch-object.ts";
import type { PatchOutcome, Patcher } from "./patch-object.ts";

/** One entry of a foreach, compiled. */
export interface CompiledForEachMutation {
  readonly list: string;
  /** From the last element to the first. */
  readonly descending: boolean;
  readonly context: readonly CompiledEntry[];
  readonly preconditions: ConditionsTest | undefined;
  readonly nested: readonly CompiledForEachMutation[];
  readonly template: Template;
  readonly patch: Patcher;
}

const maxNesting = 16;

/** Compiles the entries of a foreach. Throws a `QueryError` for one that cannot be read. */
export function compileForEachMutations(
  entries: readonly ForEachMutation[],
  policyNamespace: string | undefined,
  nesting: number,
): readonly CompiledForEachMutation[] {
  if (nesting >= maxNesting && entries.length > 0) {
    throw new QueryError("failed", `foreach is nested deeper than ${maxNesting} levels`);
  }
  return entries.map((entry) => {
    const { patchStrategicMerge = null, patchesJson6902 = "", order } = entry;
    return {
      list: entry.list ?? "",
      // Merged elements come first in their list, so going backwards keeps the order of the elements.
      descending: order === undefined ? patchStrategicMerge !== null : order === "Descending",
      context: (entry.context ?? []).map((item) => compileContextEntry(item, policyNamespace)),
      preconditions: compileConditionBlock(entry.preconditions, "foreach.preconditions"),
      nested: compileForEachMutations(nestedEntries(entry), policyNamespace, nesting + 1),
      template: compileTemplate({ patchStrategicMerge: patchStrategicMerge as Json, patchesJson6902 }),
      patch: createPatcher(),
    };
  });
}

function nestedEntries({ foreach }: ForEachMutation): readonly ForEachMutation[] {
  if (foreach === undefined || foreach === null) return [];
  const decoded = decodeForEachMutations(foreach);
  if (decoded.ok) return decoded.value;
  const problems = decoded.problems.map(({ path, message }) => `${path}: ${message}`).join("; ");
  throw new QueryError("failed", `foreach: ${problems}`);
}

/**
 * Carries out the entries one after the other; expressions of an entry see what those before it did. The first element
 * that cannot be mutated makes an error of the whole, and nothing of it counts.
 */
export function mutateForEach(
  entries: readonly CompiledForEachMutation[],
  run: MutationRun,
  object: JsonObject,
  nesting: number,
): PatchOutcome {
  let current = object;
  let applied = 0;
  for (const entry of entries) {
    const elements = elementsOf(entry, run);
    if (typeof elements === "string") return { status: "error", message: elements };
    const outcome = mutateElements(entry, elements, { run, object: current, nesting });
    if (outcome.status === "error") {
      return { status: "error", message: `failed to mutate elements: ${outcome.message}` };
    }
    if (outcome.status === "skip") continue;
    applied += 1;
    current = outcome.object;
    run.refresh(current);
  }
  return applied === 0
    ? { status: "skip", message: "0 elements processed" }
    : { status: "pass", object: current };
}

/** The elements, or why there are none. A value that is no list is its own only element. */
function elementsOf({ list }: CompiledForEachMutation, { context }: MutationRun): readonly Json[] | string {
  try {
    const value = context.query(list);
    return isList(value) ? value : [value];
  } catch (error) {
    if (!(error instanceof QueryError)) throw error;
    return `failed to evaluate list ${list}: ${error.message}: ${error.message}`;
  }
}

interface ElementsRun {
  readonly run: MutationRun;
  readonly object: JsonObject;
  readonly nesting: number;
}

/** Elements keep their position in the list, whatever the order; nulls are passed over. */
function mutateElements(
  entry: CompiledForEachMutation,
  elements: readonly Json[],
  { run, object, nesting }: ElementsRun,
): PatchOutcome {
  let current = object;
  const positions = [...elements.keys()];
  for (const index of entry.descending ? positions.reverse() : positions) {
    const element = elements[index] ?? null;
    if (element === null) continue;
    const outcome = mutateElement(entry, element, index, { run, object: current, nesting });
    if (outcome.status === "error") return outcome;
    if (outcome.status === "pass") current = outcome.object;
  }
  const { numbers, budget } = run.context.environment;
  return current === object || deepEqual(current, object, numbers, budget)
    ? { status: "skip", message: "no patches applied" }
    : { status: "pass", object: current };
}

function mutateElement(
  entry: CompiledForEachMutation,
  listed: Json,
  index: number,
  { run, object, nesting }: ElementsRun,
): PatchOutcome {
  const { context, input, rule } = run;
  const { environment, base } = context;
  environment.budget.element();
  const element = withFloats(listed, environment);
  const position = asFloat(index, environment.numbers);
  context.enter(
    entry.context,
    [
      ["element", element],
      [`element${nesting}`, element],
      ["elementIndex", position],
      [`elementIndex${nesting}`, position],
    ],
    input.injected?.foreach(rule),
  );
  try {
    const skipped = checkPreconditions(entry, index, run);
    if (skipped !== undefined) return skipped;
    return entry.nested.length > 0
      ? mutateForEach(entry.nested, run, object, nesting + 1)
      : patchElement(entry, object, run);
  } finally {
    context.leave();
    context.rebase(base);
  }
}

function checkPreconditions(
  entry: CompiledForEachMutation,
  index: number,
  { context }: MutationRun,
): PatchOutcome | undefined {
  try {
    const holds = entry.preconditions?.(context).holds ?? true;
    return holds ? undefined : { status: "skip", message: "preconditions not met" };
  } catch (error) {
    if (!(error instanceof QueryError)) throw error;
    const message = `failed to evaluate mutate.foreach[${index}].preconditions: ${error.message}`;
    return { status: "error", message };
  }
}

function patchElement(
  entry: CompiledForEachMutation,
  object: JsonObject,
  { context }: MutationRun,
): PatchOutcome {
  let block: Json;
  try {
    block = entry.template.render(context);
  } catch (error) {
    if (!(error instanceof QueryError)) throw error;
    return { status: "error", message: `variable substitution failed: ${error.message}` };
  }
  return entry.patch(isObject(block) ? block : {}, object, context.environment);
}
