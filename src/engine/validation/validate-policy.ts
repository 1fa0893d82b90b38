import { autogenControllersAnnotation } from "#api/labels.ts";
import type { ClusterPolicy, Policy } from "#api/kyverno/cluster-policy.ts";
import type { PolicySpec } from "#api/kyverno/policy-spec.ts";
import type { Rule } from "#api/kyverno/rule.ts";
import type { Problem } from "#api/schema/decode.ts";

import { policyRules } from "../autogen/policy-rules.ts";
import { BudgetExceeded } from "../budget.ts";
import { isNestedDeeperThan } from "../compile/nesting.ts";
import { reportContextEntries } from "./context-entries.ts";
import { reportGeneration } from "./generation.ts";
import { reportKinds } from "./kinds.ts";
import { reportMatch, reportMatchConflict } from "./match.ts";
import { reportMutation } from "./mutation.ts";
import { reportOverrides } from "./override-namespaces.ts";
import { reportPodSecurity } from "./pod-security.ts";
import { isFilled, isSet } from "./report.ts";
import type { Report } from "./report.ts";
import { reportConditionsOfRule } from "./rule-conditions.ts";
import { reportMetadataTexts } from "./metadata-texts.ts";
import { reportValidation } from "./validation-body.ts";
import { reportVariables } from "./variables.ts";
import { reportImageVerifications } from "./verify-images.ts";

/** What only a cluster knows. */
export interface ValidationOptions {
  /**
   * Kinds without a namespace, as `Kind` and as `group/version/Kind` (`version/Kind` for the core group). Where it is
   * absent, nothing is said about scopes.
   */
  readonly clusterKinds?: ReadonlySet<string>;
}

const maxNameLength = 63;
const maxDepth = 200;
const maxProblems = 100;

/**
 * Everything that is wrong with a policy beyond its schema: what Kyverno's admission refuses. Paths are those of the
 * document, `spec.rules[0].match.any[1].kinds`; a rule that only autogen makes stands as `autogen rule NAME`. Whether
 * kinds exist and whether controllers have the rights that a policy needs takes a cluster, and is not looked at.
 */
export function validatePolicy(
  policy: ClusterPolicy | Policy,
  options: ValidationOptions = {},
): readonly Problem[] {
  const problems: Problem[] = [];
  const report: Report = (path, message) => {
    if (
      problems.length < maxProblems &&
      !problems.some((known) => known.path === path && known.message === message)
    ) {
      problems.push({ path, message });
    }
  };
  if (isNestedDeeperThan(policy.spec, maxDepth)) {
    report("spec", `the policy is nested deeper than ${maxDepth} levels`);
    return problems;
  }
  try {
    reportAll(policy, options, report);
  } catch (error) {
    if (!(error instanceof BudgetExceeded)) throw error;
    report("spec", error.message);
  }
  return problems;
}

function reportAll(policy: ClusterPolicy | Policy, options: ValidationOptions, report: Report): void {
  reportPolicyMetadata(policy, report);
  reportSpec(policy, report);
  const namespaced = policy.kind === "Policy";
  const background = policy.spec.background !== false;
  const place: RulePlace = {
    namespaced,
    policyNamespace: namespaced ? (policy.metadata.namespace ?? "default") : undefined,
    background,
    clusterKinds: options.clusterKinds,
    spec: policy.spec,
  };
  for (const [index, rule] of (policy.spec.rules ?? []).entries()) {
    reportRule(rule, `spec.rules[${index}]`, place, report);
  }
  reportNames(policy.spec, report);
  reportVariables(policyRules(policy.spec, policy.metadata.annotations ?? {}), background, report);
}

function reportPolicyMetadata({ kind, metadata }: ClusterPolicy | Policy, report: Report): void {
  const { name = "", namespace = "", annotations = {} } = metadata;
  if (kind === "ClusterPolicy" && namespace !== "") {
    report("metadata.namespace", "A clusterpolicy should not have the namespace defined");
  }
  if (name.length > maxNameLength) {
    report("metadata.name", `Too long: may not be more than ${maxNameLength} bytes`);
  }
  const controllers = Object.hasOwn(annotations, autogenControllersAnnotation)
    ? annotations[autogenControllersAnnotation]
    : undefined;
  if (controllers === "all") {
    report(
      `metadata.annotations[${autogenControllersAnnotation}]`,
      "Autogen annotation does not support 'all' anymore, remove the annotation or set it to a valid value",
    );
  }
}

function reportSpec({ kind, spec }: ClusterPolicy | Policy, report: Report): void {
  const rules = spec.rules ?? [];
  if (spec.admission === false) {
    if (spec.background === false) {
      report("spec", "disabling both admission and background processing is not allowed");
    }
    if (
      rules.some((rule) => isFilled(rule.mutate) || isFilled(rule.generate) || isFilled(rule.verifyImages))
    ) {
      report("spec.admission", "disabling admission processing is only allowed with validation policies");
    }
  }
  reportTimeout(spec.webhookTimeoutSeconds, "spec.webhookTimeoutSeconds", report);
  reportTimeout(
    spec.webhookConfiguration?.timeoutSeconds,
    "spec.webhookConfiguration.timeoutSeconds",
    report,
  );
  reportReplacedFields(spec, report);
  const overrides = spec.validationFailureActionOverrides ?? [];
  const overridesPath = "spec.validationFailureActionOverrides";
  if (kind === "ClusterPolicy") reportOverrides(overrides, overridesPath, report);
  else if (overrides.length > 0) {
    report(overridesPath, "Use of validationFailureActionOverrides is supported only with ClusterPolicy");
  }
}

function reportTimeout(seconds: number | bigint | undefined, path: string, report: Report): void {
  if (seconds !== undefined && (seconds < 1 || seconds > 30)) {
    report(path, "the timeout value must be between 1 and 30 seconds");
  }
}

/** Fields of the spec that have moved elsewhere: both places at once contradict each other. */
function reportReplacedFields(spec: PolicySpec, report: Report): void {
  const { webhookConfiguration } = spec;
  const moved = (field: string, to: string) =>
    report(`spec.${field}`, `remove the deprecated field and use ${to} instead`);
  if (isSet(spec.webhookTimeoutSeconds) && isSet(webhookConfiguration?.timeoutSeconds)) {
    moved("webhookTimeoutSeconds", "spec.webhookConfiguration.timeoutSeconds");
  }
  if (isSet(spec.failurePolicy) && isSet(webhookConfiguration?.failurePolicy)) {
    moved("failurePolicy", "spec.webhookConfiguration.failurePolicy");
  }
  if (isSet(spec.generateExistingOnPolicyUpdate)) {
    moved("generateExistingOnPolicyUpdate", "spec.generate[*].generateExisting");
  }
}

function reportNames({ rules = [] }: PolicySpec, report: Report): void {
  const names = new Set<string>();
  for (const [index, { name }] of rules.entries()) {
    if (names.has(name)) report(`spec.rules[${index}].name`, `Duplicate rule name: '${name}'`);
    names.add(name);
  }
}

/** What the problems of a rule depend on besides the rule. */
export interface RulePlace {
  readonly namespaced: boolean;
  readonly policyNamespace: string | undefined;
  readonly background: boolean;
  readonly clusterKinds: ReadonlySet<string> | undefined;
  readonly spec: PolicySpec;
}

function reportRule(rule: Rule, path: string, place: RulePlace, report: Report): void {
  reportRuleType(rule, path, report);
  reportMatch(rule, path, place, report);
  reportMatchConflict(rule, path, report);
  reportKinds(rule, path, place.background, report);
  reportConditionsOfRule(rule, path, report);
  reportContextEntries(rule, path, place.namespaced, report);
  reportMetadataTexts(rule, path, report);
  if (isFilled(rule.validate)) {
    reportValidation(rule, path, report);
    reportPodSecurity(rule, `${path}.validate`, report);
    if (!place.namespaced) {
      reportOverrides(
        rule.validate?.failureActionOverrides ?? [],
        `${path}.validate.failureActionOverrides`,
        report,
      );
    }
  } else if ((rule.celPreconditions ?? []).length > 0) {
    report(`${path}.celPreconditions`, "celPrecondition can only be used with validate.cel");
  }
  reportMutation(rule, path, place.spec, place.policyNamespace, report);
  reportGeneration(rule, path, place, report);
  reportImageVerifications(rule, path, place.spec, report);
}

function reportRuleType(rule: Rule, path: string, report: Report): void {
  const bodies = [rule.mutate, rule.validate, rule.generate, rule.verifyImages].filter(isFilled);
  if (bodies.length === 0) {
    report(
      path,
      `No operation defined in the rule '${rule.name}'.(supported operations: mutate,validate,generate,verifyImages)`,
    );
  }
  if (bodies.length > 1) {
    report(
      path,
      `Multiple operations defined in the rule '${rule.name}', only one operation (mutate,validate,generate,verifyImages) is allowed per rule`,
    );
  }
  if (rule.imageExtractors !== undefined && !isFilled(rule.verifyImages)) {
    report(
      `${path}.imageExtractors`,
      `Invalid rule spec for rule '${rule.name}', imageExtractors can only be defined for verifyImages rule`,
    );
  }
}
