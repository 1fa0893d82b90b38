import type { CelValue } from "../values/cel-value.ts";

export type Token =
  | { readonly kind: "identifier"; readonly text: string; readonly offset: number }
  /** A field name between backticks. */
  | { readonly kind: "quoted"; readonly text: string; readonly offset: number }
  | { readonly kind: "literal"; readonly text: string; readonly value: CelValue; readonly offset: number }
  /** A decimal or hexadecimal integer; its sign, which may stand before it, decides whether it fits. */
  | { readonly kind: "int"; readonly text: string; readonly value: bigint; readonly offset: number }
  | { readonly kind: "double"; readonly text: string; readonly value: number; readonly offset: number }
  | { readonly kind: "symbol"; readonly text: string; readonly offset: number }
  | { readonly kind: "end"; readonly text: string; readonly offset: number };
