import { CelIssueError } from "../syntax/cel-syntax-error.ts";
import { dynType, isSameType } from "../types/cel-type.ts";
import type { CelType } from "../types/cel-type.ts";

/** Steps of unification for one expression: types of types double with every level of a hostile one. */
const maxSteps = 200_000;

/** Types that null is no value of; it is one of all others. */
const neverNull: ReadonlySet<string> = new Set([
  "bool",
  "bytes",
  "double",
  "int",
  "list",
  "map",
  "string",
  "type",
  "uint",
]);

/** What is known of type variables while one expression is checked: unification as cel-go does it. */
export class Substitution {
  readonly #bound = new Map<string, CelType>();
  /** Names bound since an attempt began, with what they were bound to before. */
  #undo: (readonly [name: string, before: CelType | undefined])[] = [];
  #variables = 0;
  #steps = 0;

  /** A type variable that nothing is known of. */
  freshVariable(): CelType {
    return { name: `_var${this.#variables++}`, parameters: [], isParameter: true };
  }

  /** True where a value of `actual` may stand where `expected` is asked for; variables are bound only then. */
  isAssignable(expected: CelType, actual: CelType): boolean {
    return this.#attempt(() => this.#assignable(expected, actual));
  }

  areAssignable(actual: readonly CelType[], expected: readonly CelType[]): boolean {
    return this.#attempt(() => this.#allAssignable(actual, expected));
  }

  /** The type with what its variables stand for; those that nothing is known of stay, or become `dyn`. */
  resolve(type: CelType, freeToDyn = false): CelType {
    this.#step();
    if (type.isParameter) {
      const bound = this.#bound.get(type.name);
      if (bound !== undefined) return this.resolve(bound, freeToDyn);
      return freeToDyn ? dynType : type;
    }
    if (type.parameters.length === 0) return type;
    return {
      ...type,
      parameters: type.parameters.map((parameter) => this.resolve(parameter, freeToDyn)),
    };
  }

  #attempt(unify: () => boolean): boolean {
    this.#undo = [];
    if (unify()) return true;
    for (const [name, before] of this.#undo.reverse()) {
      if (before === undefined) this.#bound.delete(name);
      else this.#bound.set(name, before);
    }
    return false;
  }

  #bind(name: string, type: CelType): void {
    this.#undo.push([name, this.#bound.get(name)]);
    this.#bound.set(name, type);
  }

  #step(): void {
    if (++this.#steps > maxSteps) throw new CelIssueError("expression has types that are too large", 0);
  }

  #assignable(left: CelType, right: CelType): boolean {
    this.#step();
    if (right.isParameter) {
      const outcome = this.#substitutes(left, right);
      if (outcome !== "unrelated") return outcome === "yes";
    }
    if (left.isParameter) return this.#substitutes(right, left) === "yes";
    if (isDynOrError(left) || isDynOrError(right)) return true;
    if (left.name === "null_type") return isNullable(right);
    if (right.name === "null_type") return isNullable(left);
    if (left.name !== right.name) return false;
    return left.name === "type" || this.#allAssignable(left.parameters, right.parameters);
  }

  #allAssignable(left: readonly CelType[], right: readonly CelType[]): boolean {
    return (
      left.length === right.length &&
      left.every((type, index) => this.#assignable(type, right[index] ?? dynType))
    );
  }

  /** Whether a variable may stand for a type; `unrelated` where nothing is known of it and the type contains it. */
  #substitutes(type: CelType, variable: CelType): "yes" | "no" | "unrelated" {
    if (type.isParameter && type.name === variable.name) return "yes";
    const known = this.#bound.get(variable.name);
    if (known === undefined) {
      if (this.#mentions(type, variable.name)) return "unrelated";
      this.#bind(variable.name, type);
      return "yes";
    }
    if (isSameType(type, known)) return "yes";
    if (!this.#assignable(type, known)) return "no";
    const general = mostGeneral(type, known);
    if (!this.#mentions(general, variable.name)) this.#bind(variable.name, general);
    return "yes";
  }

  #mentions(type: CelType, name: string): boolean {
    this.#step();
    if (!type.isParameter) return type.parameters.some((parameter) => this.#mentions(parameter, name));
    if (type.name === name) return true;
    const bound = this.#bound.get(type.name);
    return bound !== undefined && this.#mentions(bound, name);
  }
}

/** True where anything may be, or where an issue was reported already. */
export function isDynOrError(type: CelType): boolean {
  return isDyn(type) || type.name === "!error!";
}

/** True where anything may be. */
export function isDyn({ name }: CelType): boolean {
  return name === "dyn" || name === "any";
}

function isNullable({ name }: CelType): boolean {
  return !neverNull.has(name);
}

/** The less specific of two types that agree; null is a value of the other one. */
export function mostGeneral(left: CelType, right: CelType): CelType {
  return isLessSpecific(left, right) ? left : right;
}

function isLessSpecific(left: CelType, right: CelType): boolean {
  if (isDyn(left) || left.isParameter) return true;
  if (isDyn(right) || right.isParameter) return false;
  if (right.name === "null_type") return true;
  if (left.name !== right.name) return false;
  return (
    left.name === "type" ||
    (left.parameters.length === right.parameters.length &&
      left.parameters.every((parameter, index) =>
        isLessSpecific(parameter, right.parameters[index] ?? dynType),
      ))
  );
}
