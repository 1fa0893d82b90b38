import type { TargetSource } from "#engine/mutate/mutation-target.ts";
import { inputFor } from "../judge.ts";
import type { Judgement } from "../judge.ts";
import { offlineSources } from "../resources/offline-sources.ts";
import type { ScanResource } from "../resources/scan-resource.ts";
import {
  explainChecks,
  explainGenerations,
  explainMutations,
  explainNothing,
  failureNote,
} from "./explain-policy.ts";
import type { RuleExplanation } from "./explanation.ts";

const noTargets: TargetSource = { find: () => ({ kind: "objects", objects: [] }) };

/**
 * Why all policies say what they say of an object, in the order of a scan: mutations, each on what those before it made of
 * the object, then what the rules say of the outcome, then generation. May throw a `Suspension`.
 */
export function explainResource(judgement: Judgement, resource: ScanResource): readonly RuleExplanation[] {
  const mutated: RuleExplanation[] = [];
  let current = resource;
  let failed: string | undefined;
  for (const policy of judgement.policies) {
    if (failed !== undefined) break;
    const input = inputFor(judgement, policy, current);
    const explained = explainMutations(policy, input, judgement.targets ?? noTargets);
    mutated.push(...explained.rules);
    failed = explained.failed;
    // There is no object to go on with in a DELETE.
    const keep = explained.object === input.resource || input.operation === "DELETE";
    if (!keep) current = { ...current, object: explained.object };
  }
  const rest =
    failed === undefined
      ? explainOutcome(judgement, current)
      : judgement.policies.flatMap((policy) => explainNothing(policy, failureNote(failed ?? "")));
  const scored = new Map(
    judgement.policies.map(({ compiled }) => [compiled.identity.key, compiled.reporting.scored] as const),
  );
  return [...mutated, ...rest].map((rule) =>
    rule.verdict === "fail" && scored.get(rule.policy) === false ? { ...rule, verdict: "warn" } : rule,
  );
}

function explainOutcome(judgement: Judgement, resource: ScanResource): readonly RuleExplanation[] {
  const checked = judgement.policies.flatMap((policy) =>
    explainChecks(policy, inputFor(judgement, policy, resource)),
  );
  const sources = offlineSources([...(judgement.sources ?? []), resource]);
  const generated = judgement.policies.flatMap((policy) =>
    explainGenerations(policy, inputFor(judgement, policy, resource), sources),
  );
  return [...checked, ...generated];
}
