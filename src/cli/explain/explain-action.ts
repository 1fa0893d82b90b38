import { celSubjectOf } from "#engine/cel-policy/cel-subject.ts";
import type { EvaluationInput } from "#engine/input.ts";
import type { RuleResponse } from "#engine/response.ts";
import type { JsonObject } from "#engine/values/json.ts";

import type { StepVerdict } from "../judge.ts";
import type { LoadedPolicy } from "../policies/decode-policy.ts";
import { answered, explainExpressions } from "./explain-cel-policy.ts";
import type { CelSpec, ExpressionPlace } from "./explain-cel-policy.ts";
import { explainChanges } from "./explain-changes.ts";
import { explainConstraints } from "./explain-constraints.ts";
import type { CelExplanation, CheckExplanation, RuleExplanation } from "./explanation.ts";
import { objectText } from "./object-text.ts";

/** Why a policy that changes, makes or deletes objects with CEL does so. May throw a `Suspension`. */
export function explainAction(
  policy: LoadedPolicy,
  verdict: Pick<StepVerdict, "responses" | "object" | "targets" | "generated" | "step">,
  input: EvaluationInput,
): readonly RuleExplanation[] {
  const { source, compiled } = policy;
  const { responses } = verdict;
  const constraints = "matchConstraints" in source.spec ? source.spec.matchConstraints : undefined;
  const match = input.mode === "json" ? {} : { match: explainConstraints(constraints, celSubjectOf(input)) };
  if (responses.length === 0) {
    const type = verdict.step === "check" ? "validate" : verdict.step;
    const none = { policy: compiled.identity.key, rule: "", type, verdict: "none", message: "" } as const;
    const unmet = match.match?.holds === true ? { note: "it has nothing to say of the object" } : {};
    return [{ ...none, ...match, ...unmet }];
  }
  const conditions = conditionsOf(policy, input);
  const changed = changeOf(verdict, input.resource);
  return responses.map((response) => ({
    ...answered(policy, response, checkOf(response, changed)),
    // Variants for pod controllers have constraints of their own.
    ...(match.match?.holds === false ? {} : match),
    ...(conditions.expressions.length === 0 ? {} : { conditions }),
  }));
}

function checkOf(
  { status }: RuleResponse,
  changed: CheckExplanation | undefined,
): CheckExplanation | undefined {
  return status === "pass" ? changed : undefined;
}

function changeOf(
  { step, object, targets, generated }: Pick<StepVerdict, "step" | "object" | "targets" | "generated">,
  before: JsonObject,
): CheckExplanation | undefined {
  switch (step) {
    case "mutate":
      return {
        kind: "mutate",
        changes: [
          ...explainChanges(before, object),
          ...targets.flatMap(({ target, object: after }) =>
            explainChanges(target.object, after).map((change) => ({
              ...change,
              path: `${objectText(after)}: ${change.path}`,
            })),
          ),
        ],
      };
    case "generate":
      return { kind: "generate", objects: generated.map((made) => objectText(made.object)) };
    case "check":
      return undefined;
    default:
      return step satisfies never;
  }
}

const places: Readonly<Record<string, ExpressionPlace>> = {
  MutatingPolicy: { kind: "MutatingPolicy", path: "spec.matchConditions" },
  NamespacedMutatingPolicy: { kind: "MutatingPolicy", path: "spec.matchConditions" },
  MutatingAdmissionPolicy: { kind: "MutatingAdmissionPolicy", path: "spec.matchConditions" },
  GeneratingPolicy: { kind: "GeneratingPolicy", path: "spec.matchConditions" },
  NamespacedGeneratingPolicy: { kind: "GeneratingPolicy", path: "spec.matchConditions" },
  DeletingPolicy: { kind: "DeletingPolicy", path: "spec.conditions" },
  NamespacedDeletingPolicy: { kind: "DeletingPolicy", path: "spec.conditions" },
};

function conditionsOf(policy: LoadedPolicy, input: EvaluationInput): CelExplanation {
  const { source } = policy;
  const place = places[source.kind];
  if (place === undefined) return { kind: "cel", path: "spec", expressions: [] };
  return explainExpressions(policy, source.spec as CelSpec, input, place);
}
