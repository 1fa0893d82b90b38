import { mutateByAdmissionPolicy } from "#engine/admission-policy/mutate-by-admission-policy.ts";
import type { CompiledMutatingAdmissionPolicy } from "#engine/admission-policy/compile-mutating-admission-policy.ts";
import { builtInTypes } from "#engine/apply-configuration/built-in-types.ts";
import { ruleless } from "#engine/cel-policy/ruleless-response.ts";
import type { ContextRequest, PermissionScope } from "#engine/context/context-source.ts";
import type { CompiledDeletingPolicy } from "#engine/deleting-policy/compile-deleting-policy.ts";
import { judgeDeletingPolicy } from "#engine/deleting-policy/judge-deleting-policy.ts";
import type { DesiredObject } from "#engine/generate/desired-object.ts";
import type { CompiledGeneratingPolicy } from "#engine/generating-policy/compile-generating-policy.ts";
import { generateByPolicy } from "#engine/generating-policy/generate-by-policy.ts";
import type { EvaluationInput } from "#engine/input.ts";
import type { PatchedTarget } from "#engine/mutate/mutate-targets.ts";
import type { TargetSelector, TargetSource } from "#engine/mutate/mutation-target.ts";
import type { RuleResponse } from "#engine/response.ts";
import { isObject } from "#engine/values/json.ts";
import type { JsonObject } from "#engine/values/json.ts";

/** What an action works in. */
export interface ActionWorld {
  /** The objects that mutations of existing objects find. */
  readonly targets: TargetSource;
  /** True for kinds whose objects have no namespace. */
  readonly isClusterScoped: (apiVersion: string, kind: string) => boolean;
  readonly scope: PermissionScope;
  /** What an object that exists is evaluated with; undefined for what is none. */
  inputOf(object: JsonObject): EvaluationInput | undefined;
}

/** What a policy does to an object, and says of it. */
export type ActionResult =
  | {
      readonly kind: "completed";
      readonly responses: readonly RuleResponse[];
      /** As the policy leaves it. */
      readonly object: JsonObject;
      readonly targets: readonly PatchedTarget[];
      readonly generated: readonly DesiredObject[];
    }
  | {
      readonly kind: "pending";
      readonly requests: readonly ContextRequest[];
      readonly selectors: readonly TargetSelector[];
    };

/** What a policy of a kind does that changes, makes or deletes objects with CEL. */
export interface PolicyAction {
  readonly step: "mutate" | "check" | "generate";
  run(input: EvaluationInput, world: ActionWorld): ActionResult;
}

export function said(input: EvaluationInput, ...responses: readonly RuleResponse[]): ActionResult {
  return { kind: "completed", responses, object: input.resource, targets: [], generated: [] };
}

/** A MutatingAdmissionPolicy changes the object. */
export function admissionMutation(policy: CompiledMutatingAdmissionPolicy): PolicyAction {
  return {
    step: "mutate",
    run(input) {
      const result = mutateByAdmissionPolicy(policy, input);
      return result.kind === "pending"
        ? { ...result, selectors: [] }
        : { ...result, targets: [], generated: [] };
    },
  };
}

/** A GeneratingPolicy makes objects; as in Kyverno's command line they carry no annotations. */
export function generation(policy: CompiledGeneratingPolicy): PolicyAction {
  return {
    step: "generate",
    run(input, { isClusterScoped }) {
      const result = generateByPolicy(policy, input, { isClusterScoped });
      if (result.kind === "pending") return { ...result, selectors: [] };
      const { response, objects } = result;
      const generated = objects.map((made) => ({ ...made, object: withoutAnnotations(made.object) }));
      return { ...said(input, ...(response === undefined ? [] : [response])), generated };
    },
  };
}

function withoutAnnotations(object: JsonObject): JsonObject {
  const { metadata } = object;
  if (metadata === undefined || !isObject(metadata)) return object;
  const { annotations: _annotations, ...rest } = metadata;
  return { ...object, metadata: rest };
}

/**
 * A DeletingPolicy passes for an object that it would delete and fails for every other, as in Kyverno's command line, which
 * also fails to look at kinds that Kubernetes itself does not have.
 */
export function deletion(policy: CompiledDeletingPolicy): PolicyAction {
  const { name } = policy.identity;
  const respond = ruleless("validate");
  return {
    step: "check",
    run(input) {
      const unknown = input.mode === "json" ? undefined : unknownKind(input);
      if (unknown !== undefined) return said(input, respond(name, "error", unknown));
      const verdict = judgeDeletingPolicy(policy, input);
      switch (verdict.kind) {
        case "pending":
          return { ...verdict, selectors: [] };
        case "selected":
          return said(input, respond(name, "pass", "resource matched"));
        case "failed":
          return said(input, respond(name, "error", verdict.message));
        case "kept":
          return said(input, respond(name, "fail", "resource did not match"));
        default:
          return verdict satisfies never;
      }
    },
  };
}

function unknownKind({ gvk }: EvaluationInput): string | undefined {
  const { group, version, kind } = gvk;
  const apiVersion = group === "" ? version : `${group}/${version}`;
  if (builtInTypes.find(apiVersion, kind) !== undefined) return undefined;
  return `no matches for kind "${kind}" in version "${apiVersion}"`;
}
