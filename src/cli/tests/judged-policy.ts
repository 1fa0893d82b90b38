import type { DesiredObject } from "#engine/generate/desired-object.ts";
import type { RuleResponse, RuleStatus, RuleType } from "#engine/response.ts";
import type { JsonObject } from "#engine/values/json.ts";

import type { PolicyVerdict } from "../judge.ts";
import type { LoadedPolicy } from "../policies/decode-policy.ts";
import { decodeResource } from "../resources/scan-resource.ts";
import type { ScanResource } from "../resources/scan-resource.ts";

/** What the rules of one type of one policy say of one object. */
export interface JudgedPolicy {
  /** Without its namespace: results name policies so. */
  readonly policy: string;
  readonly type: RuleType;
  readonly resource: ScanResource;
  /** The object that expected files are held against: as it was given, or as the policy left it. */
  readonly object: JsonObject;
  readonly responses: readonly RuleResponse[];
  readonly generated: readonly DesiredObject[];
}

/** Splits what a policy says by the types of its rules; a type without any rule has no entry. */
export function judgedPolicies(verdict: PolicyVerdict): readonly JudgedPolicy[] {
  const { policy, resource, responses, step, object } = verdict;
  const { identity, reporting, rules } = policy.compiled;
  const types = new Set(rules.map(({ type }) => type).filter((type) => stepOf(type) === step));
  return [...types].map((type) => ({
    policy: identity.name,
    type,
    resource,
    object,
    generated: verdict.generated,
    responses: responses
      .filter((response) => response.type === type && !isUncounted(response, policy))
      .map((response) => ({ ...response, status: scoredStatus(response.status, reporting.scored) })),
  }));
}

/** As in Kyverno's command line, a GeneratingPolicy that an exception keeps from an object has said nothing of it. */
function isUncounted({ rule }: RuleResponse, { action }: LoadedPolicy): boolean {
  return action?.step === "generate" && rule === "exception";
}

function stepOf(type: RuleType): PolicyVerdict["step"] {
  return type === "mutate" || type === "generate" ? type : "check";
}

/** What one rule made of one existing object. */
export interface JudgedTarget {
  readonly resource: ScanResource;
  /** As the rule leaves it. */
  readonly object: JsonObject;
  readonly response: RuleResponse;
}

/** The existing objects that a policy changed, each with the response that says so. */
export function judgedTargets({ targets, responses }: PolicyVerdict): readonly JudgedTarget[] {
  const changes = new Map(
    [...Map.groupBy(targets, ({ rule }) => rule)].map(([rule]) => [
      rule,
      responses.filter((response) => response.rule === rule && response.status === "pass"),
    ]),
  );
  // Responses that say so stand in the order of the targets.
  const next = new Map<string, number>();
  return targets.flatMap(({ rule, target, object }) => {
    const index = next.get(rule) ?? 0;
    next.set(rule, index + 1);
    const response = changes.get(rule)?.[index];
    const decoded = decodeResource(target.object);
    return response === undefined || !decoded.ok ? [] : [{ resource: decoded.resource, object, response }];
  });
}

function scoredStatus(status: RuleStatus, scored: boolean): RuleStatus {
  return status === "fail" && !scored ? "warn" : status;
}
