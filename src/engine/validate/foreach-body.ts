import type { CompiledEntry } from "../context/context-entry.ts";
import { withFloats } from "../context/entry-value.ts";
import { QueryError } from "../errors.ts";
import { goTypeName } from "../values/go-type-name.ts";
import { asFloat, isList, isObject } from "../values/json.ts";
import type { Json } from "../values/json.ts";
import type { ConditionsTest, RuleBody, RuleOutcome, RuleRun } from "./compiled-rule.ts";

/** One entry of a foreach, compiled. */
export interface CompiledForEach {
  readonly list: string;
  readonly context: readonly CompiledEntry[];
  readonly preconditions: ConditionsTest | undefined;
  /** Undefined: patterns see the element where it is an object. */
  readonly elementScope: boolean | undefined;
  readonly body: RuleBody;
}

/**
 * A body that judges each element of each list. The first element that fails or cannot be judged ends it. Lists that do
 * not exist are passed over; where no element at all was judged there is no verdict, or the error of a list.
 */
export function forEachBody(entries: readonly CompiledForEach[], nesting: number, rule: string): RuleBody {
  return (run) => {
    let judged = 0;
    let listError: string | undefined;
    for (const entry of entries) {
      const elements = elementsOf(entry, run);
      if (typeof elements === "string") {
        listError ??= elements;
        continue;
      }
      for (const [index, element] of elements.entries()) {
        const outcome = judgeElement(entry, element, index, { run, nesting, rule });
        if (outcome === undefined || outcome.status === "skip") continue;
        if (outcome.status !== "pass") return outcome;
        judged += 1;
      }
    }
    if (judged > 0) return { status: "pass", message: "rule passed" };
    return listError === undefined
      ? undefined
      : { status: "error", message: `failed to evaluate list: ${listError}` };
  };
}

/** The elements, or why the list cannot be evaluated. A value that is no list is its own only element. */
function elementsOf(entry: CompiledForEach, run: RuleRun): readonly Json[] | string {
  try {
    const value = run.context.query(entry.list);
    return isList(value) ? value : [value];
  } catch (error) {
    if (!(error instanceof QueryError)) throw error;
    return error.code === "unknownKey" ? [] : error.message;
  }
}

interface ElementRun {
  readonly run: RuleRun;
  readonly nesting: number;
  readonly rule: string;
}

function judgeElement(
  entry: CompiledForEach,
  listed: Json,
  index: number,
  { run, nesting, rule }: ElementRun,
): RuleOutcome | undefined {
  if (listed === null) return undefined;
  const { context, input } = run;
  context.environment.budget.element();
  const element = withFloats(listed, context.environment);
  if (entry.elementScope === true && !isObject(element)) return notAnObject(element, input.numbers);
  const position = asFloat(index, input.numbers);
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
    if (!preconditionsHold(entry, run)) return undefined;
    const scoped = entry.elementScope ?? isObject(element);
    const outcome = entry.body(scoped ? { ...run, element } : run);
    if (outcome === undefined || outcome.status === "pass" || outcome.status === "skip") return outcome;
    return { ...outcome, message: `validation failure: ${outcome.message}` };
  } finally {
    context.leave();
  }
}

function notAnObject(element: Json, numbers: RuleRun["input"]["numbers"]): RuleOutcome {
  const reason = `cannot use elementScope=true foreach rules for elements that are not maps, expected type=map got type=${goTypeName(element, numbers)}`;
  return { status: "error", message: `failed to process foreach: ${reason}` };
}

/** Conditions that cannot be evaluated leave the element out, as those that do not hold. */
function preconditionsHold(entry: CompiledForEach, run: RuleRun): boolean {
  try {
    return entry.preconditions?.(run.context).holds ?? true;
  } catch (error) {
    if (error instanceof QueryError) return false;
    throw error;
  }
}
