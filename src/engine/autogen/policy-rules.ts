import type { PolicySpec } from "#api/kyverno/policy-spec.ts";
import type { Rule } from "#api/kyverno/rule.ts";

import { autogenControllers } from "./eligibility.ts";
import { generateRules, isGeneratedName } from "./generate-rules.ts";
import type { GeneratedRules } from "./generate-rules.ts";

/** All rules of a policy, and which of them count for an object. */
export interface PolicyRules {
  readonly declared: readonly Rule[];
  /** Generated rules in the order that status shows: per declared rule the controllers' one, then the CronJob one. */
  readonly generated: readonly Rule[];
  /** What a policy consists of where no object is at hand: status, reports, image verification. */
  readonly all: readonly Rule[];
  /** Every list that `rulesFor` may give. */
  readonly lists: readonly (readonly Rule[])[];
  /** The rules to try on an object of this kind. Same list for the same answer, so that callers can key by it. */
  rulesFor(kind: string): readonly Rule[];
}

/** Works out the rules of a policy: declared ones and those generated for pod controllers. */
export function policyRules(spec: PolicySpec, annotations: Readonly<Record<string, string>>): PolicyRules {
  const declared = spec.rules ?? [];
  const controllers = autogenControllers(spec, annotations);
  const enabled = !(controllers.length === 1 && controllers[0] === "none");
  const pairs = enabled ? declared.map((rule) => generateRules(rule, controllers)) : [];
  const forControllers = withGenerated(declared, pairs, (pair) => [pair.controller]);
  const forCronJobs = withGenerated(declared, pairs, (pair) => [pair.cronJob]);
  const kinds = new Set(controllers);
  const generated = pairs.flatMap((pair) => present([pair.controller, pair.cronJob]));
  return {
    declared,
    generated,
    lists: [declared, forControllers, forCronJobs],
    all: withGenerated(declared, pairs, (pair) => [pair.controller, pair.cronJob]),
    rulesFor(kind) {
      if (!kinds.has(kind)) return declared;
      return kind === "CronJob" ? forCronJobs : forControllers;
    },
  };
}

/** Declared rules followed by generated ones; as soon as there is one, declared rules with such a name are dropped. */
function withGenerated(
  declared: readonly Rule[],
  pairs: readonly GeneratedRules[],
  choose: (pair: GeneratedRules) => readonly (Rule | undefined)[],
): readonly Rule[] {
  const generated = pairs.flatMap((pair) => present(choose(pair)));
  if (generated.length === 0) return declared;
  return [...declared.filter((rule) => !isGeneratedName(rule.name)), ...generated];
}

function present(rules: readonly (Rule | undefined)[]): Rule[] {
  return rules.filter((rule) => rule !== undefined);
}
