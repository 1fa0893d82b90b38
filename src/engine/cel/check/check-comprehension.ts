import type { Ast } from "../syntax/ast.ts";
import { boolType, dynType, errorType, intType, listOf, mapOf } from "../types/cel-type.ts";
import type { CelType } from "../types/cel-type.ts";
import { typeText } from "../types/type-text.ts";
import type { TypeChecker } from "./check-types.ts";
import { withLocal } from "./locals.ts";
import type { Locals } from "./locals.ts";
import { operatorSignatures } from "./operator-overloads.ts";
import { isDynOrError } from "./substitution.ts";

type Comprehension = Ast & { readonly kind: "comprehension" };

/** What a loop walks through: what its variables are. */
interface RangeTypes {
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
  const range = rangeTypes(checker, ast.range, locals);
  const [first = "", second] = ast.variables;
  const inner =
    second === undefined
      ? withLocal(locals, first, range.element)
      : withLocal(withLocal(locals, first, range.pair[0]), second, range.pair[1]);
  const predicate = ast.predicate;
  const isQuantifier = ast.macro === "all" || ast.macro === "exists";
  if (predicate !== undefined) {
    const type = checker.check(predicate, inner);
    if (isQuantifier) checker.expect(boolType, type, predicate.offset);
    else expectCondition(checker, type, ast.offset);
  }
  const transform = ast.transform === undefined ? dynType : checker.check(ast.transform, inner);
  switch (ast.macro) {
    case "all":
    case "exists":
    case "existsOne":
      return boolType;
    case "filter":
    case "sortBy":
      return listOf(range.element);
    case "map":
    case "transformList":
      return listOf(transform);
    case "transformMap":
      return mapOf(range.pair[0], transform);
    case "transformMapEntry":
      return entriesType(checker, transform, ast.transform?.offset ?? ast.offset);
    default:
      return ast.macro satisfies never;
  }
}

function rangeTypes(checker: TypeChecker, range: Ast, locals: Locals): RangeTypes {
  const type = checker.known(checker.check(range, locals));
  const [first = dynType, second = dynType] = type.parameters;
  if (type.name === "list") return { element: first, pair: [intType, first] };
  if (type.name === "map") return { element: first, pair: [first, second] };
  if (type.isParameter) checker.settle(type);
  else if (!isDynOrError(type)) {
    const shown = typeText(checker.resolved(type));
    checker.report(
      range.offset,
      `expression of type '${shown}' cannot be range of a comprehension (must be list, map, or dynamic)`,
    );
    return { element: errorType, pair: [errorType, errorType] };
  }
  return { element: dynType, pair: [dynType, dynType] };
}

/** A filter is the condition of a conditional whose branches are the result so far and the next one. */
function expectCondition(checker: TypeChecker, type: CelType, offset: number): void {
  checker.resolve("_?_:_", operatorSignatures.get("_?_:_") ?? [], [type, dynType, dynType], offset);
}

function entriesType(checker: TypeChecker, transform: CelType, offset: number): CelType {
  const entries = mapOf(checker.freshVariable(), checker.freshVariable());
  checker.expect(entries, transform, offset);
  return checker.known(entries);
}
