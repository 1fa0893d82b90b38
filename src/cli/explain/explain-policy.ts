import type { Rule } from "#api/kyverno/rule.ts";
import { ruleTypeOf } from "#engine/compile/compile-rule.ts";
import { readableRules } from "#engine/compile/readable-rules.ts";
import { frameOf, subjectOf } from "#engine/evaluate.ts";
import { generate } from "#engine/generate/generate.ts";
import type { CloneSources } from "#engine/generate/clone-sources.ts";
import type { EvaluationInput } from "#engine/input.ts";
import { mutate } from "#engine/mutate/mutate.ts";
import type { TargetSource } from "#engine/mutate/mutation-target.ts";
import type { RuleResponse } from "#engine/response.ts";
import { runRule } from "#engine/validate/run-rule.ts";
import type { CompiledRule } from "#engine/validate/compiled-rule.ts";
import type { JsonObject } from "#engine/values/json.ts";

import { rulePolicyOf } from "../policies/decode-policy.ts";
import type { LoadedPolicy } from "../policies/decode-policy.ts";
import { explainCelPolicy } from "./explain-cel-policy.ts";
import { explainChanges } from "./explain-changes.ts";
import { explainValidation } from "./explain-check.ts";
import { explainRule } from "./explain-rule.ts";
import { objectText } from "./object-text.ts";
import { PendingData } from "./pending-data.ts";
import type { CheckExplanation, RuleExplanation } from "./explanation.ts";

/** Why the validate and image rules of a policy say what they say. May throw a `Suspension` or `PendingData`. */
export function explainChecks(policy: LoadedPolicy, input: EvaluationInput): readonly RuleExplanation[] {
  const { compiled } = policy;
  const source = rulePolicyOf(policy);
  if (source === undefined) return explainCelPolicy(policy, input);
  const { rules } = readableRules(source);
  const written = [
    ...rules.rulesFor(input.gvk.kind).filter((rule) => ruleTypeOf(rule) === "validate"),
    ...rules.all.filter((rule) => ruleTypeOf(rule) === "imageVerify"),
  ];
  let decided: string | undefined;
  return pairs(written, compiled.rulesFor(input.gvk.kind)).map(([rule, own]) => {
    if (compiled.applyOne && decided !== undefined) {
      return notTried(policy, own, `applyRules is One, and ${decided} has decided`);
    }
    const explanation = explainRule({ rule, compiled: own, policy: compiled }, input, {
      respond: (asked) => {
        const result = runRule(own, frameOf(compiled, asked, subjectOf(asked)));
        if (result.kind === "pending") throw new PendingData(result);
        return result.kind === "response" ? result.response : undefined;
      },
      explainCheck: (run) =>
        own.type === "imageVerify" ? { kind: "other", path: "verifyImages" } : explainValidation(run),
    });
    if (explanation.verdict === "pass" || explanation.verdict === "fail") decided = own.name;
    return explanation;
  });
}

/** What mutate rules do. */
export interface MutationExplanation {
  readonly rules: readonly RuleExplanation[];
  /** As the rules leave it. */
  readonly object: JsonObject;
  /** The rule that could not be carried out, which ends what is judged of the object. */
  readonly failed: string | undefined;
}

/** What the mutate rules of a policy do to an object, and the object as they leave it. */
export function explainMutations(
  policy: LoadedPolicy,
  input: EvaluationInput,
  targets: TargetSource | undefined,
): MutationExplanation {
  const { mutations } = policy;
  const source = rulePolicyOf(policy);
  if (mutations === undefined || source === undefined) {
    return { rules: [], object: input.resource, failed: undefined };
  }
  const written = readableRules(source).rules.all.filter((rule) => rule.mutate !== undefined);
  let object = input.resource;
  let failed: string | undefined;
  const rules = pairs(
    written,
    mutations.rules.map(({ rule }) => rule),
  ).map(([rule, own]) => {
    if (failed !== undefined) return notTried(policy, own, failureNote(failed));
    const before = object;
    let check: CheckExplanation | undefined;
    return explainRule(
      { rule, compiled: own, policy: mutations },
      { ...input, resource: before },
      {
        respond: (asked) => {
          const result = mutate(mutations, asked, {
            rule: own.name,
            ...(targets === undefined ? {} : { targets }),
          });
          if (result.kind === "pending") throw new PendingData(result);
          object = result.object;
          if (result.failed) failed = own.name;
          const changes = [
            ...explainChanges(before, result.object),
            ...result.targets.flatMap(({ target, object: after }) =>
              explainChanges(target.object, after).map((change) => ({
                ...change,
                path: `${objectText(after)}: ${change.path}`,
              })),
            ),
          ];
          check = { kind: "mutate", changes };
          return worst(result.responses);
        },
        explainCheck: () => check,
      },
    );
  });
  return { rules, object, failed };
}

/** What the generate rules of a policy make for an object. */
export function explainGenerations(
  policy: LoadedPolicy,
  input: EvaluationInput,
  sources: CloneSources,
): readonly RuleExplanation[] {
  const { generations } = policy;
  const source = rulePolicyOf(policy);
  if (generations === undefined || source === undefined) return [];
  const written = readableRules(source).rules.declared.filter((rule) => rule.generate !== undefined);
  return pairs(
    written,
    generations.rules.map(({ rule }) => rule),
  ).map(([rule, own]) => {
    let check: CheckExplanation | undefined;
    return explainRule({ rule, compiled: own, policy: generations }, input, {
      respond: (asked) => {
        const result = generate(generations, asked, sources, own.name);
        if (result.kind === "pending") throw new PendingData(result);
        const [failure] = result.failures;
        check = {
          kind: "generate",
          objects: result.objects.map((made) => objectText(made.object)),
          ...(failure === undefined ? {} : { failure: failure.message }),
        };
        return result.responses[0];
      },
      explainCheck: () => check,
    });
  });
}

/** All rules of a policy, none of which is looked at. */
export function explainNothing(policy: LoadedPolicy, note: string): readonly RuleExplanation[] {
  return policy.compiled.rules.map((rule) => notTried(policy, rule, note));
}

/** Rules as they are written with the same rules compiled: both stand in one order. */
function pairs(
  written: readonly Rule[],
  compiled: readonly CompiledRule[],
): readonly (readonly [Rule, CompiledRule])[] {
  return compiled.flatMap((own, index) => {
    const rule = written[index];
    return rule === undefined ? [] : [[rule, own] as const];
  });
}

/** Why nothing more is said of an object. */
export function failureNote(rule: string): string {
  return `the mutation ${rule} could not be carried out, and nothing is said of the object from there on`;
}

function notTried(
  { compiled }: LoadedPolicy,
  rule: Pick<CompiledRule, "name" | "type">,
  note: string,
): RuleExplanation {
  return {
    policy: compiled.identity.key,
    rule: rule.name,
    type: rule.type,
    verdict: "none",
    message: "",
    note,
  };
}

/** A rule that changes existing objects answers once for each of them. */
function worst(responses: readonly RuleResponse[]): RuleResponse | undefined {
  return responses.find(({ status }) => status === "error" || status === "fail") ?? responses[0];
}
