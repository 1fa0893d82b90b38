import type { Library } from "../functions/function-spec.ts";
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
}

/** What an expression may name: variables, functions, message types. */
export interface CelEnvironment {
  readonly variables: ReadonlyMap<string, CelType>;
  /** Overloads by name; methods and functions apart. */
  readonly functions: ReadonlyMap<string, readonly ReadyOverload[]>;
  readonly methods: ReadonlyMap<string, readonly ReadyOverload[]>;
  readonly messages: readonly MessageType[];
  /** Names are looked up here first: `a.b`, then `a`, then the root. */
  readonly container: string;
  /** True where unknown names are errors of the evaluation, which `||` may absorb, instead of the compilation. */
  readonly resolvesLate: boolean;
}

export interface EnvironmentOptions {
  readonly variables: Readonly<Record<string, CelType>>;
  readonly libraries: readonly Library[];
  readonly messages?: readonly MessageType[];
  readonly container?: string;
  readonly resolvesLate?: boolean;
}

/** An environment, made once and shared by all expressions of a kind of policy. */
export function celEnvironment(options: EnvironmentOptions): CelEnvironment {
  const functions = new Map<string, ReadyOverload[]>();
  const methods = new Map<string, ReadyOverload[]>();
  for (const { functions: specs } of options.libraries) {
    for (const overload of specs.flatMap((spec) => spec.overloads)) {
      const ready = readyOverload(overload);
      const table = ready.signature.isMethod ? methods : functions;
      const known = table.get(ready.signature.name);
      if (known === undefined) table.set(ready.signature.name, [ready]);
      else known.push(ready);
    }
  }
  return {
    variables: new Map(Object.entries(options.variables)),
    functions,
    methods,
    messages: options.messages ?? [],
    container: options.container ?? "",
    resolvesLate: options.resolvesLate ?? false,
  };
}

/** The names that `name` may stand for within a container, the nearest first. A leading dot means the root. */
export function candidateNames(container: string, name: string): readonly string[] {
  if (name.startsWith(".")) return [name.slice(1)];
  if (container === "") return [name];
  const parts = container.split(".");
  return [...parts.map((_, index) => `${parts.slice(0, parts.length - index).join(".")}.${name}`), name];
}
