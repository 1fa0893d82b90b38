import { Budget, BudgetExceeded } from "../../../budget.ts";
import { QueryError } from "../../../errors.ts";
import { randomText } from "../../../jmespath/random-text.ts";
import { traversalCost } from "../../compile/sizes.ts";
import { CelError } from "../../values/cel-error.ts";
import type { CallContext, FunctionSpec, Library } from "../function-spec.ts";
import { compiledPattern } from "../patterns.ts";

const defaultPattern = "[0-9a-z]{8}";

/** A text that matches the expression, from the seed of the evaluation. */
function random(pattern: string, context: CallContext): string {
  compiledPattern(pattern);
  try {
    const text = randomText(pattern, (limit) => context.pick(limit), new Budget());
    context.spend(traversalCost(text));
    return text;
  } catch (error) {
    if (error instanceof QueryError || error instanceof BudgetExceeded) throw new CelError(error.message);
    throw error;
  }
}

const overloads = ["random", "random.random"].flatMap((name): FunctionSpec["overloads"] => [
  { signature: `${name}(): string`, call: (context: CallContext) => random(defaultPattern, context) },
  { signature: `${name}(string): string`, call: random },
]);

/** Texts by chance; one seed gives the same texts. */
export const randomLibrary: Library = {
  name: "random",
  functions: [
    {
      name: "random",
      source: "Kyverno, random library",
      overloads,
      examples: [
        ["random('[a-c]{4}').matches('^[a-c]{4}$')", "true"],
        ["random().size()", "8"],
        ["random('(')", { error: "error parsing regexp: missing closing ): `(`" }],
      ],
    },
  ],
};
