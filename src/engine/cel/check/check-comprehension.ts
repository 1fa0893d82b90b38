import { comparableTypes } from "../functions/lists.ts";
import type { Ast } from "../syntax/ast.ts";
import { boolType, dynType, errorType, intType, listOf, mapOf } from "../types/cel-type.ts";
import type { CelType } from "../types/cel-type.ts";
import { parseSignature } from "../types/signature.ts";
import { typeText } from "../types/type-text.ts";
import type { TypeChecker } from "./check-types.ts";
import { withLocal } from "./locals.ts";
import type { Locals } from "./locals.ts";
import { operatorSignatures } from "./operator-overloads.ts";
import { isDynOrError } from "./substitution.ts";

type Comprehension = Ast & { readonly kind: "comprehension" };

/** What a loop walks through: what its variables are. */
interface RangeTypes {
  /** Of the range as a whole. */
  readonly type: CelType;
  /** The element of a list, the key of a map. */
  readonly element: CelType;
  /** The two of a loop with two variables: index and element, key and value. */
  readonly pair: readonly [CelType, CelType];
}

/** The type of a loop. The checks are those of the code that cel-go expands the macro to. */
export function checkComprehension(checker: TypeChecker, ast: Comprehension, locals: Locals): CelType {
  if (ast.variables.length === 2 && !checker.environment.hasTwoVariableMacros) {
    return checker.report(ast.offset, `undeclared reference to '${ast.macro}' (in container '')`);
  }
  const place = ast.macro === "sortBy" ? ast.offset : ast.range.offset;
  const range = rangeTypes(checker, ast.range, place, locals);
  const [first = "", second] = ast.variables;
  const inner =
    second === undefined
      ? withLocal(locals, first, range.element)
      : withLocal(withLocal(locals, first, range.pair[0]), second, range.pair[1]);
  const { predicate, transform } = ast;
  const condition = predicate === undefined ? undefined : checker.check(predicate, inner);
  const value = transform === undefined ? dynType : checker.check(transform, inner);
  if (condition !== undefined && predicate !== undefined && (ast.macro === "all" || ast.macro === "exists")) {
    checker.expect(boolType, condition, predicate.offset);
    return boolType;
  }
  const result = resultType(checker, ast, range, value);
  if (condition !== undefined) {
    // A filter is the condition of a conditional, whose branches are the results with and without the element.
    const branch = ast.macro === "existsOne" ? intType : result;
    checker.resolve("_?_:_", operatorSignatures.get("_?_:_") ?? [], [condition, branch, branch], ast.offset);
  }
  return result;
}

function resultType(checker: TypeChecker, ast: Comprehension, range: RangeTypes, value: CelType): CelType {
  switch (ast.macro) {
    case "all":
    case "exists":
    case "existsOne":
      return boolType;
    case "filter":
      return listOf(range.element);
    case "sortBy": {
      const types = [range.type, listOf(value)];
      return checker.resolve("@sortByAssociatedKeys", sortSignatures, types, ast.offset, true);
    }
    case "map":
    case "transformList":
      return listOf(value);
    case "transformMap":
      return mapOf(range.pair[0], value);
    case "transformMapEntry":
      return entriesType(checker, value, ast.transform?.offset ?? ast.offset);
    default:
      return ast.macro satisfies never;
  }
}

const sortSignatures = comparableTypes.map((type) => parseSignature(`sort(list(A), list(${type})): list(A)`));

function rangeTypes(checker: TypeChecker, range: Ast, place: number, locals: Locals): RangeTypes {
  const type = checker.known(checker.check(range, locals));
  const [first = dynType, second = dynType] = type.parameters;
  if (type.name === "list") return { type, element: first, pair: [intType, first] };
  if (type.name === "map") return { type, element: first, pair: [first, second] };
  if (type.isParameter) checker.settle(type);
  else if (!isDynOrError(type)) {
    const shown = typeText(checker.resolved(type));
    checker.report(
      place,
      `expression of type '${shown}' cannot be range of a comprehension (must be list, map, or dynamic)`,
    );
    return { type, element: errorType, pair: [errorType, errorType] };
  }
  return { type, element: dynType, pair: [dynType, dynType] };
}

function entriesType(checker: TypeChecker, transform: CelType, offset: number): CelType {
  const entries = mapOf(checker.freshVariable(), checker.freshVariable());
  checker.expect(entries, transform, offset);
  return checker.known(entries);
}
