import type { Ast } from "../syntax/ast.ts";
import { CelError } from "../values/cel-error.ts";
import type { CelValue } from "../values/cel-value.ts";
import { MapBuilder } from "../values/map-access.ts";

/** Values of calls that were computed when they were compiled. */
const foldedCalls = new WeakMap<Ast, CelValue>();

/** Takes note that a call is a constant. */
export function rememberConstant(ast: Ast, value: CelValue): void {
  foldedCalls.set(ast, value);
}

/**
 * The value of a literal, of a list or map of literals, or of a call that was folded; undefined for everything else. It is made once, and costs nothing
 * where it is used, as in cel-go.
 */
export function constantOf(ast: Ast): CelValue | undefined {
  switch (ast.kind) {
    case "literal":
      return ast.value;
    case "list": {
      const values: CelValue[] = [];
      for (const { value, optional } of ast.elements) {
        const constant = optional ? undefined : constantOf(value);
        if (constant === undefined) return undefined;
        values.push(constant);
      }
      return values;
    }
    case "map":
      return constantMap(ast.entries);
    case "call":
      return foldedCalls.get(ast);
    default:
      return undefined;
  }
}

function constantMap(entries: (Ast & { readonly kind: "map" })["entries"]): CelValue | undefined {
  const map = new MapBuilder();
  for (const { key, value, optional } of entries) {
    const name = constantOf(key);
    const constant = optional ? undefined : constantOf(value);
    if (name === undefined || constant === undefined) return undefined;
    try {
      map.add(name, constant);
    } catch (error) {
      // A key that is none, or that is there twice, is an error of the evaluation.
      if (!(error instanceof CelError)) throw error;
      return undefined;
    }
  }
  return map.build();
}
