import type { QueryEnvironment } from "../context/query-context.ts";
import type { Json } from "../values/json.ts";

/** The kinds that parameters are declared with. `expref` is an expression (`&name`), evaluated by the function. */
export type ParameterType =
  | "any"
  | "array"
  | "array[number]"
  | "array[string]"
  | "expref"
  | "number"
  | "object"
  | "string";

/** An expression given as an argument; a key that it lacks counts as null. */
export class ExpressionReference {
  readonly evaluate: (node: Json) => Json;

  constructor(evaluate: (node: Json) => Json) {
    this.evaluate = evaluate;
  }
}

export type Argument = Json | ExpressionReference;

/** What a function is given: arguments whose kinds were checked, and the environment of the query. */
export interface Call {
  readonly name: string;
  readonly arguments: readonly Argument[];
  readonly environment: QueryEnvironment;
}

/** One function of the language. */
export interface FunctionSpec {
  readonly name: string;
  /** The kinds that each parameter takes. Without parameters, arguments are ignored. */
  readonly parameters: readonly (readonly ParameterType[])[];
  /** The last parameter may repeat; kinds are then up to the function. */
  readonly variadic?: true;
  /** The kind of the result, for help texts. */
  readonly returns: ParameterType | "bool";
  readonly call: (call: Call) => Json;
  /** Expressions over an empty object and their values: documentation and tests at once. */
  readonly examples: readonly Example[];
  /** Expressions over an empty object for which it fails, with what it says; none where it takes no arguments. */
  readonly errors: readonly ErrorExample[];
}

export type Example = readonly [expression: string, value: Json];

export type ErrorExample = readonly [expression: string, reason: string];
