import type { ClusterPolicy } from "#api/kyverno/cluster-policy.ts";
import type { PolicySpec } from "#api/kyverno/policy-spec.ts";
import type { Rule } from "#api/kyverno/rule.ts";

import { Budget } from "./budget.ts";
import { compile } from "./compile.ts";
import type { ContextSource } from "./context/context-source.ts";
import { evaluate } from "./evaluate.ts";
import type { EvaluationInput } from "./input.ts";
import type { RuleResponse } from "./response.ts";
import type { JsonObject } from "./values/json.ts";

const offline: ContextSource = { lookUp: () => ({ kind: "unavailable" }) };
const pods = { any: [{ resources: { kinds: ["Pod"] } }] };

/** A cluster policy of these rules. */
export function policy(rules: readonly Rule[], more: Partial<PolicySpec> = {}): ClusterPolicy {
  return {
    apiVersion: "kyverno.io/v1",
    kind: "ClusterPolicy",
    metadata: { name: "p" },
    spec: { rules, ...more },
  };
}

/** A rule for pods. */
export function rule(name: string, more: Partial<Rule>): Rule {
  return { name, match: pods, ...more };
}

/** A scan of a resource, with no data from outside. */
export function input(resource: JsonObject, more: Partial<EvaluationInput> = {}): EvaluationInput {
  return {
    resource,
    gvk: { group: "", version: "v1", kind: "Pod" },
    subresource: "",
    operation: "CREATE",
    namespace: "shop",
    nowMs: 0,
    seed: 1,
    numbers: "int64",
    budget: new Budget(),
    context: offline,
    ...more,
  };
}

/** A pod with two containers. */
export const web: JsonObject = {
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name: "web", namespace: "shop", labels: { app: "web" } },
  spec: {
    containers: [
      { name: "a", image: "nginx:1", ports: [{ containerPort: 80 }] },
      { name: "b", image: "ghcr.io/x/y" },
    ],
  },
};

/** The responses of rules on `web`. */
export function judge(
  rules: readonly Rule[],
  more: Partial<EvaluationInput> = {},
  spec: Partial<PolicySpec> = {},
): readonly RuleResponse[] {
  const evaluation = evaluate(compile(policy(rules, spec)), input(web, more));
  if (evaluation.kind === "pending") throw new Error("the evaluation waits for data");
  return evaluation.responses;
}

/** Status and message of one rule on `web`; status `none` where it does not answer. */
export function one(
  body: Partial<Rule>,
  more: Partial<EvaluationInput> = {},
): [status: string, message: string] {
  const [response, ...others] = judge([rule("r", body)], more);
  if (others.length > 0) throw new Error("one rule gave several responses");
  return [response?.status ?? "none", response?.message ?? ""];
}

/** Conditions that do not hold. */
export const never = { all: [{ key: "a", operator: "Equals", value: "b", message: "a is not b" }] };
/** Conditions that hold. */
export const always = { all: [{ key: "a", operator: "Equals", value: "a", message: "a is a" }] };
