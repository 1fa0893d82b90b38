import type { ClusterPolicy, Policy } from "#api/kyverno/cluster-policy.ts";
import type { ForEachGeneration, Generation } from "#api/kyverno/generate.ts";
import type { MatchResources } from "#api/kyverno/match.ts";
import type { Rule } from "#api/kyverno/rule.ts";

import { compileConditionBlock } from "../compile/condition-block.ts";
import { compileRule } from "../compile/compile-rule.ts";
import type { RulePlace } from "../compile/compile-rule.ts";
import { readableRules } from "../compile/readable-rules.ts";
import type { PolicyProblem } from "../compiled-policy.ts";
import { compileContextEntry } from "../context/context-entry.ts";
import { QueryCache } from "../context/query-cache.ts";
import type { RuleBody } from "../validate/compiled-rule.ts";
import type {
  CompiledForEachGeneration,
  CompiledGeneration,
  CompiledGenerations,
  GenerationBody,
} from "./compiled-generations.ts";
import { compilePattern } from "./generation-pattern.ts";

/**
 * Compiles the generate rules of a policy, once per content. Never throws: what cannot be compiled is in `problems`, and
 * the rules concerned answer with an `error` for the objects that they match; the others work.
 */
export function compileGenerations(policy: ClusterPolicy | Policy): CompiledGenerations {
  const { identity, rules, problems, problemOf, admits } = readableRules(policy);
  const found: PolicyProblem[] = [...problems];
  const compiled = rules.declared.flatMap((rule) =>
    rule.generate === undefined
      ? []
      : [
          compileGeneration(rule, rule.generate, {
            type: "generate",
            policyNamespace: identity.namespace,
            knownProblem: problemOf(rule),
            report: (problem) => found.push(problem),
          }),
        ],
  );
  return {
    identity,
    ...(admits === undefined ? {} : { admits }),
    problems: found,
    rules: compiled,
    applyOne: policy.spec.applyRules === "One",
    queries: new QueryCache(),
  };
}

/** Stands for the body of a rule that has no problem. */
const carriedOut: RuleBody = () => undefined;

function compileGeneration(rule: Rule, generate: Generation, place: RulePlace): CompiledGeneration {
  let body: GenerationBody | undefined;
  const compiled = compileRule(rule, place, (_rule, policyNamespace) => {
    body = compileBody(generate, policyNamespace);
    return carriedOut;
  });
  return {
    rule: compiled,
    body: compiled.body === carriedOut ? body : undefined,
    synchronize: generate.synchronize === true,
    generatesOnDelete: listsDelete(rule.match),
  };
}

function compileBody(generate: Generation, policyNamespace: string | undefined): GenerationBody {
  const { foreach } = generate;
  if (foreach === undefined) return { kind: "pattern", pattern: compilePattern(generate) };
  return { kind: "foreach", entries: foreach.map((entry) => compileEntry(entry, policyNamespace)) };
}

function compileEntry(
  entry: ForEachGeneration,
  policyNamespace: string | undefined,
): CompiledForEachGeneration {
  return {
    list: entry.list ?? "",
    context: (entry.context ?? []).map((item) => compileContextEntry(item, policyNamespace)),
    preconditions: compileConditionBlock(entry.preconditions, "foreach.preconditions"),
    pattern: compilePattern(entry),
  };
}

function listsDelete(match: MatchResources): boolean {
  return [match, ...(match.any ?? []), ...(match.all ?? [])].some(
    ({ resources }) => resources?.operations?.includes("DELETE") === true,
  );
}
