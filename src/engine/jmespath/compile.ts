import type { QueryEnvironment } from "../context/query-context.ts";
import { QueryError } from "../errors.ts";
import { isList, isObject, own } from "../values/json.ts";
import type { Json, JsonObject } from "../values/json.ts";
import type { Ast, Comparator } from "./ast.ts";
import { compileCall } from "./call.ts";
import type { CompiledArgument } from "./call.ts";
import { compare, isFalsy } from "./comparison.ts";
import { floats } from "./floats.ts";
import { UnknownKey, orNull } from "./outcome.ts";
import type { Evaluate, Outcome } from "./outcome.ts";
import { compileFilter, compileFlatten, compileProjection, compileValueProjection } from "./projection.ts";
import { compileSlice } from "./slice.ts";

type Compilers = {
  readonly [Kind in Ast["kind"]]: (ast: Extract<Ast, { readonly kind: Kind }>) => Evaluate;
};

const compilers: Compilers = {
  current: () => (node) => node,
  field: (ast) => compilePath([ast.name]),
  literal: (ast) => compileLiteral(ast.value),
  index: (ast) => compileIndex(ast.index),
  slice: (ast) => compileSlice(ast.parts),
  subexpression: compileSubexpression,
  pipe: (ast) => compilePipe(compile(ast.left), compile(ast.right)),
  or: (ast) => compileOr(compile(ast.left), compile(ast.right)),
  and: (ast) => compileAnd(compile(ast.left), compile(ast.right)),
  not: (ast) => compileNot(compile(ast.operand)),
  comparison: (ast) => compileComparison(ast.comparator, compile(ast.left), compile(ast.right)),
  flatten: (ast) => compileFlatten(compile(ast.operand)),
  projection: (ast) => compileProjection(compile(ast.left), compile(ast.right)),
  valueProjection: (ast) => compileValueProjection(compile(ast.left), compile(ast.right)),
  filter: (ast) => compileFilter(compile(ast.left), compile(ast.right), compile(ast.condition)),
  list: (ast) => compileList(ast.members.map(compile)),
  hash: (ast) => compileHash(ast.members.map(({ name, value }) => [name, compile(value)] as const)),
  call: (ast) => compileCall(ast.name, ast.arguments.map(compileArgument)),
  reference: () => () => {
    throw new QueryError("type", "an expression reference (&) is allowed only as a function argument");
  },
};

/** Turns a syntax tree into closures, so that an evaluation neither parses nor looks at the tree again. */
export function compile(ast: Ast): Evaluate {
  const compiler = compilers[ast.kind] as (ast: Ast) => Evaluate;
  return compiler(ast);
}

function compileArgument(argument: Ast): CompiledArgument {
  return argument.kind === "reference"
    ? { isReference: true, evaluate: compile(argument.operand) }
    : { isReference: false, evaluate: compile(argument) };
}

function compileComparison(comparator: Comparator, left: Evaluate, right: Evaluate): Evaluate {
  return (node, environment) => {
    environment.budget.step();
    const first = orNull(left(node, environment));
    return compare(comparator, first, orNull(right(node, environment)), environment);
  };
}

function compileSubexpression(ast: Ast & { readonly kind: "subexpression" }): Evaluate {
  const names = fieldPath(ast);
  if (names !== undefined) return compilePath(names);
  const left = compile(ast.left);
  const right = compile(ast.right);
  return (node, environment) => {
    environment.budget.step();
    const selected = left(node, environment);
    return selected instanceof UnknownKey ? selected : right(selected, environment);
  };
}

/** The names of `a.b.c`; undefined where the expression is anything but fields. */
function fieldPath(ast: Ast): readonly string[] | undefined {
  if (ast.kind === "field") return [ast.name];
  if (ast.kind !== "subexpression" || ast.right.kind !== "field") return undefined;
  const left = fieldPath(ast.left);
  return left === undefined ? undefined : [...left, ast.right.name];
}

/** Fields one below the other, selected in one loop: most expressions of policies are nothing else. */
function compilePath(names: readonly string[]): Evaluate {
  const unknown = names.map((name) => new UnknownKey(name));
  return (node, environment) => {
    environment.budget.step(names.length);
    let value = node;
    for (let at = 0; at < names.length; at += 1) {
      if (!isObject(value)) return null;
      const selected = own(value, names[at] ?? "");
      if (selected === undefined) return unknown[at] ?? null;
      value = selected;
    }
    return value;
  };
}

function compileLiteral(value: Json): Evaluate {
  const int64 = floats(value, "int64");
  if (int64 === value && !(typeof value === "object" && value !== null)) return () => value;
  return (_node, environment) => (environment.numbers === "int64" ? int64 : value);
}

function compileIndex(index: number): Evaluate {
  return (node, environment) => {
    environment.budget.step();
    return isList(node) ? (node.at(index) ?? null) : null;
  };
}

function compilePipe(left: Evaluate, right: Evaluate): Evaluate {
  return (node, environment) => {
    environment.budget.step();
    return orNull(right(orNull(left(node, environment)), environment));
  };
}

function compileOr(left: Evaluate, right: Evaluate): Evaluate {
  return (node, environment) => {
    environment.budget.step();
    const first = orNull(left(node, environment));
    return isFalsy(first) ? orNull(right(node, environment)) : first;
  };
}

function compileAnd(left: Evaluate, right: Evaluate): Evaluate {
  return (node, environment) => {
    environment.budget.step();
    const first = orNull(left(node, environment));
    return isFalsy(first) ? first : right(node, environment);
  };
}

function compileNot(operand: Evaluate): Evaluate {
  return (node, environment) => {
    environment.budget.step();
    return isFalsy(orNull(operand(node, environment)));
  };
}

function compileList(members: readonly Evaluate[]): Evaluate {
  return (node, environment): Outcome => {
    environment.budget.step(members.length);
    if (node === null) return null;
    return members.map((member) => orNull(member(node, environment)));
  };
}

function compileHash(members: readonly (readonly [string, Evaluate])[]): Evaluate {
  const safe = members.every(([name]) => name !== "__proto__");
  return (node, environment): Outcome => {
    environment.budget.step(members.length);
    if (node === null) return null;
    return safe ? plainHash(members, node, environment) : anyHash(members, node, environment);
  };
}

type HashMembers = readonly (readonly [string, Evaluate])[];

function plainHash(members: HashMembers, node: Json, environment: QueryEnvironment): JsonObject {
  const hash: Record<string, Json> = {};
  for (const [name, member] of members) hash[name] = orNull(member(node, environment));
  return hash;
}

function anyHash(members: HashMembers, node: Json, environment: QueryEnvironment): JsonObject {
  return Object.fromEntries(members.map(([name, member]) => [name, orNull(member(node, environment))]));
}
