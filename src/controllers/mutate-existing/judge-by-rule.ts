import type { ContextRequest } from "#engine/context/context-source.ts";
import type { EvaluationInput } from "#engine/input.ts";
import { mutate } from "#engine/mutate/mutate.ts";
import type { TargetAnswer, TargetSelector } from "#engine/mutate/mutation-target.ts";
import type { RuleResponse } from "#engine/response.ts";
import type { RuleTask } from "./mutate-task.ts";
import { jsonOf } from "./target-verdict.ts";
import type { JudgeTarget } from "./target-verdict.ts";

/** What a rule means by its targets, for one trigger. */
export type MeantTargets =
  /** The rule is not for the trigger, or its conditions leave it alone. */
  | { readonly kind: "none"; readonly applies: boolean }
  | { readonly kind: "error"; readonly response: RuleResponse }
  | {
      readonly kind: "selectors";
      /** By place in the rule's list. */
      readonly selectors: ReadonlyMap<number, TargetSelector>;
      /** What is wrong with entries that have no selector. */
      readonly response: RuleResponse | undefined;
    }
  | { readonly kind: "pending"; readonly requests: readonly ContextRequest[] };

/** Makes the input of an evaluation; each has its own budget. */
export type InputOf = () => EvaluationInput;

const nothing: TargetAnswer = { kind: "objects", objects: [] };

/** Asks a rule which targets it means. Never throws. */
export function meantTargets({ compiled, rule }: RuleTask, inputOf: InputOf): MeantTargets {
  const selectors = new Map<number, TargetSelector>();
  const asked = mutate(compiled, inputOf(), {
    rule,
    targets: {
      find(selector, _scope, entry = 0) {
        selectors.set(entry, selector);
        return { kind: "pending" };
      },
    },
  });
  if (asked.kind === "completed") return withoutTargets(asked.responses);
  if (asked.requests.length > 0) return { kind: "pending", requests: asked.requests };
  // Entries that cannot be read are told of only where nothing is pending.
  const whole = mutate(compiled, inputOf(), { rule, targets: { find: () => nothing } });
  const response = whole.kind === "completed" ? errorIn(whole.responses) : undefined;
  return { kind: "selectors", selectors, response };
}

function withoutTargets(responses: readonly RuleResponse[]): MeantTargets {
  const response = errorIn(responses);
  return response === undefined
    ? { kind: "none", applies: responses.length > 0 }
    : { kind: "error", response };
}

function errorIn(responses: readonly RuleResponse[]): RuleResponse | undefined {
  return responses.find(({ status }) => status === "error" || status === "fail");
}

/** Judges the targets of one entry of the rule's list, each by itself, so that each has its own budget. */
export function judgeByRule({ compiled, rule }: RuleTask, inputOf: InputOf, entry: number): JudgeTarget {
  return ({ object, read }) => {
    const found: TargetAnswer = {
      kind: "objects",
      objects: [{ object: jsonOf(object), subresource: read.subresource }],
    };
    const result = mutate(compiled, inputOf(), {
      rule,
      targets: { find: (_selector, _scope, place = 0) => (place === entry ? found : nothing) },
    });
    if (result.kind === "pending") return { kind: "pending", requests: result.requests };
    // What is wrong with other entries comes first.
    const response = result.responses.at(-1);
    const [patched] = result.targets;
    if (response === undefined) return { kind: "same" };
    if (patched !== undefined) return { kind: "change", object: patched.object, response };
    return response.status === "error" || response.status === "fail"
      ? { kind: "error", response }
      : { kind: "same" };
  };
}
