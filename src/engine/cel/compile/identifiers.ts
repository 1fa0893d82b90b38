import type { Ast } from "../syntax/ast.ts";
import { CelIssueError } from "../syntax/cel-syntax-error.ts";
import { qualifiedName } from "../syntax/parser.ts";
import { CelError } from "../values/cel-error.ts";
import { TypeValue } from "../values/objects.ts";
import { candidateNames } from "./environment.ts";
import type { Code } from "./frame.ts";
import { LazyBinding } from "./lazy-binding.ts";
import type { Scope } from "./scope.ts";
import { isTypeName } from "./type-names.ts";

/** The code of a name. Throws a `CelIssueError` for one that nothing declares. */
export function compileIdentifier(name: string, offset: number, scope: Scope): Code {
  const slot = scope.locals.get(name);
  if (slot !== undefined && scope.lazySlots.has(slot)) {
    return (frame) => {
      frame.spend(1);
      const bound = frame.slots[slot] ?? null;
      return bound instanceof LazyBinding ? bound.value(frame) : bound;
    };
  }
  if (slot !== undefined) {
    return (frame) => {
      frame.spend(1);
      return frame.slots[slot] ?? null;
    };
  }
  const code = compileName(name, scope);
  if (code !== undefined) return code;
  return undeclaredName(name, offset, scope);
}

/** Throws a `CelIssueError`, or gives code that throws where unknown names are errors of the evaluation. */
export function undeclaredName(name: string, offset: number, { environment }: Scope): Code {
  const bare = name.replace(/^\./, "");
  if (!environment.resolvesLate) {
    throw new CelIssueError(
      `undeclared reference to '${bare}' (in container '${environment.container}')`,
      offset,
    );
  }
  return () => {
    throw new CelError(`no such attribute(s): ${bare}`);
  };
}

/** The code of `a.b.c` where that, and no shorter part of it, is the name of a variable or type. */
export function compileQualified(ast: Ast & { readonly kind: "select" }, scope: Scope): Code | undefined {
  const name = qualifiedName(ast);
  if (name === undefined || scope.locals.has(name.split(".")[0] ?? "")) return undefined;
  return compileName(name, scope);
}

function compileName(name: string, { environment }: Scope): Code | undefined {
  for (const candidate of candidateNames(environment.container, name)) {
    if (environment.variables.has(candidate)) return variable(candidate);
    if (isTypeName(candidate, environment)) {
      const value = new TypeValue(candidate);
      return () => value;
    }
  }
  return undefined;
}

function variable(name: string): Code {
  return (frame) => {
    frame.spend(1);
    const value = frame.activation.get(name);
    if (value === undefined) throw new CelError(`no such attribute(s): ${name}`);
    return value;
  };
}
