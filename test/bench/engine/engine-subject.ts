import { Budget } from "#engine/budget.ts";
import type { ContextSource } from "#engine/context/context-source.ts";
import { evaluate } from "#engine/evaluate.ts";
import type { CompiledPolicy } from "#engine/compiled-policy.ts";
import type { EvaluationInput } from "#engine/input.ts";
import type { RuleResponse } from "#engine/response.ts";
import { isObject, own } from "#engine/values/json.ts";
import type { JsonObject } from "#engine/values/json.ts";

const podKind = { group: "", version: "v1", kind: "Pod" };
/** Thursday, 1 January 2026. */
const nowMs = 1_767_225_600_000;
const offline: ContextSource = { lookUp: () => ({ kind: "unavailable" }), serves: () => false };

/** Judges a pod by a policy as a scan does. Throws where the policy waits for data: none of the measured ones may. */
export const judgePod = (policy: CompiledPolicy, pod: JsonObject): readonly RuleResponse[] => {
  const input: EvaluationInput = {
    resource: pod,
    gvk: podKind,
    subresource: "",
    operation: "CREATE",
    namespace: namespaceOf(pod),
    nowMs,
    seed: 1,
    numbers: "int64",
    budget: new Budget(),
    context: offline,
  };
  const evaluation = evaluate(policy, input);
  if (evaluation.kind === "pending") throw new Error(`${policy.identity.key} waits for data`);
  return evaluation.responses;
};

const namespaceOf = (pod: JsonObject): string => {
  const metadata = own(pod, "metadata");
  const namespace = isObject(metadata) ? own(metadata, "namespace") : undefined;
  return typeof namespace === "string" ? namespace : "";
};
