import type { Json } from "../values/json.ts";

export type Comparator = "EQ" | "NE" | "LT" | "LTE" | "GT" | "GTE";

/** A parsed expression. `depth` is the height of the tree, known so that no evaluation can exhaust the stack. */
export type Ast =
  | { readonly kind: "current"; readonly depth: number }
  | { readonly kind: "field"; readonly depth: number; readonly name: string }
  | { readonly kind: "literal"; readonly depth: number; readonly value: Json }
  | { readonly kind: "index"; readonly depth: number; readonly index: number }
  | { readonly kind: "slice"; readonly depth: number; readonly parts: SliceParts }
  | { readonly kind: "subexpression"; readonly depth: number; readonly left: Ast; readonly right: Ast }
  | { readonly kind: "pipe"; readonly depth: number; readonly left: Ast; readonly right: Ast }
  | { readonly kind: "or"; readonly depth: number; readonly left: Ast; readonly right: Ast }
  | { readonly kind: "and"; readonly depth: number; readonly left: Ast; readonly right: Ast }
  | { readonly kind: "not"; readonly depth: number; readonly operand: Ast }
  | {
      readonly kind: "comparison";
      readonly depth: number;
      readonly comparator: Comparator;
      readonly left: Ast;
      readonly right: Ast;
    }
  | { readonly kind: "flatten"; readonly depth: number; readonly operand: Ast }
  /** Over a list: `[*]`, a slice or a flatten, and what follows it. */
  | { readonly kind: "projection"; readonly depth: number; readonly left: Ast; readonly right: Ast }
  /** Over the values of an object: `.*`. */
  | { readonly kind: "valueProjection"; readonly depth: number; readonly left: Ast; readonly right: Ast }
  | {
      readonly kind: "filter";
      readonly depth: number;
      readonly left: Ast;
      readonly right: Ast;
      readonly condition: Ast;
    }
  | { readonly kind: "list"; readonly depth: number; readonly members: readonly Ast[] }
  | { readonly kind: "hash"; readonly depth: number; readonly members: readonly HashMember[] }
  | {
      readonly kind: "call";
      readonly depth: number;
      readonly name: string;
      readonly arguments: readonly Ast[];
    }
  /** `&expression`: an expression as an argument. */
  | { readonly kind: "reference"; readonly depth: number; readonly operand: Ast };

export interface HashMember {
  readonly name: string;
  readonly value: Ast;
}

/** Start, stop and step of a slice; undefined where left out. */
export type SliceParts = readonly [number | undefined, number | undefined, number | undefined];
