import { withFloats } from "../context/entry-value.ts";
import type { RuleContext } from "../context/rule-context.ts";
import { QueryError } from "../errors.ts";
import { asFloat, isList } from "../values/json.ts";
import type { Json } from "../values/json.ts";
import type { CloneSources, SourceRequest } from "./clone-sources.ts";
import type { CompiledForEachGeneration, GenerationBody } from "./compiled-generations.ts";
import { objectOfData } from "./desired-object.ts";
import type { DesiredObject, Origin } from "./desired-object.ts";
import type { GenerationPattern, PatternRenderer } from "./generation-pattern.ts";
import { copyListed, copyNamed } from "./copy-sources.ts";

/** What objects are made with. */
export interface ObjectsRun {
  readonly origin: Origin;
  readonly context: RuleContext;
  readonly sources: CloneSources;
}

/** What could be made, what could not, and what must be loaded first. */
export interface MadeObjects {
  readonly objects: DesiredObject[];
  readonly failures: string[];
  readonly pending: SourceRequest[];
}

/**
 * Makes the objects of a rule that applies. What fails does not keep the rest from being made. Throws `BudgetExceeded` and
 * a `Suspension`.
 */
export function makeObjects(body: GenerationBody, run: ObjectsRun): MadeObjects {
  const made: MadeObjects = { objects: [], failures: [], pending: [] };
  if (body.kind === "pattern") makePattern(body.pattern, run, made, "");
  else for (const [index, entry] of body.entries.entries()) makeForEach(entry, index, run, made);
  return made;
}

function makePattern(render: PatternRenderer, run: ObjectsRun, made: MadeObjects, prefix: string): void {
  const fail = (message: string): void => {
    made.failures.push(`${prefix}${message}`);
  };
  try {
    const pattern = render(run.context);
    const foreign = foreignNamespace(pattern, run.origin.policy.namespace);
    if (foreign === undefined) makeContent(pattern, run, made, fail);
    else fail(foreign);
  } catch (error) {
    if (!(error instanceof QueryError)) throw error;
    fail(error.message);
  }
}

function makeContent(
  pattern: GenerationPattern,
  run: ObjectsRun,
  made: MadeObjects,
  fail: (message: string) => void,
): void {
  const { target, content } = pattern;
  switch (content.kind) {
    case "data":
      made.objects.push(objectOfData(content.data, target, run.origin));
      return;
    case "clone":
      copyNamed(target, content, run, made, fail);
      return;
    case "cloneList":
      copyListed(target.namespace, content, run, made, fail);
      return;
  }
}

/** A policy of a namespace makes and copies within it alone. */
function foreignNamespace(
  { target, content }: GenerationPattern,
  namespace: string | undefined,
): string | undefined {
  if (namespace === undefined) return undefined;
  const of = (what: string, received: string): string | undefined =>
    received === namespace
      ? undefined
      : `a namespaced policy cannot ${what} other namespaces, expected: ${namespace}, received: ${received}`;
  return (
    of("generate resources in", target.namespace) ??
    (content.kind === "data" ? undefined : of("clone resources from", content.namespace))
  );
}

function makeForEach(
  entry: CompiledForEachGeneration,
  index: number,
  run: ObjectsRun,
  made: MadeObjects,
): void {
  const { context } = run;
  let elements: Json;
  try {
    elements = context.query(entry.list);
  } catch (error) {
    if (!(error instanceof QueryError)) throw error;
    made.failures.push(`failed to evaluate ${index} foreach list: ${error.message}`);
    return;
  }
  const prefix = `failed to process ${index} foreach in rule ${run.origin.rule}: `;
  for (const [position, element] of (isList(elements) ? elements : [elements]).entries()) {
    if (element !== null) makeElement(entry, { element, position, prefix }, run, made);
  }
}

interface ElementPlace {
  readonly element: Json;
  readonly position: number;
  readonly prefix: string;
}

function makeElement(
  entry: CompiledForEachGeneration,
  { element: listed, position, prefix }: ElementPlace,
  run: ObjectsRun,
  made: MadeObjects,
): void {
  const { context } = run;
  const place = `${prefix}failed to process ${position} element: `;
  context.environment.budget.element();
  const element = withFloats(listed, context.environment);
  const elementIndex = asFloat(position, context.environment.numbers);
  context.enter(entry.context, [
    ["element", element],
    ["element0", element],
    ["elementIndex", elementIndex],
    ["elementIndex0", elementIndex],
  ]);
  try {
    if (entry.preconditions?.(context).holds ?? true) makePattern(entry.pattern, run, made, place);
  } catch (error) {
    if (!(error instanceof QueryError)) throw error;
    made.failures.push(`${place}failed to evaluate preconditions: ${error.message}`);
  } finally {
    context.leave();
  }
}
