import type { Library } from "../functions/function-spec.ts";
import type { CelType } from "../types/cel-type.ts";
import { readyOverload } from "./overloads.ts";
import type { ReadyOverload } from "./overloads.ts";

/** What an expression may name: variables, functions, message types. */
export interface CelEnvironment {
  readonly variables: ReadonlyMap<string, CelType>;
  /** Overloads by name; methods and functions apart. */
  readonly functions: ReadonlyMap<string, readonly ReadyOverload[]>;
  readonly methods: ReadonlyMap<string, readonly ReadyOverload[]>;
  /** Messages that literals may build: exact names, or a prefix with all names below it (`Object.`). */
  readonly messages: readonly string[];
  /** Names are looked up here first: `a.b`, then `a`, then the root. */
  readonly container: string;
  /** True where list and map literals may not mix types. */
  readonly hasUniformLiterals: boolean;
}

export interface EnvironmentOptions {
  readonly variables: Readonly<Record<string, CelType>>;
  readonly libraries: readonly Library[];
  readonly messages?: readonly string[];
  readonly container?: string;
  readonly hasUniformLiterals?: boolean;
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
    hasUniformLiterals: options.hasUniformLiterals ?? false,
  };
}

/** The environment with other variables, for an expression that sees more or fewer. */
export function withVariables(
  environment: CelEnvironment,
  variables: Readonly<Record<string, CelType>>,
): CelEnvironment {
  return { ...environment, variables: new Map([...environment.variables, ...Object.entries(variables)]) };
}

/** The names that `name` may stand for within a container, the nearest first. A leading dot means the root. */
export function candidateNames(container: string, name: string): readonly string[] {
  if (name.startsWith(".")) return [name.slice(1)];
  if (container === "") return [name];
  const parts = container.split(".");
  return [...parts.map((_, index) => `${parts.slice(0, parts.length - index).join(".")}.${name}`), name];
}
