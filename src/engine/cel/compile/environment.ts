import type { Library } from "../functions/function-spec.ts";
import { dynType, isSameType } from "../types/cel-type.ts";
import type { CelType } from "../types/cel-type.ts";
import type { CelValue } from "../values/cel-value.ts";
import { readyOverload } from "./overloads.ts";
import type { ReadyOverload } from "./overloads.ts";

/** Messages that literals such as `JSONPatch{op: "add"}` build. */
export interface MessageType {
  /** True for the names of this type: one, or a family such as `Object` and `Object.spec`. */
  readonly isNamed: (name: string) => boolean;
  /** The value of a literal. Throws a `CelError` for a field that does not exist or has another type. */
  readonly build: (name: string, fields: ReadonlyMap<string, CelValue>) => CelValue;
  /** The type of a field, or undefined for one that does not exist; any field is `dyn` where this is absent. */
  readonly fieldType?: (name: string, field: string) => CelType | undefined;
  /** The type of a literal where it is not the message itself: a wrapper of a scalar. */
  readonly resultType?: (name: string) => CelType;
}

/** A type with declared fields, whose values are plain maps: `request`, `namespaceObject`, `variables`. */
export interface StructType {
  readonly name: string;
  /** The type of a field, or undefined for one that does not exist. */
  readonly fieldType: (field: string) => CelType | undefined;
}

/** What an expression may name: variables, functions, message types. */
export interface CelEnvironment {
  readonly variables: ReadonlyMap<string, CelType>;
  /** Overloads by name; methods and functions apart. */
  readonly functions: ReadonlyMap<string, readonly ReadyOverload[]>;
  readonly methods: ReadonlyMap<string, readonly ReadyOverload[]>;
  readonly messages: readonly MessageType[];
  /** Types with declared fields by name. */
  readonly structs: ReadonlyMap<string, StructType>;
  /** True where a list or map literal may have elements of several types. */
  readonly mixesLiterals: boolean;
  /** True where `all(i, x, …)` and the transforming macros exist. */
  readonly hasTwoVariableMacros: boolean;
  /** True where texts that can never be a duration, timestamp or pattern are errors of compilation. */
  readonly checksLiterals: boolean;
  /** Names are looked up here first: `a.b`, then `a`, then the root. */
  readonly container: string;
  /** True where unknown names are errors of the evaluation, which `||` may absorb, instead of the compilation. */
  readonly resolvesLate: boolean;
}

export interface EnvironmentOptions {
  readonly variables: Readonly<Record<string, CelType>>;
  readonly libraries: readonly Library[];
  readonly messages?: readonly MessageType[];
  readonly structs?: readonly StructType[];
  readonly mixesLiterals?: boolean;
  readonly hasTwoVariableMacros?: boolean;
  readonly checksLiterals?: boolean;
  readonly container?: string;
  readonly resolvesLate?: boolean;
}

/** An environment, made once and shared by all expressions of a kind of policy. */
export function celEnvironment(options: EnvironmentOptions): CelEnvironment {
  const functions = new Map<string, ReadyOverload[]>();
  const methods = new Map<string, ReadyOverload[]>();
  for (const { functions: specs, replaces = [], overrides = false } of options.libraries) {
    for (const name of replaces) methods.delete(name);
    for (const overload of specs.flatMap((spec) => spec.overloads)) {
      const ready = readyOverload(overload);
      const table = ready.signature.isMethod ? methods : functions;
      const known = table.get(ready.signature.name);
      if (known === undefined) table.set(ready.signature.name, [ready]);
      else addOverload(known, ready, overrides);
    }
  }
  return {
    variables: new Map(Object.entries(options.variables)),
    functions,
    methods,
    messages: options.messages ?? [],
    structs: new Map((options.structs ?? []).map((struct) => [struct.name, struct])),
    mixesLiterals: options.mixesLiterals ?? true,
    hasTwoVariableMacros: options.hasTwoVariableMacros ?? true,
    checksLiterals: options.checksLiterals ?? false,
    container: options.container ?? "",
    resolvesLate: options.resolvesLate ?? false,
  };
}

function addOverload(known: ReadyOverload[], added: ReadyOverload, overrides: boolean): void {
  const { parameters } = added.signature;
  const at = known.findIndex(
    ({ signature }) =>
      signature.parameters.length === parameters.length &&
      signature.parameters.every((type, index) => isSameType(type, parameters[index] ?? dynType)),
  );
  if (overrides && at >= 0) known[at] = added;
  else known.push(added);
}

/** The environment with more variables, and with types that they need. */
export function extendEnvironment(
  environment: CelEnvironment,
  variables: Readonly<Record<string, CelType>>,
  structs: readonly StructType[] = [],
): CelEnvironment {
  return {
    ...environment,
    variables: new Map([...environment.variables, ...Object.entries(variables)]),
    structs: new Map([...environment.structs, ...structs.map((struct) => [struct.name, struct] as const)]),
  };
}

/** The names that `name` may stand for within a container, the nearest first. A leading dot means the root. */
export function candidateNames(container: string, name: string): readonly string[] {
  if (name.startsWith(".")) return [name.slice(1)];
  if (container === "") return [name];
  const parts = container.split(".");
  return [...parts.map((_, index) => `${parts.slice(0, parts.length - index).join(".")}.${name}`), name];
}
