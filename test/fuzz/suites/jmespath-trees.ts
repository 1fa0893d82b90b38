import * as fc from "fast-check";
import type { Ast, Comparator } from "#engine/jmespath/ast.ts";
import type { Json } from "#engine/values/json.ts";

/** A small part of the language, in a form that an evaluator of a few lines can follow. */
export type Tree =
  | { readonly is: "current" }
  | { readonly is: "field"; readonly name: string }
  | { readonly is: "literal"; readonly value: Json }
  | { readonly is: "child"; readonly of: Tree; readonly name: string }
  | { readonly is: "index"; readonly of: Tree; readonly at: number }
  | { readonly is: "pipe" | "or" | "and"; readonly left: Tree; readonly right: Tree }
  | { readonly is: "not"; readonly of: Tree }
  | { readonly is: "compare"; readonly by: Comparator; readonly left: Tree; readonly right: Tree }
  | { readonly is: "each" | "flatten" | "values"; readonly of: Tree }
  | { readonly is: "filter"; readonly of: Tree; readonly where: Tree }
  | { readonly is: "list"; readonly members: readonly Tree[] }
  | { readonly is: "hash"; readonly members: readonly (readonly [string, Tree])[] };

export const treeNames = fc.constantFrom("a", "b", "c", "x-y", "__proto__", "constructor", "é");
const literals: fc.Arbitrary<Json> = fc.constantFrom<Json>(
  null,
  true,
  false,
  0,
  1,
  2.5,
  "",
  "a`b",
  "it's",
  [],
  [1],
  {},
  { a: 1 },
);

export const trees: fc.Arbitrary<Tree> = fc.letrec<{ tree: Tree }>((tie) => {
  const tree = tie("tree");
  return {
    tree: fc.oneof(
      { maxDepth: 5, depthSize: "small" },
      fc.record({ is: fc.constant("field" as const), name: treeNames }),
      fc.constant<Tree>({ is: "current" }),
      fc.record({ is: fc.constant("literal" as const), value: literals }),
      fc.record({ is: fc.constant("child" as const), of: tree, name: treeNames }),
      fc.record({ is: fc.constant("index" as const), of: tree, at: fc.integer({ min: -3, max: 3 }) }),
      fc.record({
        is: fc.constantFrom("pipe" as const, "or" as const, "and" as const),
        left: tree,
        right: tree,
      }),
      fc.record({ is: fc.constant("not" as const), of: tree }),
      fc.record({
        is: fc.constant("compare" as const),
        by: fc.constantFrom<Comparator>("EQ", "NE", "LT", "LTE", "GT", "GTE"),
        left: tree,
        right: tree,
      }),
      fc.record({ is: fc.constantFrom("each" as const, "flatten" as const, "values" as const), of: tree }),
      fc.record({ is: fc.constant("filter" as const), of: tree, where: tree }),
      fc.record({
        is: fc.constant("list" as const),
        members: fc.array(tree, { minLength: 1, maxLength: 3 }),
      }),
      fc.record({
        is: fc.constant("hash" as const),
        members: fc.array(fc.tuple(treeNames, tree), { minLength: 1, maxLength: 3 }),
      }),
    ),
  };
}).tree;

const symbols: Readonly<Record<Comparator, string>> = {
  EQ: "==",
  NE: "!=",
  LT: "<",
  LTE: "<=",
  GT: ">",
  GTE: ">=",
};

const nameText = (name: string): string => (/^[a-z]+$/.test(name) ? name : JSON.stringify(name));

/** The expression, with parentheses around everything. */
export const printTree = (tree: Tree): string => {
  const inner = (of: Tree): string => `(${printTree(of)})`;
  switch (tree.is) {
    case "current":
      return "@";
    case "field":
      return nameText(tree.name);
    case "literal":
      return `\`${JSON.stringify(tree.value).replaceAll("`", "\\`")}\``;
    case "child":
      return `${inner(tree.of)}.${nameText(tree.name)}`;
    case "index":
      return `${inner(tree.of)}[${tree.at}]`;
    case "pipe":
      return `${inner(tree.left)} | ${inner(tree.right)}`;
    case "or":
      return `${inner(tree.left)} || ${inner(tree.right)}`;
    case "and":
      return `${inner(tree.left)} && ${inner(tree.right)}`;
    case "not":
      return `!${inner(tree.of)}`;
    case "compare":
      return `${inner(tree.left)} ${symbols[tree.by]} ${inner(tree.right)}`;
    case "each":
      return `${inner(tree.of)}[*]`;
    case "flatten":
      return `${inner(tree.of)}[]`;
    case "values":
      return `${inner(tree.of)}.*`;
    case "filter":
      return `${inner(tree.of)}[?${printTree(tree.where)}]`;
    case "list":
      return `[${tree.members.map(printTree).join(", ")}]`;
    case "hash":
      return `{${tree.members.map(([name, value]) => `${nameText(name)}: ${printTree(value)}`).join(", ")}}`;
    default:
      return tree satisfies never;
  }
};

/** The syntax tree that the printed expression has to have, without depths. */
export const astOf = (tree: Tree): unknown => {
  switch (tree.is) {
    case "current":
      return { kind: "current" };
    case "field":
      return { kind: "field", name: tree.name };
    case "literal":
      return { kind: "literal", value: tree.value };
    case "child":
      return { kind: "subexpression", left: astOf(tree.of), right: { kind: "field", name: tree.name } };
    case "index":
      return { kind: "subexpression", left: astOf(tree.of), right: { kind: "index", index: tree.at } };
    case "pipe":
    case "or":
    case "and":
      return { kind: tree.is, left: astOf(tree.left), right: astOf(tree.right) };
    case "not":
      return { kind: "not", operand: astOf(tree.of) };
    case "compare":
      return { kind: "comparison", comparator: tree.by, left: astOf(tree.left), right: astOf(tree.right) };
    case "each":
      return { kind: "projection", left: astOf(tree.of), right: { kind: "current" } };
    case "flatten":
      return {
        kind: "projection",
        left: { kind: "flatten", operand: astOf(tree.of) },
        right: { kind: "current" },
      };
    case "values":
      return { kind: "valueProjection", left: astOf(tree.of), right: { kind: "current" } };
    case "filter":
      return {
        kind: "filter",
        left: astOf(tree.of),
        right: { kind: "current" },
        condition: astOf(tree.where),
      };
    case "list":
      return { kind: "list", members: tree.members.map(astOf) };
    case "hash":
      return { kind: "hash", members: tree.members.map(([name, value]) => ({ name, value: astOf(value) })) };
    default:
      return tree satisfies never;
  }
};

/** A syntax tree without the depths that the parser notes. */
export const withoutDepth = (ast: Ast): unknown =>
  JSON.parse(JSON.stringify(ast, (key, value: unknown) => (key === "depth" ? undefined : value)));
