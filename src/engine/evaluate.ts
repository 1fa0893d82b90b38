import type { CompiledPolicy } from "./compiled-policy.ts";
import type { ContextRequest, PermissionScope } from "./context/context-source.ts";
import { requestDocument } from "./context/document.ts";
import { imagesOf } from "./context/images-entry.ts";
import type { ContextFrame } from "./context/rule-context.ts";
import type { Evaluation } from "./evaluation.ts";
import type { EvaluationInput } from "./input.ts";
import { matchSubjectOf } from "./match/subject.ts";
import type { MatchSubject } from "./match/subject.ts";
import type { RuleResponse } from "./response.ts";
import type { JsonObject } from "./values/json.ts";
import { runRule } from "./validate/run-rule.ts";
import type { RuleFrame } from "./validate/run-rule.ts";

const nothing: Evaluation = { kind: "completed", responses: [] };

/**
 * Judges one object by the validate and image rules of one policy. Never throws; a rule that cannot be judged answers
 * with an `error`, a rule that does not apply with nothing. Where a rule has to wait for data the others go on, so that
 * all requests come together.
 */
export function evaluate(policy: CompiledPolicy, input: EvaluationInput): Evaluation {
  const { namespace } = policy.identity;
  if (namespace !== undefined && input.namespace !== namespace) return nothing;
  if (policy.judge !== undefined) return policy.judge(input);
  if (input.mode === "json") return nothing;
  if (policy.admits?.(input) === false) return nothing;
  const subject = subjectOf(input);
  const matching = policy.rulesFor(input.gvk.kind).filter((rule) => rule.matches(subject));
  if (matching.length === 0) return nothing;
  const frame = frameOf(policy, input, subject);
  const responses: RuleResponse[] = [];
  const requests: ContextRequest[] = [];
  for (const rule of matching) {
    const result = runRule(rule, frame);
    if (result.kind === "pending") requests.push(...result.requests);
    if (result.kind === "response") responses.push(result.response);
    if (policy.applyOne && (result.kind === "pending" || decides(result))) break;
  }
  return requests.length > 0 ? { kind: "pending", requests } : { kind: "completed", responses };
}

/** `applyRules: One` ends with the first rule that passes or fails. */
function decides(result: ReturnType<typeof runRule>): boolean {
  return (
    result.kind === "response" && (result.response.status === "pass" || result.response.status === "fail")
  );
}

/** What is matched: the object, or where there is none any more (DELETE), the one that was. */
export function subjectOf(input: EvaluationInput): MatchSubject {
  const { oldResource } = input;
  if (oldResource === undefined || !isEmpty(input.resource)) return matchSubjectOf(input);
  return matchSubjectOf({ ...input, resource: oldResource });
}

function isEmpty(object: JsonObject): boolean {
  return Object.keys(object).length === 0;
}

/** What the rules of a policy are run with on one object. */
export function frameOf(
  policy: Pick<CompiledPolicy, "identity" | "queries">,
  input: EvaluationInput,
  subject: MatchSubject,
): RuleFrame {
  const { kind, name, namespace, key } = policy.identity;
  const scope: PermissionScope = {
    policyKind: kind,
    policyName: name,
    ...(namespace === undefined ? {} : { policyNamespace: namespace }),
  };
  const { numbers, budget, nowMs, seed } = input;
  const context: ContextFrame = {
    environment: { numbers, budget, nowMs, seed },
    document: requestDocument(input),
    operation: input.operation,
    source: input.context,
    scope,
    queries: policy.queries,
    images: () =>
      imagesOf(input.operation === "DELETE" ? (input.oldResource ?? {}) : input.resource, input.gvk.kind),
  };
  return { policyKey: key, input, subject, context };
}
