import { BudgetExceeded } from "../budget.ts";
import { evaluateAnnotations } from "../cel-policy/audit-annotations.ts";
import { kyvernoBindings, nothingAllowed } from "../cel-policy/cel-bindings.ts";
import { noCelExceptions } from "../cel-policy/cel-exception-source.ts";
import { openCelSession } from "../cel-policy/cel-session.ts";
import { celSubjectOf } from "../cel-policy/cel-subject.ts";
import { findExemption } from "../cel-policy/exemption.ts";
import { MatchError } from "../cel-policy/match-constraints.ts";
import { evaluateConditions } from "../cel-policy/match-conditions.ts";
import { policyScope, ruleless } from "../cel-policy/ruleless-response.ts";
import { CelError } from "../cel/values/cel-error.ts";
import type { CelValue } from "../cel/values/cel-value.ts";
import { jsonOf } from "../cel/values/json-of.ts";
import { Suspension } from "../context/context-source.ts";
import type { ContextRequest } from "../context/context-source.ts";
import type { DesiredObject } from "../generate/desired-object.ts";
import { metadataText } from "../generate/downstream-labels.ts";
import type { EvaluationInput } from "../input.ts";
import type { RuleResponse } from "../response.ts";
import { isObject } from "../values/json.ts";
import type { JsonObject } from "../values/json.ts";
import type { CompiledGeneratingPolicy, GeneratingBody } from "./compile-generating-policy.ts";
import { downstreamObject, flatten } from "./downstream-object.ts";
import type { DownstreamOrigin } from "./downstream-object.ts";

/** What a policy makes for a trigger, or what must be loaded before it can say so. */
export type PolicyGenerationResult =
  | {
      readonly kind: "completed";
      /**
       * Undefined where the policy does not take the trigger or its conditions are not met: with `synchronize` what was made
       * for it goes.
       */
      readonly response: RuleResponse | undefined;
      /** What is to exist, each object once; nothing where the response is no pass. */
      readonly objects: readonly DesiredObject[];
    }
  | { readonly kind: "pending"; readonly requests: readonly ContextRequest[] };

export interface PolicyGenerationOptions {
  /** True for a kind whose objects stand in no namespace. */
  readonly isClusterScoped: (apiVersion: string, kind: string) => boolean;
}

const respond = ruleless("generate");
const nothing: PolicyGenerationResult = { kind: "completed", response: undefined, objects: [] };

/**
 * Carries out a GeneratingPolicy for a trigger. Never throws. The objects of all its sources come together: where one of
 * them fails nothing is made, while Kyverno leaves what the sources before it made. Where it has to wait for data the caller
 * loads it and asks again, from the start.
 */
export function generateByPolicy(
  policy: CompiledGeneratingPolicy,
  input: EvaluationInput,
  options: PolicyGenerationOptions,
): PolicyGenerationResult {
  const { identity } = policy;
  const isForeign = identity.namespace !== undefined && identity.namespace !== input.namespace;
  if (isForeign || input.mode !== undefined) return nothing;
  try {
    if (!policy.matches(celSubjectOf(input))) return nothing;
    return run(policy, input, options);
  } catch (error) {
    if (error instanceof Suspension) return { kind: "pending", requests: error.requests };
    if (error instanceof MatchError) {
      const message = `failed to execute matching: ${error.message}`;
      return { kind: "completed", response: respond(identity.name, "error", message), objects: [] };
    }
    return failed(identity.name, messageOf(error));
  }
}

function failed(rule: string, message: string): PolicyGenerationResult {
  const response = respond(rule, "error", `failed to evaluate policy: ${message}`);
  return { kind: "completed", response, objects: [] };
}

function messageOf(error: unknown): string {
  if (error instanceof CelError || error instanceof BudgetExceeded) return error.message;
  return `internal error: ${error instanceof Error ? error.message : String(error)}`;
}

function run(
  { identity, environment, body, problem = "", synchronize }: CompiledGeneratingPolicy,
  input: EvaluationInput,
  { isClusterScoped }: PolicyGenerationOptions,
): PolicyGenerationResult {
  const rule = identity.name;
  if (body === undefined) return failed(rule, problem);
  const scope = policyScope(identity);
  const outside = { source: input.context, scope };
  let allowed = nothingAllowed;
  const bind = kyvernoBindings(input, scope, () => allowed);
  const clock = { nowMs: input.nowMs, seed: input.seed };
  const conditions = openCelSession({ clock, bind, outside });
  const exemption = findExemption(
    (input.celExceptions ?? noCelExceptions).find(identity.kind, identity.name),
    conditions,
    { environment, nowMs: input.nowMs, onError: "error" },
  );
  if (exemption.kind === "error") return failed(rule, exemption.message);
  if (exemption.kind === "exempt") {
    const response = respond("exception", exemption.status, exemption.message);
    return { kind: "completed", response: { ...response, exceptions: exemption.exceptions }, objects: [] };
  }
  allowed = exemption.allowed;
  const met = evaluateConditions(body.conditions, conditions);
  if (met.kind === "error") return failed(rule, met.message);
  if (met.kind === "notMet") return nothing;
  const trigger = input.operation === "DELETE" ? (input.oldResource ?? input.resource) : input.resource;
  const made = new MadeObjects({
    policy: identity,
    trigger: { gvk: input.gvk, object: trigger, namespace: input.namespace },
    synchronize,
    isClusterScoped,
  });
  const generate = (namespace: string | undefined, objects: readonly CelValue[]): void =>
    made.add(namespace ?? identity.namespace ?? "", objects);
  const session = openCelSession({ clock, bind, outside, generate, variables: body.variables });
  const problemOfSource = generateAll(body, session, made);
  if (problemOfSource !== undefined) return failed(rule, problemOfSource);
  const audited = evaluateAnnotations(body.annotations, session);
  if (audited.kind === "error") return failed(rule, audited.message);
  return {
    kind: "completed",
    response: respond(rule, "pass", "policy evaluated successfully", audited.properties),
    objects: made.objects,
  };
}

/** The sources in order; why one of them cannot be carried out. */
function generateAll(
  { sources }: GeneratingBody,
  session: ReturnType<typeof openCelSession>,
  made: MadeObjects,
): string | undefined {
  for (const source of sources) {
    if (source.kind === "template") {
      made.addRendered(source.template.render(session));
      continue;
    }
    const result = session.evaluate(source.program);
    if (result.kind === "error") return result.message;
  }
  return undefined;
}

/** More objects than one trigger may reasonably ask for. */
const maxObjects = 10_000;

/** The objects of one evaluation; the last of several with one name counts. */
class MadeObjects {
  readonly #origin: DownstreamOrigin;
  readonly #objects = new Map<string, DesiredObject>();

  constructor(origin: DownstreamOrigin) {
    this.#origin = origin;
  }

  get objects(): readonly DesiredObject[] {
    return [...this.#objects.values()];
  }

  /** Takes what `generator.Apply` is given. Throws a `CelError`. */
  add(namespace: string, objects: readonly CelValue[]): void {
    for (const value of objects) {
      const object = jsonOf(value);
      if (!isObject(object))
        throw new CelError("failed to generate resources: what is no object cannot be made");
      for (const one of flatten(object)) this.#put(one, namespace);
    }
  }

  /** Takes the objects of a template, which name their namespaces themselves. Throws a `CelError`. */
  addRendered(objects: readonly JsonObject[]): void {
    const { namespace: own } = this.#origin.policy;
    for (const object of objects.flatMap(flatten)) {
      const namespace = metadataText(object, "namespace");
      if (own !== undefined && namespace !== "" && namespace !== own) {
        throw new CelError(
          `cross-namespace generation denied: a policy scoped to namespace "${own}" cannot generate resources in namespace "${namespace}"`,
        );
      }
      this.#put(object, own ?? namespace);
    }
  }

  #put(object: JsonObject, namespace: string): void {
    const desired = downstreamObject(object, namespace, this.#origin);
    const { apiVersion, kind, namespace: where, name } = desired.target;
    this.#objects.set(JSON.stringify([apiVersion, kind, where, name]), desired);
    if (this.#objects.size > maxObjects) {
      throw new CelError(`failed to generate resources: more than ${maxObjects} objects for one trigger`);
    }
  }
}
