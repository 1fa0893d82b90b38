import type { RuleResponse, RuleStatus, RuleType } from "#engine/response.ts";
import type { JsonObject } from "#engine/values/json.ts";

import type { PolicyVerdict } from "../judge.ts";
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
}

/** Splits what a policy says by the types of its rules; a type without any rule has no entry. */
export function judgedPolicies({ policy, resource, responses }: PolicyVerdict): readonly JudgedPolicy[] {
  const { identity, reporting, rules } = policy.compiled;
  const types = new Set(rules.map(({ type }) => type));
  return [...types].map((type) => ({
    policy: identity.name,
    type,
    resource,
    object: resource.object,
    responses: responses
      .filter((response) => response.type === type)
      .map((response) => ({ ...response, status: scoredStatus(response.status, reporting.scored) })),
  }));
}

function scoredStatus(status: RuleStatus, scored: boolean): RuleStatus {
  return status === "fail" && !scored ? "warn" : status;
}
