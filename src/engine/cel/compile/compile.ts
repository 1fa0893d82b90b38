import { BudgetExceeded } from "../../budget.ts";
import type { Ast } from "../syntax/ast.ts";
import { qualifiedName } from "../syntax/parser.ts";
import { CelError, noSuchOverload } from "../values/cel-error.ts";
import { typeNameOf } from "../values/cel-value.ts";
import { noValue, OptionalValue } from "../values/objects.ts";
import {
  hasField,
  indexOptional,
  indexValue,
  isInheritedName,
  plainField,
  selectField,
  selectOptional,
} from "./access.ts";
import { compileCall } from "./call.ts";
import {
  compileExistsOne,
  compileFilter,
  compileMap,
  compileQuantifier,
  compileSortBy,
  compileTransformEntry,
  compileTransformMap,
} from "./comprehension.ts";
import { candidateNames } from "./environment.ts";
import { Frame } from "./frame.ts";
import type { Code } from "./frame.ts";
import { compileIdentifier, compileQualified, undeclaredName } from "./identifiers.ts";
import { constantOf, rememberConstant } from "./constants.ts";
import { LazyBinding } from "./lazy-binding.ts";
import { compileList, compileMapLiteral, compileStruct } from "./literals.ts";
import { compileConditional, compileLogic, compileOrElse } from "./logic.ts";
import { compileLiteralEquality, compileMembership, compileOperator } from "./operators.ts";
import { innerScope } from "./scope.ts";
import type { Scope } from "./scope.ts";

type Of<Kind extends Ast["kind"]> = Ast & { readonly kind: Kind };

/** Compiles an expression. Throws a `CelIssueError` for names that nothing declares. */
export function compileAst(ast: Ast, scope: Scope): Code {
  switch (ast.kind) {
    case "literal":
      return () => ast.value;
    case "ident":
      return compileIdentifier(ast.name, ast.offset, scope);
    case "select":
      return compileSelect(ast, scope);
    case "has":
      return compileHas(ast, scope);
    case "index":
      return compileIndex(ast, scope);
    case "call":
      return compileFunction(ast, scope);
    case "logic":
      return compileLogic(
        ast.operator,
        ast.operands.map((operand) => compileAst(operand, scope)),
      );
    case "conditional":
      return compileConditional(
        compileAst(ast.condition, scope),
        compileAst(ast.whenTrue, scope),
        compileAst(ast.whenFalse, scope),
      );
    case "list":
    case "map": {
      const code = ast.kind === "list" ? compileListLiteral(ast, scope) : compileEntries(ast, scope);
      const constant = constantOf(ast);
      return constant === undefined ? code : () => constant;
    }
    case "struct":
      return compileMessage(ast, scope);
    case "comprehension":
      return compileComprehension(ast, scope);
    case "bind":
      return compileBind(ast, scope);
    case "optionalMap":
      return compileOptionalMap(ast, scope);
    default:
      return ast satisfies never;
  }
}

function compileListLiteral(ast: Of<"list">, scope: Scope): Code {
  return compileList(
    ast.elements.map((element) => ({ ...element, value: compileAst(element.value, scope) })),
  );
}

function compileEntries(ast: Of<"map">, scope: Scope): Code {
  return compileMapLiteral(
    ast.entries.map((entry) => ({
      ...entry,
      key: compileAst(entry.key, scope),
      value: compileAst(entry.value, scope),
    })),
  );
}

function compileSelect(ast: Of<"select">, scope: Scope): Code {
  const { field, optional } = ast;
  if (!optional) {
    const qualified = compileQualified(ast, scope);
    if (qualified !== undefined) return qualified;
  }
  const operand = compileAst(ast.operand, scope);
  const cost = 1 + attributeCost(ast.operand);
  if (optional) {
    return (frame) => {
      const selected = selectOptional(operand(frame), field);
      // A field that is not there is not counted.
      frame.spend(selected.value === undefined ? cost - 1 : cost);
      return selected;
    };
  }
  const isInherited = isInheritedName(field);
  return (frame) => {
    const value = operand(frame);
    frame.spend(cost);
    return (isInherited ? undefined : plainField(value, field)) ?? selectField(value, field);
  };
}

/** What is no variable, nor a part of one, is made an attribute first, which the API server counts. */
function attributeCost({ kind }: Ast): number {
  return kind === "ident" || kind === "select" || kind === "index" || kind === "conditional" ? 0 : 1;
}

function compileHas({ operand: ast, field, optional }: Of<"has">, scope: Scope): Code {
  const operand = compileAst(ast, scope);
  const cost = attributeCost(ast);
  const isInherited = isInheritedName(field);
  return (frame) => {
    const value = operand(frame);
    if (cost > 0) frame.spend(cost);
    if (!isInherited && plainField(value, field) !== undefined) return true;
    return optional ? selectOptional(value, field).value !== undefined : hasField(value, field);
  };
}

function compileIndex(ast: Of<"index">, scope: Scope): Code {
  const operand = compileAst(ast.operand, scope);
  const index = compileAst(ast.index, scope);
  const select = ast.optional ? indexOptional : indexValue;
  const cost = attributeCost(ast.operand);
  return (frame) => {
    const value = operand(frame);
    const key = index(frame);
    const found = select(value, key);
    frame.spend(found === noValue ? cost : cost + 1);
    return found;
  };
}

function compileFunction(ast: Of<"call">, scope: Scope): Code {
  const { environment } = scope;
  const codes = ast.arguments.map((argument) => compileAst(argument, scope));
  if (ast.target === undefined) {
    const [left] = codes;
    const right = ast.arguments[1];
    const isEqual = ast.name === "_==_";
    if ((isEqual || ast.name === "_!=_") && left !== undefined && right?.kind === "literal") {
      const comparison = compileLiteralEquality(left, right.value, isEqual);
      if (comparison !== undefined) return comparison;
    }
    const operator =
      ast.name === "@in"
        ? compileMembership(codes, membershipCost(ast.arguments[1]))
        : compileOperator(ast.name, codes);
    if (operator !== undefined) return operator;
    for (const name of candidateNames(environment.container, ast.name)) {
      const overloads = environment.functions.get(name);
      if (overloads !== undefined) return folded(ast, compileCall(name, overloads, codes));
    }
    return undeclaredName(ast.name, ast.offset, scope);
  }
  const namespace = qualifiedName(ast.target);
  if (namespace !== undefined && !scope.locals.has(namespace.split(".")[0] ?? "")) {
    for (const name of candidateNames(environment.container, `${namespace}.${ast.name}`)) {
      const overloads = environment.functions.get(name);
      if (overloads !== undefined) return compileCall(name, overloads, codes);
    }
  }
  const overloads = environment.methods.get(ast.name);
  if (overloads === undefined) return undeclaredName(ast.name, ast.offset, scope);
  const target = compileAst(ast.target, scope);
  const [only] = codes;
  const isLazy = overloads.some(({ signature }) => signature.parameters[0]?.name === "optional_type");
  if (isLazy && (ast.name === "or" || ast.name === "orValue") && only !== undefined && codes.length === 1) {
    return compileOrElse(target, only, ast.name === "orValue");
  }
  return compileCall(ast.name, overloads, [target, ...codes]);
}

/** How membership is counted: not at all in a constant list, by size in one that is made here, else once. */
function membershipCost(container: Ast | undefined): "none" | "size" | "one" {
  if (container === undefined) return "one";
  if (container.kind === "list") return constantOf(container) === undefined ? "size" : "none";
  return container.kind === "comprehension" || container.kind === "call" ? "size" : "one";
}

const conversions: ReadonlySet<string> = new Set([
  "bool",
  "bytes",
  "double",
  "duration",
  "dyn",
  "int",
  "string",
  "timestamp",
  "type",
  "uint",
]);

/** A conversion of a constant is a constant, and costs nothing; one that fails does so where it is used. */
function folded(ast: Of<"call">, code: Code): Code {
  const [argument] = ast.arguments;
  if (argument === undefined || ast.arguments.length !== 1 || !conversions.has(ast.name)) return code;
  if (constantOf(argument) === undefined) return code;
  try {
    const value = code(new Frame({ get: () => undefined }, { nowMs: 0, seed: 0 }, Number.POSITIVE_INFINITY));
    rememberConstant(ast, value);
    return () => value;
  } catch (error) {
    if (!(error instanceof CelError) && !(error instanceof BudgetExceeded)) throw error;
    return code;
  }
}

function compileMessage(ast: Of<"struct">, scope: Scope): Code {
  const { messages, container } = scope.environment;
  const fields = ast.fields.map((field) => ({ ...field, value: compileAst(field.value, scope) }));
  for (const name of candidateNames(container, ast.name)) {
    const message = messages.find(({ isNamed }) => isNamed(name));
    if (message !== undefined) return compileStruct((values) => message.build(name, values), fields);
  }
  return undeclaredName(ast.name, ast.offset, scope);
}

function compileComprehension(ast: Of<"comprehension">, scope: Scope): Code {
  const range = compileAst(ast.range, scope);
  const inner = innerScope(scope, ast.variables);
  const compileInner = (part: Ast | undefined): Code | undefined =>
    part === undefined ? undefined : compileAst(part, inner.scope);
  const transform = compileInner(ast.transform) ?? (() => null);
  const loop = { range, slots: inner.slots, predicate: compileInner(ast.predicate), transform };
  const isConstant = ast.transform !== undefined && constantOf(ast.transform) !== undefined;
  switch (ast.macro) {
    case "all":
      return compileQuantifier(loop, false);
    case "exists":
      return compileQuantifier(loop, true);
    case "existsOne":
      return compileExistsOne(loop);
    case "filter":
      return compileFilter(loop);
    case "map":
    case "transformList":
      return compileMap(
        loop,
        transform,
        ast.transform !== undefined && constantOf(ast.transform) !== undefined,
      );
    case "sortBy":
      return compileSortBy(loop, transform, isConstant);
    case "transformMap":
      return compileTransformMap(loop, transform);
    case "transformMapEntry":
      return compileTransformEntry(loop, transform);
    default:
      return ast.macro satisfies never;
  }
}

function compileBind(ast: Of<"bind">, scope: Scope): Code {
  const value = compileAst(ast.value, scope);
  const { scope: inner, slots } = innerScope(scope, [ast.variable], true);
  const [slot = 0] = slots;
  const body = compileAst(ast.body, inner);
  return (frame) => {
    frame.slots[slot] = new LazyBinding(value, slot);
    return body(frame);
  };
}

function compileOptionalMap(ast: Of<"optionalMap">, scope: Scope): Code {
  const operand = compileAst(ast.operand, scope);
  const { scope: inner, slots } = innerScope(scope, [ast.variable], true);
  const [slot = 0] = slots;
  const body = compileAst(ast.body, inner);
  // cel-go computes the operand again where its value is used, and wraps the result.
  return (frame) => {
    const before = frame.spent;
    const optional = operand(frame);
    const operandCost = frame.spent - before;
    if (!(optional instanceof OptionalValue)) throw noSuchOverload(`hasValue(${typeNameOf(optional)})`);
    const { value } = optional;
    frame.spend(ast.flat && value !== undefined ? 1 : 2);
    if (value === undefined) return noValue;
    const again: Code = () => {
      frame.spend(operandCost + 1);
      return value;
    };
    frame.slots[slot] = new LazyBinding(again, slot);
    const result = body(frame);
    if (!ast.flat) return new OptionalValue(result);
    if (!(result instanceof OptionalValue)) throw noSuchOverload();
    return result;
  };
}
