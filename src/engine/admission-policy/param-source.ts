import type { ParamKind, ParamRef } from "#api/admissionregistration/binding-blocks.ts";

import { Suspension } from "../context/context-source.ts";
import type { ContextRequest, PermissionScope } from "../context/context-source.ts";
import { QueryError } from "../errors.ts";
import type { EvaluationInput } from "../input.ts";
import { isList, isObject } from "../values/json.ts";
import type { Json, JsonObject } from "../values/json.ts";

/** The parameters of a binding for one object. */
export type Params =
  /** The policy takes none. */
  | { readonly kind: "none" }
  | { readonly kind: "object"; readonly object: JsonObject }
  /** There are none, and the binding says what that means. */
  | { readonly kind: "missing"; readonly action: "Allow" | "Deny" };

/** The objects that parameterize a policy; undefined for one that takes no parameters. */
export type ParamObjects = readonly JsonObject[] | undefined;

/**
 * Finds the objects that parameterize a policy. Throws a `Suspension` where they must be loaded first, a `QueryError` where
 * they cannot be had.
 */
export function findParamObjects(
  paramKind: ParamKind | undefined,
  paramRef: ParamRef | undefined,
  input: EvaluationInput,
  scope: PermissionScope,
): ParamObjects {
  if (paramKind === undefined || paramRef === undefined) return undefined;
  return lookUp(requestOf(paramKind, paramRef, input.namespace), input, scope);
}

/** What a binding says of objects without parameters. */
export function missingAction({ parameterNotFoundAction }: ParamRef): "Allow" | "Deny" {
  return parameterNotFoundAction === "Deny" ? "Deny" : "Allow";
}

/** Finds the parameters of a binding, as `findParamObjects`. Several are handed over as one list, as Kyverno does. */
export function findParams(
  paramKind: ParamKind | undefined,
  paramRef: ParamRef | undefined,
  input: EvaluationInput,
  scope: PermissionScope,
): Params {
  const objects = findParamObjects(paramKind, paramRef, input, scope);
  if (objects === undefined || paramRef === undefined) return { kind: "none" };
  const [first] = objects;
  if (first === undefined) return { kind: "missing", action: missingAction(paramRef) };
  if (objects.length === 1) return { kind: "object", object: first };
  return { kind: "object", object: { apiVersion: "v1", kind: "List", metadata: {}, items: objects } };
}

function requestOf(
  { apiVersion = "", kind = "" }: ParamKind,
  { name, namespace, selector }: ParamRef,
  objectNamespace: string,
): ContextRequest {
  return {
    kind: "params",
    apiVersion,
    objectKind: kind,
    // Of a kind without namespaces it does not count.
    namespace: namespace ?? objectNamespace,
    ...(name === undefined ? {} : { name }),
    ...(selector === undefined ? {} : { selector }),
  };
}

function lookUp(
  request: ContextRequest,
  input: EvaluationInput,
  scope: PermissionScope,
): readonly JsonObject[] {
  const answer = input.context.lookUp(request, scope);
  switch (answer.kind) {
    case "value":
      return objectsIn(answer.value);
    case "pending":
      throw new Suspension([request]);
    case "failed":
      throw new QueryError("failed", answer.message);
    case "unavailable":
      return [];
    default:
      return answer satisfies never;
  }
}

function objectsIn(value: Json): readonly JsonObject[] {
  return isList(value) ? value.filter(isObject) : [];
}
