import { createHash } from "node:crypto";
import { decodeClusterPolicy, decodePolicy } from "#api/kyverno/cluster-policy.ts";
import type { ClusterPolicy, Policy } from "#api/kyverno/cluster-policy.ts";
import type { Rule } from "#api/kyverno/rule.ts";
import { decodeMeta } from "#api/meta/object-meta.ts";
import type { KubeObject } from "#api/meta/object-meta.ts";
import { decodeMutatingPolicy, decodeNamespacedMutatingPolicy } from "#api/policies/mutating-policy.ts";
import type { MutatingPolicy, NamespacedMutatingPolicy } from "#api/policies/mutating-policy.ts";
import type { Decoded, Problem } from "#api/schema/decode.ts";
import { contentSince, triggerPolicyKey, triggerRuleKey } from "#controllers/triggers/trigger-rule.ts";
import type { TriggerCandidate } from "#controllers/triggers/trigger-rule.ts";
import { constraintSelections } from "#engine/cel-policy/kind-selections.ts";
import { compile } from "#engine/compile.ts";
import { readableRules } from "#engine/compile/readable-rules.ts";
import type { Operation } from "#engine/input.ts";
import { kindSelectionsOf } from "#engine/match/kind-selection.ts";
import { matchSubjectOf } from "#engine/match/subject.ts";
import { compileMutations } from "#engine/mutate/compile-mutations.ts";
import { triggerNeedsOf } from "#engine/mutate/trigger-needs.ts";
import { compileMutatingPolicy } from "#engine/mutating-policy/compile-mutating-policy.ts";
import type { JsonObject } from "#engine/values/json.ts";
import { stringifyJson } from "#kube/client/json.ts";
import type { MutateTask, PolicyTask, RuleTask, TaskOwner } from "./mutate-task.ts";

/** A kind of policies that change existing objects. */
export interface PolicyRow {
  readonly group: string;
  readonly kind: "ClusterPolicy" | "Policy" | "MutatingPolicy" | "NamespacedMutatingPolicy";
  /** What an object of the kind asks for. None: it changes no existing objects. */
  readonly prepare: (object: KubeObject) => Decoded<PreparedPolicy>;
}

/** What a policy asks for, and what of it cannot be carried out. */
export interface PreparedPolicy {
  readonly owner: TaskOwner;
  readonly tasks: readonly MutateTask[];
  /** In words for people: what no watch can see and what cannot be compiled. */
  readonly problems: readonly string[];
}

function row<T>(
  group: string,
  kind: PolicyRow["kind"],
  decode: (value: unknown) => Decoded<T>,
  tasksOf: (document: T, owner: TaskOwner, object: KubeObject) => Omit<PreparedPolicy, "owner">,
): PolicyRow {
  return {
    group,
    kind,
    prepare(object) {
      const meta = decodeMeta(object);
      const decoded = decode(object);
      if (!decoded.ok) return decoded;
      if (meta === undefined) return { ok: false, problems: [noMetadata] };
      const { namespace, name, uid } = meta;
      const policy = { kind, name, ...(namespace === undefined ? {} : { namespace }) };
      const owner = { ...policy, uid, apiVersion: object.apiVersion, key: triggerPolicyKey(policy) };
      return { ok: true, value: { owner, ...tasksOf(decoded.value, owner, object) } };
    },
  };
}

const noMetadata: Problem = { path: "metadata", message: "name or uid is missing" };

/** The kinds of policies that may change existing objects. */
export const policyRows: readonly PolicyRow[] = [
  row("kyverno.io", "ClusterPolicy", decodeClusterPolicy, ruleTasks),
  row("kyverno.io", "Policy", decodePolicy, ruleTasks),
  row("policies.kyverno.io", "MutatingPolicy", decodeMutatingPolicy, policyTasks),
  row("policies.kyverno.io", "NamespacedMutatingPolicy", decodeNamespacedMutatingPolicy, policyTasks),
];

function ruleTasks(
  policy: ClusterPolicy | Policy,
  owner: TaskOwner,
  object: KubeObject,
): Omit<PreparedPolicy, "owner"> {
  const { rules, identity } = readableRules(policy);
  const changing = rules.all.filter((rule) => rule.mutate?.targets !== undefined);
  if (changing.length === 0) return { tasks: [], problems: [] };
  const compiled = compileMutations(policy);
  const { reporting, disabledForReports } = compile(policy);
  const content = contentOf(object);
  const tasks = changing.map((rule): RuleTask => {
    const needs = triggerNeedsOf(rule);
    const matching = compiled.rules.find((one) => one.rule.name === rule.name)?.rule;
    return {
      kind: "rule",
      key: triggerRuleKey(owner, rule.name),
      policy: owner,
      owner,
      rule: rule.name,
      content,
      since: contentSince(object),
      // What only others can tell of needs no watch.
      selections: needs.user ? [] : kindSelectionsOf(rule.match, identity.namespace),
      operations: needs.operations,
      needsOldObject: needs.oldObject,
      needsUser: needs.user,
      takesExisting: takesExisting(policy, rule) && !needs.listsOperations && !needs.user,
      skipsOwnWrites: rule.skipBackgroundRequests !== false,
      mayTake: (candidate) =>
        !needs.user &&
        [...needs.operations].some(
          (operation) => matching?.matches(subjectOf(candidate, operation)) === true,
        ),
      compiled,
      declaredTargets: (rule.mutate?.targets ?? []).map(
        ({ apiVersion = "", kind = "", namespace = "", name = "" }) => ({
          apiVersion,
          kind,
          namespace,
          name,
        }),
      ),
      reported: !disabledForReports,
      reporting: { ...reporting, policy: identity.key },
      scope: scopeOf(owner, rule.name),
    };
  });
  return { tasks, problems: [...compiled.problems.map(problemText), ...tasks.flatMap(blindSpots)] };
}

function takesExisting({ spec }: ClusterPolicy | Policy, { mutate }: Rule): boolean {
  return mutate?.mutateExistingOnPolicyUpdate ?? spec.mutateExistingOnPolicyUpdate ?? false;
}

/** Existing objects and watches know no operation; what matches is held against the rule as each that it can match. */
function subjectOf(
  { type, object, namespace, namespaceLabels }: TriggerCandidate,
  operation: Operation,
): ReturnType<typeof matchSubjectOf> {
  return matchSubjectOf({
    resource: object as unknown as JsonObject,
    gvk: type,
    subresource: "",
    operation,
    namespace,
    ...(namespaceLabels === undefined ? {} : { namespaceLabels }),
  });
}

/** What of a rule no watch can see. */
function blindSpots({ rule, needsUser, operations }: RuleTask): readonly string[] {
  if (needsUser) return [`${rule}: it depends on who made a request, and only an UpdateRequest tells that`];
  const connects = operations.size === 1 && operations.has("CONNECT");
  return connects ? [`${rule}: CONNECT cannot be watched; only an UpdateRequest tells of it`] : [];
}

function policyTasks(
  policy: MutatingPolicy | NamespacedMutatingPolicy,
  owner: TaskOwner,
  object: KubeObject,
): Omit<PreparedPolicy, "owner"> {
  const compiled = compileMutatingPolicy(policy);
  const { existing, identity, policy: judging, admission } = compiled;
  if (existing === undefined) return { tasks: [], problems: [] };
  const { spec } = policy;
  const watched = admission ? constraintSelections(spec.matchConstraints, identity.namespace, "any") : [];
  const isAsked = existing.kind === "asked";
  const text = stringifyJson(spec);
  const task: PolicyTask = {
    kind: "policy",
    key: triggerRuleKey(owner, ""),
    policy: owner,
    owner,
    rule: "",
    content: contentOf(object),
    since: contentSince(object),
    selections: isAsked ? constraintSelections(spec.matchConstraints, identity.namespace, "any") : watched,
    // A policy that is not for requests takes the triggers that exist, and no change of one.
    operations: admission ? operationsOf(spec) : new Set(),
    needsOldObject: text.includes("oldObject"),
    // An expression about the user has no value without one, and says so.
    needsUser: false,
    takesExisting: isAsked,
    skipsOwnWrites: spec.evaluation?.skipBackgroundRequests !== false,
    mayTake: () => true,
    compiled,
    existing,
    existingOperation: existingOperation(operationsOf(spec)),
    reported: !judging.disabledForReports,
    reporting: { ...judging.reporting, policy: identity.key },
    scope: scopeOf(owner, undefined),
  };
  return { tasks: [task], problems: judging.problems.map(problemText) };
}

const allOperations: readonly Operation[] = ["CREATE", "UPDATE", "DELETE", "CONNECT"];

function operationsOf({ matchConstraints }: MutatingPolicy["spec"]): ReadonlySet<Operation> {
  const declared = new Set(
    (matchConstraints?.resourceRules ?? []).flatMap(({ operations }) => operations ?? []),
  );
  return new Set(allOperations.filter((operation) => declared.has("*") || declared.has(operation)));
}

function existingOperation(declared: ReadonlySet<Operation>): Operation {
  const [first = "UPDATE"] = declared;
  return declared.has("UPDATE") ? "UPDATE" : first;
}

function scopeOf({ kind, namespace, name }: TaskOwner, rule: string | undefined): MutateTask["scope"] {
  return {
    policyKind: kind,
    policyName: name,
    ...(namespace === undefined ? {} : { policyNamespace: namespace }),
    ...(rule === undefined ? {} : { rule }),
  };
}

function problemText({ rule, message }: { readonly rule?: string; readonly message: string }): string {
  return rule === undefined ? message : `${rule}: ${message}`;
}

/** By what two versions of a policy are told apart: its spec and the annotations and labels that count. */
function contentOf({ metadata, ...object }: KubeObject): string {
  const counted = [
    metadata.uid,
    object["spec"],
    countedEntries(metadata["annotations"]),
    countedEntries(metadata["labels"]),
  ];
  return createHash("sha256").update(stringifyJson(counted)).digest("base64");
}

function countedEntries(map: unknown): readonly (readonly [string, unknown])[] {
  if (typeof map !== "object" || map === null) return [];
  return Object.entries(map)
    .filter(([key]) => key.includes("policies.kyverno.io/") || key.startsWith("reports.kyverno.io/"))
    .sort(([a], [b]) => (a < b ? -1 : 1));
}
