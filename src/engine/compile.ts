import type { MutatingAdmissionPolicy } from "#api/admissionregistration/mutating-admission-policy.ts";
import type { ValidatingAdmissionPolicy } from "#api/admissionregistration/validating-admission-policy.ts";
import {
  categoryAnnotation,
  reportsDisabledLabel,
  scoredAnnotation,
  severityAnnotation,
} from "#api/labels.ts";
import type { ClusterPolicy, Policy } from "#api/kyverno/cluster-policy.ts";
import type { Rule } from "#api/kyverno/rule.ts";
import type {
  ImageValidatingPolicy,
  NamespacedImageValidatingPolicy,
} from "#api/policies/image-validating-policy.ts";
import type { MutatingPolicy, NamespacedMutatingPolicy } from "#api/policies/mutating-policy.ts";
import type { NamespacedValidatingPolicy, ValidatingPolicy } from "#api/policies/validating-policy.ts";

import { compileAdmissionPolicy } from "./admission-policy/compile-admission-policy.ts";
import { compileMutatingAdmissionPolicy } from "./admission-policy/compile-mutating-admission-policy.ts";
import type { PolicyRules } from "./autogen/policy-rules.ts";
import { backgroundProblem } from "./compile/background-eligibility.ts";
import { expressionProblems } from "./compile/expression-problems.ts";
import { compileRule, ruleTypeOf } from "./compile/compile-rule.ts";
import { policyInputs } from "./compile/policy-inputs.ts";
import { readableRules } from "./compile/readable-rules.ts";
import type { CompiledPolicy, PolicyProblem, PolicyReporting, RuleCount } from "./compiled-policy.ts";
import { QueryCache } from "./context/query-cache.ts";
import type { GroupVersionKind } from "./input.ts";
import { kindSelectionsOf, selectsKind, uniqueSelections } from "./match/kind-selection.ts";
import { compileImageValidatingPolicy } from "./image-validating-policy/compile-image-validating-policy.ts";
import { compileMutatingPolicy } from "./mutating-policy/compile-mutating-policy.ts";
import type { RuleType } from "./response.ts";
import type { CompiledRule } from "./validate/compiled-rule.ts";
import { compileValidatingPolicy } from "./validating-policy/compile-validating-policy.ts";

/** The policies that judge objects by themselves. */
export type JudgingPolicy =
  | ClusterPolicy
  | Policy
  | ValidatingPolicy
  | NamespacedValidatingPolicy
  | ImageValidatingPolicy
  | NamespacedImageValidatingPolicy
  | MutatingPolicy
  | NamespacedMutatingPolicy
  | ValidatingAdmissionPolicy
  | MutatingAdmissionPolicy;

const severities: ReadonlySet<string> = new Set(["critical", "high", "medium", "low", "info"]);

/**
 * Compiles a policy, once per content. Never throws: what cannot be compiled is in `problems`, and the rules concerned
 * answer with an `error` for the objects that they match; the others work.
 */
export function compile(policy: JudgingPolicy): CompiledPolicy {
  switch (policy.kind) {
    case "ClusterPolicy":
    case "Policy":
      return compileRulePolicy(policy);
    case "ValidatingPolicy":
    case "NamespacedValidatingPolicy":
      return compileValidatingPolicy(policy);
    case "ImageValidatingPolicy":
    case "NamespacedImageValidatingPolicy":
      return compileImageValidatingPolicy(policy);
    case "MutatingPolicy":
    case "NamespacedMutatingPolicy":
      return compileMutatingPolicy(policy).policy;
    case "MutatingAdmissionPolicy":
      return compileMutatingAdmissionPolicy(policy, { bindings: [], matching: "cluster" }).policy;
    case "ValidatingAdmissionPolicy":
      return compileAdmissionPolicy(policy, { bindings: [], matching: "cluster" });
    default:
      return policy satisfies never;
  }
}

function compileRulePolicy(policy: ClusterPolicy | Policy): CompiledPolicy {
  const problems: PolicyProblem[] = [];
  const annotations = policy.metadata.annotations ?? {};
  const { identity, rules, problemOf, admits, ...readable } = readableRules(policy);
  problems.push(...readable.problems);
  const rulesFor = compileRules(rules, (rule, type) =>
    compileRule(rule, {
      type,
      policyNamespace: identity.namespace,
      knownProblem: problemOf(rule),
      report: (problem) => problems.push(problem),
    }),
  );
  const queries = new QueryCache();
  problems.push(...rules.declared.flatMap((rule) => expressionProblems(rule, queries)));
  const scanned = rules.all.filter(isScanned);
  const background = policy.spec.background !== false;
  const ineligible = backgroundProblem(rules.all);
  return {
    identity,
    uid: policy.metadata.uid ?? "",
    background,
    ...(ineligible === undefined ? {} : { backgroundProblem: ineligible }),
    disabledForReports: Object.hasOwn(policy.metadata.labels ?? {}, reportsDisabledLabel),
    reporting: reportingOf(policy, annotations, background),
    problems,
    rules: rules.declared.flatMap((rule) => {
      const type = ruleTypeOf(rule);
      return type === undefined ? [] : [{ name: rule.name, type }];
    }),
    ruleNames: rules.all.map((rule) => rule.name),
    autogenRules: rules.generated,
    ruleCount: countRules(rules.declared),
    selectors: uniqueSelections(scanned.flatMap((rule) => kindSelectionsOf(rule.match, identity.namespace))),
    ...policyInputs(scanned, identity.namespace, policy.spec.webhookConfiguration?.matchConditions),
    ...(admits === undefined ? {} : { admits }),
    applyOne: policy.spec.applyRules === "One",
    rulesFor,
    queries,
  };
}

/** True where some rule of the policy may have a say on whole objects of this kind and namespace. */
export function couldMatch(policy: CompiledPolicy, gvk: GroupVersionKind, namespace: string): boolean {
  return policy.selectors.some((selection) => selectsKind(selection, gvk, namespace));
}

function reportingOf(
  policy: ClusterPolicy | Policy,
  annotations: Readonly<Record<string, string>>,
  background: boolean,
): PolicyReporting {
  const severity = annotationOf(annotations, severityAnnotation);
  const category = annotationOf(annotations, categoryAnnotation);
  const admission = policy.spec.admission !== false;
  return {
    source: "kyverno",
    scored: annotationOf(annotations, scoredAnnotation) !== "false",
    ...(severity !== undefined && severities.has(severity) ? { severity } : {}),
    ...(category === undefined || category === "" ? {} : { category }),
    process: background ? "background scan" : admission ? "admission review" : "",
  };
}

function annotationOf(annotations: Readonly<Record<string, string>>, key: string): string | undefined {
  return Object.hasOwn(annotations, key) ? annotations[key] : undefined;
}

function isScanned(rule: Rule): boolean {
  const type = ruleTypeOf(rule);
  return type === "validate" || type === "imageVerify";
}

/**
 * The rules to try for each kind: validate rules, which for a pod controller include the ones generated for it, then
 * image rules, of which there are always all. Each rule is compiled once.
 */
function compileRules(
  rules: PolicyRules,
  compileOne: (rule: Rule, type: RuleType) => CompiledRule,
): (kind: string) => readonly CompiledRule[] {
  const compiled = new Map<Rule, CompiledRule>();
  const compileOnce = (rule: Rule, type: RuleType): CompiledRule => {
    const ready = compiled.get(rule) ?? compileOne(rule, type);
    compiled.set(rule, ready);
    return ready;
  };
  const ofType = (list: readonly Rule[], type: RuleType) =>
    list.filter((rule) => ruleTypeOf(rule) === type).map((rule) => compileOnce(rule, type));
  const images = ofType(rules.all, "imageVerify");
  const lists = new Map(rules.lists.map((list) => [list, [...ofType(list, "validate"), ...images]] as const));
  return (kind) => lists.get(rules.rulesFor(kind)) ?? [];
}

function countRules(rules: readonly Rule[]): RuleCount {
  const count = (type: RuleType) => rules.filter((rule) => ruleTypeOf(rule) === type).length;
  return {
    validate: count("validate"),
    mutate: count("mutate"),
    generate: count("generate"),
    verifyimages: count("imageVerify"),
  };
}
