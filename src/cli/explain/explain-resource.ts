import type { JsonObject } from "#engine/values/json.ts";

import { actBy, asSeen, inputFor } from "../judge.ts";
import type { Judgement, Needs, StepVerdict } from "../judge.ts";
import type { LoadedPolicy } from "../policies/decode-policy.ts";
import { offlineSources } from "../resources/offline-sources.ts";
import type { ScanResource } from "../resources/scan-resource.ts";
import { explainAction } from "./explain-action.ts";
import {
  explainChecks,
  explainGenerations,
  explainMutations,
  explainNothing,
  failureNote,
} from "./explain-policy.ts";
import type { RuleExplanation } from "./explanation.ts";
import { orWaiting } from "./pending-data.ts";

/** The explanation of an object, or what must be loaded for it; the caller does that and asks again, from the start. */
export type Explaining =
  | { readonly kind: "explained"; readonly rules: readonly RuleExplanation[] }
  | { readonly kind: "waiting"; readonly needs: readonly Needs[] };

/**
 * Why all policies say what they say of an object, in the order of a scan: mutations, each on what those before it made of
 * the object, then what the rules say of the outcome, then generation.
 */
export function explainResource(judgement: Judgement, resource: ScanResource): Explaining {
  const needs: Needs[] = [];
  const mutated: RuleExplanation[] = [];
  const seen = asSeen(judgement, resource);
  let current = seen.resource;
  let failed: string | undefined;
  for (const policy of judgement.policies) {
    if (failed !== undefined) break;
    if (policy.action?.step === "mutate") {
      const acted = orWaiting(policy, needs, () => act(policy, "mutate", judgement, current));
      if (acted === undefined) return { kind: "waiting", needs };
      mutated.push(...acted.rules);
      current = acted.object === current.object ? current : { ...current, object: acted.object };
      continue;
    }
    const input = inputFor(judgement, policy, current);
    const explained = orWaiting(policy, needs, () => explainMutations(policy, input, seen.targets));
    // What comes after a mutation sees what it made.
    if (explained === undefined) return { kind: "waiting", needs };
    mutated.push(...explained.rules);
    failed = explained.failed;
    // There is no object to go on with in a DELETE.
    const keep = explained.object === input.resource || input.operation === "DELETE";
    if (!keep) current = { ...current, object: explained.object };
  }
  const rest =
    failed === undefined
      ? explainOutcome(judgement, current, needs)
      : judgement.policies.flatMap((policy) => explainNothing(policy, failureNote(failed ?? "")));
  if (needs.length > 0) return { kind: "waiting", needs };
  return { kind: "explained", rules: withScores([...mutated, ...rest], judgement.policies) };
}

function explainOutcome(
  judgement: Judgement,
  resource: ScanResource,
  needs: Needs[],
): readonly RuleExplanation[] {
  const of = (explain: (policy: LoadedPolicy) => readonly RuleExplanation[]): readonly RuleExplanation[] =>
    judgement.policies.flatMap((policy) => orWaiting(policy, needs, () => explain(policy)) ?? []);
  const sources = judgement.cloneSources ?? offlineSources([...(judgement.sources ?? []), resource]);
  return [
    ...of((policy) =>
      policy.action === undefined
        ? explainChecks(policy, inputFor(judgement, policy, resource))
        : act(policy, "check", judgement, resource).rules,
    ),
    ...of((policy) =>
      policy.action === undefined
        ? explainGenerations(policy, inputFor(judgement, policy, resource), sources)
        : act(policy, "generate", judgement, resource).rules,
    ),
  ];
}

/** What a policy of CEL does in a step; nothing where it has none there. */
function act(
  policy: LoadedPolicy,
  step: StepVerdict["step"],
  judgement: Judgement,
  resource: ScanResource,
): { readonly rules: readonly RuleExplanation[]; readonly object: JsonObject } {
  if (policy.action?.step !== step) return { rules: [], object: resource.object };
  const verdict = actBy(policy, step, judgement, resource);
  const rules = explainAction(policy, verdict, inputFor(judgement, policy, resource));
  return { rules, object: verdict.object };
}

/** What a policy that is not scored refuses is a warning. */
function withScores(
  rules: readonly RuleExplanation[],
  policies: readonly LoadedPolicy[],
): readonly RuleExplanation[] {
  const scored = new Map(
    policies.map(({ compiled }) => [compiled.identity.key, compiled.reporting.scored] as const),
  );
  return rules.map((rule) =>
    rule.verdict === "fail" && scored.get(rule.policy) === false ? { ...rule, verdict: "warn" } : rule,
  );
}
