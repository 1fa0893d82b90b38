import type { Ast, ComprehensionMacro } from "./ast.ts";
import { CelIssueError } from "./cel-syntax-error.ts";

interface Call {
  readonly name: string;
  readonly target: Ast | undefined;
  readonly arguments: readonly Ast[];
  readonly offset: number;
}

/** The node that a call of a macro stands for, or undefined where the call is an ordinary one. */
export function expandMacro(call: Call): Ast | undefined {
  if (call.target === undefined) return call.name === "has" ? expandHas(call) : undefined;
  const comprehension = expandComprehension(call, call.target);
  if (comprehension !== undefined) return comprehension;
  if (call.name === "bind") return expandBind(call, call.target);
  return call.name === "optMap" || call.name === "optFlatMap" ? expandOptional(call, call.target) : undefined;
}

function expandHas({ arguments: [operand, ...rest], offset }: Call): Ast | undefined {
  if (operand === undefined || rest.length > 0) return undefined;
  if (operand.kind !== "select") throw new CelIssueError("invalid argument to has() macro", offset);
  return {
    kind: "has",
    operand: operand.operand,
    field: operand.field,
    optional: operand.optional,
    offset,
  };
}

const macroNames: ReadonlyMap<string, ComprehensionMacro> = new Map([
  ["all", "all"],
  ["exists", "exists"],
  ["exists_one", "existsOne"],
  ["existsOne", "existsOne"],
  ["filter", "filter"],
  ["map", "map"],
  ["transformList", "transformList"],
  ["transformMap", "transformMap"],
  ["transformMapEntry", "transformMapEntry"],
  ["sortBy", "sortBy"],
]);

function expandComprehension(call: Call, range: Ast): Ast | undefined {
  const macro = macroNames.get(call.name);
  if (macro === undefined) return undefined;
  const isTransform = macro.startsWith("transform");
  const hasFilter = isTransform || macro === "map";
  const count = call.arguments.length;
  const isSingle = macro === "map" || macro === "filter" || macro === "sortBy";
  const variableCount = isTransform ? 2 : isSingle || count !== 3 ? 1 : 2;
  const rest = call.arguments.slice(variableCount);
  if (rest.length < 1 || rest.length > (hasFilter ? 2 : 1)) return undefined;
  if (call.name === "existsOne" && variableCount === 1) return undefined;
  const variables = call.arguments.slice(0, variableCount).map(variableName);
  if (variables[0] === variables[1]) {
    throw new CelIssueError("duplicate iteration variable", call.arguments[1]?.offset ?? call.offset);
  }
  const last = rest.at(-1);
  const hasTransform = hasFilter || macro === "sortBy";
  return {
    kind: "comprehension",
    macro,
    range,
    variables,
    predicate: hasTransform ? (rest.length === 2 ? rest[0] : undefined) : last,
    transform: hasTransform ? last : undefined,
    offset: call.offset,
  };
}

function variableName(argument: Ast): string {
  if (argument.kind !== "ident") throw new CelIssueError("argument must be a simple name", argument.offset);
  if (argument.name === "__result__" || argument.name === "@result") {
    throw new CelIssueError("iteration variable overwrites accumulator variable", argument.offset);
  }
  return argument.name;
}

function expandBind(call: Call, target: Ast): Ast | undefined {
  const [variable, value, body] = call.arguments;
  if (target.kind !== "ident" || target.name !== "cel" || call.arguments.length !== 3) return undefined;
  if (variable === undefined || value === undefined || body === undefined) return undefined;
  if (variable.kind !== "ident") {
    throw new CelIssueError("cel.bind() variable names must be simple identifiers", variable.offset);
  }
  return { kind: "bind", variable: variable.name, value, body, offset: call.offset };
}

function expandOptional(call: Call, operand: Ast): Ast | undefined {
  const [variable, body] = call.arguments;
  if (variable === undefined || body === undefined || call.arguments.length !== 2) return undefined;
  if (variable.kind !== "ident") {
    throw new CelIssueError(`${call.name}() variable name must be a simple identifier`, variable.offset);
  }
  return {
    kind: "optionalMap",
    operand,
    variable: variable.name,
    body,
    flat: call.name === "optFlatMap",
    offset: call.offset,
  };
}
