import { decodeForEachValidations } from "#api/kyverno/validate.ts";
import type { ForEachValidation } from "#api/kyverno/validate.ts";
import { compileContextEntry } from "#engine/context/context-entry.ts";
import { entryValue } from "#engine/context/entry-value.ts";
import { QueryError } from "#engine/errors.ts";
import { asFloat, isList, isObject } from "#engine/values/json.ts";
import type { Json } from "#engine/values/json.ts";

import { cappedValue } from "./capped-value.ts";
import type { CheckRun } from "./check-run.ts";
import { explainConditions } from "./explain-conditions.ts";
import type { CheckExplanation, ElementExplanation, ListExplanation } from "./explanation.ts";

/** Elements of one list that are explained. */
const maxElements = 50;

/** Where a foreach stands, and how the parts of its entries are explained. */
export interface ForEachPlace {
  readonly path: string;
  readonly run: CheckRun;
  readonly nesting: number;
  readonly explainParts: (
    parts: Pick<ForEachValidation, "deny" | "pattern" | "anyPattern"> & {
      readonly foreach?: readonly ForEachValidation[];
    },
    path: string,
    run: CheckRun,
    nesting: number,
  ) => CheckExplanation | undefined;
}

/** What each element of each list gives, also after one that failed. */
export function explainForEach(entries: readonly ForEachValidation[], place: ForEachPlace): CheckExplanation {
  const { path } = place;
  const lists = entries.map((entry, index) => explainList(entry, { ...place, path: `${path}[${index}]` }));
  return { kind: "foreach", path, lists };
}

function explainList(entry: ForEachValidation, place: ForEachPlace): ListExplanation {
  const { path } = place;
  const list = entry.list ?? "";
  const value = queried(list, place.run);
  if (typeof value === "string") return { path, list, error: value, elements: [], left: 0 };
  const elements = value
    .slice(0, maxElements)
    .map((element, index) => explainElement(entry, element, index, place));
  return { path, list, elements, left: Math.max(0, value.length - maxElements) };
}

/** The elements, or why the list cannot be evaluated. A value that is no list is its own only element. */
function queried(list: string, { context }: CheckRun): readonly Json[] | string {
  try {
    const value = context.query(list);
    return isList(value) ? value : [value];
  } catch (error) {
    if (!(error instanceof QueryError)) throw error;
    return error.code === "unknownKey" ? [] : error.message;
  }
}

function explainElement(
  entry: ForEachValidation,
  listed: Json,
  index: number,
  { path, run, nesting, explainParts }: ForEachPlace,
): ElementExplanation {
  const { context, input } = run;
  if (listed === null) return { index, element: null, note: "null is passed over" };
  const element = entryValue(listed, context.environment).value;
  const shown = { index, element: cappedValue(element) };
  if (entry.elementScope === true && !isObject(element)) {
    return { ...shown, note: "elementScope asks for objects, and the element is none" };
  }
  const position = asFloat(index, input.numbers);
  context.enter(
    (entry.context ?? []).map((item) => compileContextEntry(item, run.policyNamespace)),
    [
      ["element", element],
      [`element${nesting}`, element],
      ["elementIndex", position],
      [`elementIndex${nesting}`, position],
    ],
    input.injected?.foreach(run.rule.name),
  );
  try {
    const preconditions =
      entry.preconditions === undefined
        ? undefined
        : explainConditions(entry.preconditions as Json, `${path}.preconditions`, context);
    const judged = preconditions === undefined ? shown : { ...shown, preconditions };
    if (preconditions !== undefined && preconditions.holds !== true) return judged;
    const scoped = entry.elementScope ?? isObject(element);
    const check = explainParts(
      { ...entry, foreach: nestedOf(entry) },
      path,
      scoped ? { ...run, element } : run,
      nesting + 1,
    );
    return check === undefined ? judged : { ...judged, check };
  } finally {
    context.leave();
  }
}

function nestedOf({ foreach }: ForEachValidation): readonly ForEachValidation[] {
  if (foreach === undefined) return [];
  const decoded = decodeForEachValidations(foreach);
  return decoded.ok ? decoded.value : [];
}
