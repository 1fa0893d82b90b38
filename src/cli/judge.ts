import type { PolicyReportResult } from "#api/reports/policy-report.ts";
import { Budget } from "#engine/budget.ts";
import type { CelExceptionSource } from "#engine/cel-policy/cel-exception-source.ts";
import { inject } from "#engine/context/document.ts";
import type { ContextRequest, ContextSource, PermissionScope } from "#engine/context/context-source.ts";
import { evaluate } from "#engine/evaluate.ts";
import type { ExceptionSource } from "#engine/exceptions/exception-source.ts";
import type { EvaluationInput, InjectedValues, Operation, RequestUser } from "#engine/input.ts";
import type { CloneSources, SourceRequest } from "#engine/generate/clone-sources.ts";
import type { CompiledGenerations } from "#engine/generate/compiled-generations.ts";
import type { DesiredObject } from "#engine/generate/desired-object.ts";
import { generate } from "#engine/generate/generate.ts";
import type { CompiledMutations } from "#engine/mutate/compiled-mutations.ts";
import { mutate } from "#engine/mutate/mutate.ts";
import type { PatchedTarget } from "#engine/mutate/mutate-targets.ts";
import type { TargetSelector, TargetSource } from "#engine/mutate/mutation-target.ts";
import type { RuleResponse, RuleStatus } from "#engine/response.ts";
import { isObject, own } from "#engine/values/json.ts";
import type { JsonObject, NumberMode } from "#engine/values/json.ts";
import { buildResults } from "#reports/build-results.ts";

import { rulePolicyOf } from "./policies/decode-policy.ts";
import type { LoadedPolicy } from "./policies/decode-policy.ts";
import { isClusterScoped } from "./resources/cluster-scoped-kinds.ts";
import type { KnownKinds } from "./resources/read-crds.ts";
import { decodeResource } from "./resources/scan-resource.ts";
import { offlineSources } from "./resources/offline-sources.ts";
import { presumeNamespaces, seeAsGiven } from "./resources/presumed-namespace.ts";
import type { SeenWorld } from "./resources/presumed-namespace.ts";
import type { ScanResource } from "./resources/scan-resource.ts";
import type { ScanValues } from "./values/scan-values.ts";

/** What all objects of a scan are judged with. */
export interface Judgement {
  readonly policies: readonly LoadedPolicy[];
  readonly values: ScanValues;
  /** Absent where nobody said who makes the requests. */
  readonly user: RequestUser | undefined;
  readonly context: ContextSource;
  /** What policies of the CEL kinds see of the world; the same as the others where it is absent. */
  readonly celContext?: ContextSource;
  readonly nowMs: number;
  /** Exceptions in force; none where it is absent. */
  readonly exceptions?: ExceptionSource;
  /** The same for policies of the CEL kinds. */
  readonly celExceptions?: CelExceptionSource;
  /** Outranks the operation that the values say. */
  readonly operation?: Operation;
  /** The objects that mutations of existing objects find; none where it is absent. */
  readonly targets?: TargetSource;
  /** The objects that generate rules copy, beside the one at hand; none where it is absent. */
  readonly sources?: readonly ScanResource[];
  /** Stands in for `sources` and the object at hand. */
  readonly cloneSources?: CloneSources;
  /** What is known of kinds; only the built-in ones where it is absent. */
  readonly kinds?: KnownKinds;
  /** What integers are; float64 where it is absent, as everything that is read from files. */
  readonly numbers?: NumberMode;
}

/** Data that must be loaded before a policy can judge an object. */
export interface Needs {
  readonly scope: PermissionScope;
  readonly requests: readonly ContextRequest[];
  readonly selectors: readonly TargetSelector[];
  readonly sources: readonly SourceRequest[];
}

/** All verdicts of an object, or what is missing for them. */
export type Judging =
  | { readonly kind: "judged"; readonly verdicts: readonly PolicyVerdict[] }
  | { readonly kind: "waiting"; readonly needs: readonly Needs[] };

/** What one policy says of one object, or does to it. */
export interface PolicyVerdict {
  readonly policy: LoadedPolicy;
  /** As it was given. */
  readonly resource: ScanResource;
  /** All mutations come before anything is checked, and generation last. */
  readonly step: "mutate" | "check" | "generate";
  /** As the step leaves it. */
  readonly object: JsonObject;
  /** Existing objects that the step changes. */
  readonly targets: readonly PatchedTarget[];
  /** Objects that the step makes. */
  readonly generated: readonly DesiredObject[];
  /** Empty where no rule applies. */
  readonly responses: readonly RuleResponse[];
}

/** What one rule says of one object. */
export interface Verdict {
  readonly policy: LoadedPolicy;
  readonly resource: ScanResource;
  readonly response: RuleResponse;
}

/** What a policy says, rule by rule. */
export function verdictsOf({ policy, resource, responses }: PolicyVerdict): readonly Verdict[] {
  return responses.map((response) => ({ policy, resource, response }));
}

/**
 * Judges one object by all policies. There is an entry for each policy and step, also where no rule applies: first the mutations, each on what those
 * before it made of the object, then what the rules say of the outcome.
 */
export function judgeByPolicies(judgement: Judgement, resource: ScanResource): readonly PolicyVerdict[] {
  const judging = startJudging(judgement, resource);
  if (judging.kind === "judged") return judging.verdicts;
  const [first] = judging.needs;
  const message = "the context source of a scan from files answers at once";
  throw new Error(`${message}, yet ${first?.scope.policyName ?? ""} waits for answers`);
}

/** The same where data may have to be loaded first: the caller does that and asks again, from the start. */
export function startJudging(judgement: Judgement, resource: ScanResource): Judging {
  const seen = asSeen(judgement, resource);
  const verdicts: PolicyVerdict[] = [];
  const needs: Needs[] = [];
  const run = (step: () => StepVerdict): StepVerdict | undefined => {
    try {
      const verdict = step();
      const object = seen.restore(verdict.object);
      verdicts.push({ ...verdict, resource, object, targets: verdict.targets.map(seen.restoreTarget) });
      return verdict;
    } catch (error) {
      if (!(error instanceof Waiting)) throw error;
      needs.push(error.needs);
      return undefined;
    }
  };
  let current = seen.resource;
  let failed = false;
  for (const policy of judgement.policies) {
    const { mutations, action } = policy;
    const mutates = mutations !== undefined || action?.step === "mutate";
    if (!mutates) continue;
    const verdict: StepVerdict | undefined = run(() => {
      if (failed) return nothingOf(policy, "mutate", current);
      if (mutations !== undefined) return mutateBy(policy, mutations, seen.targets, judgement, current);
      return actBy(policy, "mutate", judgement, current);
    });
    // What comes after a mutation sees what it made.
    if (verdict === undefined) return { kind: "waiting", needs };
    failed ||= verdict.failed;
    current = verdict.object === current.object ? current : { ...current, object: verdict.object };
  }
  for (const policy of judgement.policies) {
    run(() => (failed ? nothingOf(policy, "check", current) : checkBy(policy, judgement, current)));
  }
  for (const policy of judgement.policies) {
    const { generations, action } = policy;
    const generates = generations !== undefined || action?.step === "generate";
    if (!generates) continue;
    run(() => {
      if (failed) return nothingOf(policy, "generate", current);
      if (generations !== undefined) return generateBy(policy, generations, judgement, current);
      return actBy(policy, "generate", judgement, current);
    });
  }
  return needs.length > 0 ? { kind: "waiting", needs } : { kind: "judged", verdicts };
}

/**
 * Objects as policies see them: those of a cluster, and of kinds whose definition was given, as they are, others of files
 * as Kyverno's command line takes them.
 */
export function asSeen(
  { numbers, kinds, targets = noTargets }: Judgement,
  resource: ScanResource,
): SeenWorld {
  const { apiVersion, gvk } = resource;
  const isDefined = kinds?.isClusterScoped(apiVersion, gvk.kind) === true;
  const isKnown = numbers === "int64" || (isDefined && !isClusterScoped(apiVersion, gvk.kind));
  return isKnown ? seeAsGiven(resource, targets) : presumeNamespaces(resource, targets);
}

/** Ends the step of a policy that has to wait for data. */
export class Waiting extends Error {
  readonly needs: Needs;

  constructor(policy: LoadedPolicy, needs: Partial<Omit<Needs, "scope">>) {
    super(`${policy.compiled.identity.key} waits for data`);
    this.needs = { requests: [], selectors: [], sources: [], ...needs, scope: scopeOf(policy) };
  }
}

function scopeOf({ compiled }: LoadedPolicy): PermissionScope {
  const { kind, name, namespace } = compiled.identity;
  return {
    policyKind: kind,
    policyName: name,
    ...(namespace === undefined ? {} : { policyNamespace: namespace }),
  };
}

export interface StepVerdict extends Omit<PolicyVerdict, "resource"> {
  /** A mutation could not be carried out. As in Kyverno, nothing is said of the object from there on. */
  readonly failed: boolean;
}

function nothingOf(policy: LoadedPolicy, step: PolicyVerdict["step"], { object }: ScanResource): StepVerdict {
  return { policy, step, object, targets: [], generated: [], responses: [], failed: true };
}

function mutateBy(
  policy: LoadedPolicy,
  mutations: CompiledMutations,
  targets: TargetSource,
  judgement: Judgement,
  resource: ScanResource,
): StepVerdict {
  const input = inputFor(judgement, policy, resource);
  const result = mutate(mutations, input, { targets });
  if (result.kind === "pending") {
    const { requests, selectors } = result;
    throw new Waiting(policy, { requests, selectors });
  }
  const { responses, targets: patched, failed } = result;
  // There is no object to go on with in a DELETE, nor after a failure.
  const keep = failed || input.operation === "DELETE" || result.object === input.resource;
  const object = keep ? resource.object : result.object;
  return { policy, step: "mutate", object, targets: patched, generated: [], responses, failed };
}

/** The step of a policy that changes, makes or deletes objects with CEL; it has nothing to say in other steps. */
export function actBy(
  policy: LoadedPolicy,
  step: PolicyVerdict["step"],
  judgement: Judgement,
  resource: ScanResource,
): StepVerdict {
  const { action } = policy;
  const nothing = {
    policy,
    step,
    object: resource.object,
    targets: [],
    generated: [],
    responses: [],
    failed: false,
  };
  if (action?.step !== step) return nothing;
  const input = inputFor(judgement, policy, resource);
  const result = action.run(input, {
    targets: judgement.targets ?? noTargets,
    isClusterScoped: judgement.kinds?.isClusterScoped ?? isClusterScoped,
    scope: scopeOf(policy),
    inputOf: (object) => {
      const decoded = decodeResource(object, judgement.kinds?.isClusterScoped);
      return decoded.ok ? inputFor(judgement, policy, decoded.resource) : undefined;
    },
  });
  if (result.kind === "pending") {
    const { requests, selectors } = result;
    throw new Waiting(policy, { requests, selectors });
  }
  const { responses, targets, generated } = result;
  const keep = input.operation === "DELETE" || result.object === input.resource;
  return { ...nothing, object: keep ? resource.object : result.object, responses, targets, generated };
}

function checkBy(policy: LoadedPolicy, judgement: Judgement, resource: ScanResource): StepVerdict {
  if (policy.action !== undefined) return actBy(policy, "check", judgement, resource);
  const input = inputFor(judgement, policy, resource);
  const evaluation = evaluate(policy.compiled, input);
  if (evaluation.kind === "pending") throw new Waiting(policy, { requests: evaluation.requests });
  return {
    policy,
    step: "check",
    object: resource.object,
    targets: [],
    generated: [],
    responses: evaluation.responses,
    failed: false,
  };
}

function generateBy(
  policy: LoadedPolicy,
  generations: CompiledGenerations,
  judgement: Judgement,
  resource: ScanResource,
): StepVerdict {
  const input = inputFor(judgement, policy, resource);
  const given = judgement.cloneSources ?? offlineSources([...(judgement.sources ?? []), resource]);
  const result = generate(generations, input, given);
  if (result.kind === "pending") {
    const { requests, sources } = result;
    throw new Waiting(policy, { requests, sources });
  }
  const { responses, objects } = result;
  const { object } = resource;
  return { policy, step: "generate", object, targets: [], generated: objects, responses, failed: false };
}

const noTargets: TargetSource = { find: () => ({ kind: "objects", objects: [] }) };

function valuesFor(
  { values, operation }: Judgement,
  { compiled }: LoadedPolicy,
  { name }: ScanResource,
): InjectedValues {
  const found = values.find(compiled.identity.name, name);
  if (operation === undefined) return found;
  const others = found.policy.filter(([path]) => path !== "request.operation");
  return { ...found, policy: [...others, ["request.operation", operation]] };
}

/** What one policy judges an object with. */
export function inputFor(
  judgement: Judgement,
  policy: LoadedPolicy,
  resource: ScanResource,
): EvaluationInput {
  const context = rulePolicyOf(policy) === undefined ? judgement.celContext : undefined;
  const asked = context === undefined ? judgement : { ...judgement, context };
  const input = inputOf(asked, resource, valuesFor(judgement, policy, resource));
  // A policy for any JSON takes Kubernetes objects as that, too.
  return resource.isPayload === true || isJsonPolicy(policy) ? { ...input, mode: "json" } : input;
}

function isJsonPolicy({ source }: LoadedPolicy): boolean {
  const evaluation = "evaluation" in source.spec ? source.spec.evaluation : undefined;
  return evaluation !== undefined && "mode" in evaluation && evaluation.mode === "JSON";
}

function inputOf(judgement: Judgement, resource: ScanResource, injected: InjectedValues): EvaluationInput {
  const operation = operationOf(injected);
  const { object, oldObject } = objectsOf(resource.object, operation, injected);
  const labels = judgement.values.namespaceLabels(resource.namespace);
  const subresource = judgement.values.subresourceOf(resource.gvk);
  return {
    resource: object,
    ...(oldObject === undefined ? {} : { oldResource: oldObject }),
    gvk: subresource?.parent ?? resource.gvk,
    subresource: subresource?.name ?? "",
    operation,
    ...(judgement.user === undefined ? {} : { user: judgement.user }),
    namespace: resource.namespace,
    ...(labels === undefined ? {} : { namespaceLabels: labels }),
    nowMs: judgement.nowMs,
    seed: 0,
    numbers: judgement.numbers ?? "float64",
    budget: new Budget(),
    context: judgement.context,
    ...(judgement.exceptions === undefined ? {} : { exceptions: judgement.exceptions }),
    ...(judgement.celExceptions === undefined ? {} : { celExceptions: judgement.celExceptions }),
    ...(judgement.kinds === undefined ? {} : { objectTypes: judgement.kinds.objectTypes }),
    ...namespaceOf(judgement, resource),
    injected,
  };
}

/** The Namespace that the values describe. Of files nothing else is known; a cluster is asked for any other. */
function namespaceOf(
  { values, numbers }: Judgement,
  { namespace }: ScanResource,
): Pick<EvaluationInput, "namespaceObject"> {
  const described = values.namespaceObject(namespace);
  if (described !== undefined) return { namespaceObject: described };
  return numbers === "int64" ? {} : { namespaceObject: null };
}

/** Only these three change what is judged; anything else is no more than a value that expressions see. */
function operationOf({ policy }: InjectedValues): Operation {
  const value = policy.find(([path]) => path === "request.operation")?.[1];
  return value === "UPDATE" || value === "DELETE" ? value : "CREATE";
}

/** The object before and after the request, with what the values change in them. */
function objectsOf(
  object: JsonObject,
  operation: Operation,
  { policy }: InjectedValues,
): { readonly object: JsonObject; readonly oldObject: JsonObject | undefined } {
  const before = operation === "CREATE" ? undefined : object;
  const after = operation === "DELETE" ? {} : object;
  const changes = policy.filter(([path]) => /^request\.(?:object|oldObject)\./.test(path));
  if (changes.length === 0) return { object: after, oldObject: before };
  const request = { object: after, ...(before === undefined ? {} : { oldObject: before }) };
  const changed = own(inject({ request }, changes), "request");
  const read = (key: string): JsonObject | undefined => {
    const value = isObject(changed) ? own(changed, key) : undefined;
    return isObject(value) ? value : undefined;
  };
  return {
    object: operation === "DELETE" ? {} : (read("object") ?? {}),
    oldObject: before === undefined ? undefined : read("oldObject"),
  };
}

const allResults: ReadonlySet<RuleStatus> = new Set(["pass", "fail", "warn", "error", "skip"]);

/** A verdict as reports show it, with the object that it is about. */
export function resultOf({ policy, resource, response }: Verdict, nowMs: number): PolicyReportResult {
  const { identity, reporting } = policy.compiled;
  const [result] = buildResults({ policy: identity.key, ...reporting }, [response], {
    timestampSeconds: Math.floor(nowMs / 1000),
    allowedResults: allResults,
  });
  if (result === undefined) throw new Error("every status is reported");
  const { apiVersion, gvk, namespace, name, uid } = resource;
  return {
    ...result,
    resources: [
      {
        apiVersion,
        kind: gvk.kind,
        ...(namespace === "" ? {} : { namespace }),
        name,
        ...(uid === "" ? {} : { uid }),
      },
    ],
  };
}
