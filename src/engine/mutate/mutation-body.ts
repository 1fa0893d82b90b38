import type { Rule } from "#api/kyverno/rule.ts";

import { QueryError } from "../errors.ts";
import { isObject, own } from "../values/json.ts";
import type { Json, JsonObject } from "../values/json.ts";
import { compileTemplate } from "../variables/template.ts";
import { compileForEachMutations, mutateForEach } from "./foreach-mutation.ts";
import type { MutationRun } from "./mutation-run.ts";
import { createPatcher } from "./patch-object.ts";
import type { PatchOutcome } from "./patch-object.ts";

/** What a rule does to an object. Throws `BudgetExceeded` and a `Suspension`. */
export type MutationBody = (run: MutationRun, object: JsonObject) => PatchOutcome;

/** Compiles the `mutate` block of a rule. Throws a `QueryError` for a block that cannot be read. */
export function compileMutationBody(rule: Rule, policyNamespace: string | undefined): MutationBody {
  const { foreach } = rule.mutate ?? {};
  if (foreach !== undefined) {
    const entries = compileForEachMutations(foreach, policyNamespace, 0);
    return (run, object) => mutateForEach(entries, run, object, 0);
  }
  return compilePatchBody(rule);
}

/**
 * The whole rule is substituted, not its patch alone, so a variable without a value counts wherever it stands, and paths
 * in messages and references begin at the rule.
 */
function compilePatchBody(rule: Rule): MutationBody {
  const template = compileTemplate(rule as unknown as Json);
  const patch = createPatcher();
  return ({ context }, object) => {
    let rendered: Json;
    try {
      rendered = template.render(context);
    } catch (error) {
      if (!(error instanceof QueryError)) throw error;
      return { status: "error", message: `variable substitution failed: ${error.message}` };
    }
    const block = isObject(rendered) ? own(rendered, "mutate") : undefined;
    return patch(isObject(block) ? block : {}, object, context.environment);
  };
}
