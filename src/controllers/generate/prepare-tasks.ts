import { createHash } from "node:crypto";
import { decodeClusterPolicy, decodePolicy } from "#api/kyverno/cluster-policy.ts";
import type { ClusterPolicy, Policy } from "#api/kyverno/cluster-policy.ts";
import type { Generation } from "#api/kyverno/generate.ts";
import type { Rule } from "#api/kyverno/rule.ts";
import { decodeMeta } from "#api/meta/object-meta.ts";
import type { KubeObject } from "#api/meta/object-meta.ts";
import { decodeGeneratingPolicy, decodeNamespacedGeneratingPolicy } from "#api/policies/generating-policy.ts";
import type { GeneratingPolicy, NamespacedGeneratingPolicy } from "#api/policies/generating-policy.ts";
import type { Decoded } from "#api/schema/decode.ts";
import { contentSince, triggerPolicyKey, triggerRuleKey } from "#controllers/triggers/trigger-rule.ts";
import type { TriggerCandidate } from "#controllers/triggers/trigger-rule.ts";
import { celSubjectOf } from "#engine/cel-policy/cel-subject.ts";
import { constraintSelections } from "#engine/cel-policy/kind-selections.ts";
import { compile } from "#engine/compile.ts";
import { readableRules } from "#engine/compile/readable-rules.ts";
import { compileGenerations } from "#engine/generate/compile-generations.ts";
import { compileGeneratingPolicy } from "#engine/generating-policy/compile-generating-policy.ts";
import type { Operation } from "#engine/input.ts";
import { kindSelectionsOf } from "#engine/match/kind-selection.ts";
import { matchSubjectOf } from "#engine/match/subject.ts";
import { triggerNeedsOf } from "#engine/mutate/trigger-needs.ts";
import type { JsonObject } from "#engine/values/json.ts";
import { stringifyJson } from "#kube/client/json.ts";
import { readGenerateOptions } from "./generate-options.ts";
import type { GenerateOptions } from "./generate-options.ts";
import type { GenerateTask, PolicyTask, RuleTask, TaskOwner, TaskTraits } from "./generate-task.ts";

/** A kind of policies that generate. */
export interface PolicyRow {
  readonly group: string;
  readonly kind: "ClusterPolicy" | "Policy" | "GeneratingPolicy" | "NamespacedGeneratingPolicy";
  /** What an object of the kind asks for. No tasks: it generates nothing. */
  readonly prepare: (object: KubeObject) => Decoded<PreparedPolicy>;
}

/** What a policy asks for, and what of it cannot be carried out. */
export interface PreparedPolicy {
  readonly owner: TaskOwner;
  readonly options: GenerateOptions;
  readonly tasks: readonly GenerateTask[];
  /** In words for people: what no watch can see and what cannot be compiled. */
  readonly problems: readonly string[];
}

type Asked = Pick<PreparedPolicy, "tasks" | "problems">;

/**
 * A single clone stays where its policy or rule goes, as Kyverno's documentation of clones and its own tests have it; the
 * copies of a list go with it.
 */
const singleClonesSurvive = true;

function row<T>(
  group: string,
  kind: PolicyRow["kind"],
  decode: (value: unknown) => Decoded<T>,
  tasksOf: (document: T, owner: TaskOwner, object: KubeObject) => Asked,
): PolicyRow {
  return {
    group,
    kind,
    prepare(object) {
      const meta = decodeMeta(object);
      const decoded = decode(object);
      if (!decoded.ok) return decoded;
      if (meta === undefined) {
        return { ok: false, problems: [{ path: "metadata", message: "name or uid is missing" }] };
      }
      const { namespace, name, uid } = meta;
      const policy = { kind, name, ...(namespace === undefined ? {} : { namespace }) };
      const owner = { ...policy, uid, apiVersion: object.apiVersion, key: triggerPolicyKey(policy) };
      const options = readGenerateOptions(meta.annotations);
      return { ok: true, value: { owner, options, ...tasksOf(decoded.value, owner, object) } };
    },
  };
}

/** The kinds of policies that may generate. */
export const policyRows: readonly PolicyRow[] = [
  row("kyverno.io", "ClusterPolicy", decodeClusterPolicy, ruleTasks),
  row("kyverno.io", "Policy", decodePolicy, ruleTasks),
  row("policies.kyverno.io", "GeneratingPolicy", decodeGeneratingPolicy, policyTasks),
  row("policies.kyverno.io", "NamespacedGeneratingPolicy", decodeNamespacedGeneratingPolicy, policyTasks),
];

function ruleTasks(policy: ClusterPolicy | Policy, owner: TaskOwner, object: KubeObject): Asked {
  const { rules, identity } = readableRules(policy);
  const generating = rules.declared.filter((rule) => rule.generate !== undefined);
  if (generating.length === 0) return { tasks: [], problems: [] };
  const compiled = compileGenerations(policy);
  const { reporting, disabledForReports } = compile(policy);
  const content = contentOf(object);
  const tasks = generating.map((rule): RuleTask => {
    const generate = rule.generate ?? {};
    const needs = triggerNeedsOf(rule);
    const matching = compiled.rules.find((one) => one.rule.name === rule.name);
    const operations = new Set([...needs.operations, "DELETE" as const]);
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
      operations,
      needsOldObject: needs.oldObject,
      needsUser: needs.user,
      takesExisting: takesExisting(policy, generate) && !needs.listsOperations && !needs.user,
      skipsOwnWrites: rule.skipBackgroundRequests !== false,
      generatesOnDelete: matching?.generatesOnDelete === true,
      mayTake: (candidate) =>
        !needs.user &&
        [...operations].some((operation) => matching?.rule.matches(subjectOf(candidate, operation)) === true),
      compiled,
      isData: blocksOf(generate).every(
        ({ clone, cloneList }) => clone === undefined && cloneList === undefined,
      ),
      traits: traitsOf(rule, generate),
      reported: !disabledForReports,
      reporting: { ...reporting, policy: identity.key },
      scope: scopeOf(owner, rule.name),
    };
  });
  return { tasks, problems: [...compiled.problems.map(problemText), ...tasks.flatMap(blindSpots)] };
}

type Block = Pick<Generation, "apiVersion" | "kind" | "namespace" | "name" | "clone" | "cloneList" | "data">;

function blocksOf(generate: Generation): readonly Block[] {
  return generate.foreach ?? [generate];
}

function traitsOf(rule: Rule, generate: Generation): TaskTraits {
  const { apiVersion, kind, namespace, name, clone, cloneList } = generate;
  const isClone = blocksOf(generate).some((block) => block.clone !== undefined);
  // For a foreach the identity of the rule itself is empty, so that it never changes.
  return {
    synchronize: generate.synchronize === true,
    survives: generate.orphanDownstreamOnPolicyDelete === true || (singleClonesSurvive && isClone),
    identity: digest([apiVersion, kind, namespace, name, clone, cloneList]),
    body: digest([
      rule.match,
      rule.exclude,
      rule.preconditions,
      rule.context,
      generate.data,
      generate.foreach,
    ]),
  };
}

function takesExisting({ spec }: ClusterPolicy | Policy, { generateExisting }: Generation): boolean {
  return generateExisting ?? spec.generateExisting ?? false;
}

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

function blindSpots({ rule, needsUser }: RuleTask): readonly string[] {
  return needsUser ? [`${rule}: it depends on who made a request, and only an UpdateRequest tells that`] : [];
}

function policyTasks(
  policy: GeneratingPolicy | NamespacedGeneratingPolicy,
  owner: TaskOwner,
  object: KubeObject,
): Asked {
  const compiled = compileGeneratingPolicy(policy);
  const { identity, policy: judging } = compiled;
  const { spec } = policy;
  const operations = operationsOf(spec);
  const text = stringifyJson(spec);
  const task: PolicyTask = {
    kind: "policy",
    key: triggerRuleKey(owner, ""),
    policy: owner,
    owner,
    rule: "",
    content: contentOf(object),
    since: contentSince(object),
    selections: compiled.admission || compiled.generateExisting ? watched(spec, identity.namespace) : [],
    operations: compiled.admission ? new Set([...operations, "DELETE" as const]) : new Set(),
    needsOldObject: text.includes("oldObject"),
    // An expression about the user has no value without one, and says so.
    needsUser: false,
    takesExisting: compiled.generateExisting && operations.has("CREATE"),
    skipsOwnWrites: spec.evaluation?.skipBackgroundRequests !== false,
    // A rule with `*` removes what it made, as Kyverno does: only the operation by its name generates.
    generatesOnDelete: (spec.matchConstraints?.resourceRules ?? []).some(
      (one) => one.operations?.includes("DELETE") === true,
    ),
    mayTake: (candidate) => matchesConstraints(compiled, candidate, operations),
    compiled,
    traits: {
      synchronize: compiled.synchronize,
      survives: compiled.orphansOnDelete,
      identity: "",
      body: digest(spec),
    },
    reported: !judging.disabledForReports,
    reporting: { ...judging.reporting, policy: identity.key },
    scope: scopeOf(owner, undefined),
  };
  return { tasks: [task], problems: judging.problems.map(problemText) };
}

function watched(
  { matchConstraints }: GeneratingPolicy["spec"],
  namespace: string | undefined,
): GenerateTask["selections"] {
  return constraintSelections(matchConstraints, namespace, "any");
}

/** Constraints may ask for what is not known here (labels of a namespace): then they may take the object. */
function matchesConstraints(
  { matches, identity }: PolicyTask["compiled"],
  { type, object, namespace, namespaceLabels }: TriggerCandidate,
  operations: ReadonlySet<Operation>,
): boolean {
  if (identity.namespace !== undefined && identity.namespace !== namespace) return false;
  const resource = object as unknown as JsonObject;
  return [...operations].some((operation) => {
    try {
      return matches(
        celSubjectOf({
          resource,
          gvk: type,
          subresource: "",
          operation,
          namespace,
          ...(namespaceLabels === undefined ? {} : { namespaceLabels }),
        }),
      );
    } catch {
      return true;
    }
  });
}

const allOperations: readonly Operation[] = ["CREATE", "UPDATE", "DELETE", "CONNECT"];

function operationsOf({ matchConstraints }: GeneratingPolicy["spec"]): ReadonlySet<Operation> {
  const declared = new Set(
    (matchConstraints?.resourceRules ?? []).flatMap(({ operations }) => operations ?? []),
  );
  return new Set(allOperations.filter((operation) => declared.has("*") || declared.has(operation)));
}

function scopeOf({ kind, namespace, name }: TaskOwner, rule: string | undefined): GenerateTask["scope"] {
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
  const { uid, annotations, labels } = metadata;
  return digest([uid, object["spec"], countedEntries(annotations), countedEntries(labels)]);
}

function countedEntries(map: unknown): readonly (readonly [string, unknown])[] {
  if (typeof map !== "object" || map === null) return [];
  return Object.entries(map)
    .filter(([key]) => key.includes("policies.kyverno.io/") || key.startsWith("reports.kyverno.io/"))
    .sort(([a], [b]) => (a < b ? -1 : 1));
}

function digest(value: unknown): string {
  return createHash("sha256")
    .update(stringifyJson(value) ?? "")
    .digest("base64")
    .slice(0, 22);
}
