import type { QueryEnvironment } from "../context/query-context.ts";
import { QueryError } from "../errors.ts";
import { formatValue } from "../values/go-format.ts";
import { floatOf, isList, isObject } from "../values/json.ts";
import type { Json, NumberMode } from "../values/json.ts";
import { ExpressionReference } from "./function-spec.ts";
import type { Argument, FunctionSpec, ParameterType } from "./function-spec.ts";
import { findFunction } from "./function-table.ts";
import { orNull } from "./outcome.ts";
import type { Evaluate } from "./outcome.ts";

export interface CompiledArgument {
  readonly isReference: boolean;
  readonly evaluate: Evaluate;
}

/** A function call. Names, numbers and kinds of arguments are checked when it runs, as errors of the evaluation. */
export function compileCall(name: string, compiled: readonly CompiledArgument[]): Evaluate {
  const spec = findFunction(name);
  return (node, environment) => {
    const list = compiled.map((argument) => resolve(argument, node, environment));
    if (spec === undefined) throw new QueryError("type", `unknown function: ${name}`);
    checkArguments(spec, list, environment);
    environment.budget.step(1 + cost(list));
    const result = spec.call({ name, arguments: list, environment });
    charge(result, environment);
    return result;
  };
}

function resolve(argument: CompiledArgument, node: Json, environment: QueryEnvironment): Argument {
  const { evaluate } = argument;
  if (!argument.isReference) return orNull(evaluate(node, environment));
  return new ExpressionReference((element) => orNull(evaluate(element, environment)));
}

/** Steps for looking at the arguments: one for each member of a list and each 64 characters of a text. */
function cost(list: readonly Argument[]): number {
  let steps = 0;
  for (const argument of list) {
    if (typeof argument === "string") steps += argument.length >> 6;
    else if (!(argument instanceof ExpressionReference) && isList(argument)) steps += argument.length;
  }
  return steps;
}

function charge(result: Json, { budget }: QueryEnvironment): void {
  if (typeof result === "string") {
    budget.text(result.length);
    budget.step(result.length >> 6);
  } else if (isList(result)) {
    budget.step(result.length);
  }
}

function checkArguments(spec: FunctionSpec, list: readonly Argument[], environment: QueryEnvironment): void {
  const { parameters } = spec;
  if (parameters.length === 0) return;
  if (spec.variadic === true) {
    if (list.length < parameters.length) throw new QueryError("type", "Invalid arity.");
    return;
  }
  if (list.length !== parameters.length) throw new QueryError("type", "incorrect number of args");
  for (const [index, types] of parameters.entries()) {
    const argument = list[index] ?? null;
    if (!types.some((type) => isOfType(argument, type, environment.numbers))) {
      throw typeError(argument, types, environment);
    }
  }
}

const maxShownLength = 1024;

function typeError(
  argument: Argument,
  types: readonly ParameterType[],
  { numbers, budget }: QueryEnvironment,
): QueryError {
  const text = argument instanceof ExpressionReference ? "&" : formatValue(argument, numbers, budget);
  const shown = text.length > maxShownLength ? `${text.slice(0, maxShownLength)}...` : text;
  const expected = types.map((type) => `"${type}"`).join(", ");
  return new QueryError("type", `Invalid type for: ${shown}, expected: []jmespath.JpType{${expected}}`);
}

function isOfType(argument: Argument, type: ParameterType, numbers: NumberMode): boolean {
  if (argument instanceof ExpressionReference) return type === "expref";
  return typeTests[type](argument, numbers);
}

const typeTests: Readonly<Record<ParameterType, (value: Json, numbers: NumberMode) => boolean>> = {
  any: () => true,
  expref: () => false,
  string: (value) => typeof value === "string",
  number: isFloat,
  object: (value) => isObject(value),
  array: (value) => isList(value),
  "array[number]": (value, numbers) => isList(value) && value.every((item) => isFloat(item, numbers)),
  "array[string]": (value) => isList(value) && value.every((item) => typeof item === "string"),
};

function isFloat(value: Json, numbers: NumberMode): boolean {
  return floatOf(value, numbers) !== undefined;
}
