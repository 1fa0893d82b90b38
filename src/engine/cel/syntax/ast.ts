import type { CelValue } from "../values/cel-value.ts";

interface Node {
  /** Where the node begins (an operator: where it stands), in UTF-16 units from the start of the text. */
  readonly offset: number;
}

export interface MapEntry {
  readonly key: Ast;
  readonly value: Ast;
  readonly optional: boolean;
}

export interface FieldEntry {
  /** Where the colon stands. */
  readonly offset: number;
  readonly name: string;
  readonly value: Ast;
  readonly optional: boolean;
}

export type ComprehensionMacro =
  | "all"
  | "exists"
  | "existsOne"
  | "filter"
  | "map"
  | "transformList"
  | "transformMap"
  | "transformMapEntry"
  | "sortBy";

/** An expression as it was read. Macros are nodes of their own: they are compiled to loops. */
export type Ast =
  | (Node & { readonly kind: "literal"; readonly value: CelValue })
  | (Node & { readonly kind: "ident"; readonly name: string })
  | (Node & {
      readonly kind: "select";
      readonly operand: Ast;
      readonly field: string;
      readonly optional: boolean;
    })
  | (Node & {
      readonly kind: "has";
      readonly operand: Ast;
      readonly field: string;
      readonly optional: boolean;
    })
  | (Node & {
      readonly kind: "index";
      readonly operand: Ast;
      readonly index: Ast;
      readonly optional: boolean;
    })
  | (Node & {
      readonly kind: "call";
      readonly name: string;
      /** Undefined for a global function or an operator. */
      readonly target: Ast | undefined;
      readonly arguments: readonly Ast[];
    })
  | (Node & { readonly kind: "logic"; readonly operator: "&&" | "||"; readonly operands: readonly Ast[] })
  | (Node & {
      readonly kind: "conditional";
      readonly condition: Ast;
      readonly whenTrue: Ast;
      readonly whenFalse: Ast;
    })
  | (Node & {
      readonly kind: "list";
      readonly elements: readonly { readonly value: Ast; readonly optional: boolean }[];
    })
  | (Node & { readonly kind: "map"; readonly entries: readonly MapEntry[] })
  | (Node & { readonly kind: "struct"; readonly name: string; readonly fields: readonly FieldEntry[] })
  | (Node & {
      readonly kind: "comprehension";
      readonly macro: ComprehensionMacro;
      readonly range: Ast;
      readonly variables: readonly string[];
      /** The predicate of `all`, `exists`, `existsOne` and `filter`, the optional filter of the others. */
      readonly predicate: Ast | undefined;
      /** What an element becomes, for `map` and the transforming macros. */
      readonly transform: Ast | undefined;
    })
  | (Node & { readonly kind: "bind"; readonly variable: string; readonly value: Ast; readonly body: Ast })
  | (Node & {
      readonly kind: "optionalMap";
      readonly operand: Ast;
      readonly variable: string;
      readonly body: Ast;
      /** True for `optFlatMap`, whose body is an optional itself. */
      readonly flat: boolean;
    });
