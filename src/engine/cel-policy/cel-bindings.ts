import type { CelValue } from "../cel/values/cel-value.ts";
import { Suspension } from "../context/context-source.ts";
import type { PermissionScope } from "../context/context-source.ts";
import { CelError } from "../cel/values/cel-error.ts";
import type { EvaluationInput } from "../input.ts";
import { resourceOf } from "../match/resource-name.ts";
import { isObject, own } from "../values/json.ts";
import type { Json, JsonObject } from "../values/json.ts";

/** Lists that partial exceptions open; empty where there are none. */
export interface AllowedLists {
  readonly allowedImages: readonly string[];
  readonly allowedValues: readonly string[];
}

export const nothingAllowed: AllowedLists = { allowedImages: [], allowedValues: [] };

/**
 * The names that expressions of Kyverno's CEL kinds see: `object`, `oldObject` (an empty map where there is none),
 * `request`, `namespaceObject`, `exceptions`. They are made when they are asked for, and once.
 */
export function kyvernoBindings(
  input: EvaluationInput,
  scope: PermissionScope,
  allowed: () => AllowedLists = () => nothingAllowed,
): (name: string) => CelValue | undefined {
  const request = once(() => admissionRequest(input));
  const namespaceObject = once(() => readNamespace(input, scope));
  const old: JsonObject = input.oldResource ?? {};
  return (name) => {
    switch (name) {
      case "object":
        return input.resource;
      case "oldObject":
        return old;
      case "request":
        return request();
      case "namespaceObject":
        return namespaceObject();
      case "exceptions": {
        const { allowedImages, allowedValues } = allowed();
        return { allowedImages, allowedValues };
      }
      default:
        return undefined;
    }
  };
}

function once<T>(compute: () => T): () => T {
  let known: { readonly value: T } | undefined;
  return () => (known ??= { value: compute() }).value;
}

/** An AdmissionRequest as Kyverno builds it of an object at hand: what is empty and optional is not there. */
export function admissionRequest(input: EvaluationInput): JsonObject {
  const { group, version, kind } = input.gvk;
  const { user } = input;
  const kindRef = { group, version, kind };
  const resourceRef = { group, version, resource: resourceOf(input.gvk) };
  const subresource = input.subresource;
  const named = Object.keys(input.resource).length === 0 ? (input.oldResource ?? {}) : input.resource;
  const name = nameOf(named);
  return {
    uid: "",
    kind: kindRef,
    resource: resourceRef,
    ...(subresource === "" ? {} : { subResource: subresource }),
    requestKind: kindRef,
    requestResource: resourceRef,
    ...(subresource === "" ? {} : { requestSubResource: subresource }),
    ...(name === "" ? {} : { name }),
    ...(input.namespace === "" ? {} : { namespace: input.namespace }),
    operation: input.operation,
    userInfo: {
      ...(user === undefined || user.username === "" ? {} : { username: user.username }),
      ...(user?.uid === undefined || user.uid === "" ? {} : { uid: user.uid }),
      ...(user === undefined || user.groups.length === 0 ? {} : { groups: user.groups }),
    },
    object: input.operation === "DELETE" ? null : input.resource,
    oldObject: input.oldResource ?? null,
    dryRun: false,
    options: null,
  };
}

function nameOf(object: JsonObject): string {
  const metadata = own(object, "metadata");
  const name = isObject(metadata) ? own(metadata, "name") : undefined;
  return typeof name === "string" ? name : "";
}

/**
 * The object's Namespace as a typed object: `metadata`, `spec` and `status`, nothing else. Null for what stands in none and
 * for one that is not known. Throws a `CelError` where it cannot be read, a `Suspension` where it must be loaded first.
 */
export function readNamespace(input: EvaluationInput, scope: PermissionScope): JsonObject | null {
  if (input.namespace === "" || (input.gvk.group === "" && input.gvk.kind === "Namespace")) return null;
  if (input.namespaceObject !== undefined) {
    return input.namespaceObject === null ? null : typedNamespace(input.namespaceObject);
  }
  const urlPath = `/api/v1/namespaces/${encodeURIComponent(input.namespace)}`;
  const request = { kind: "apiCall", method: "GET", urlPath } as const;
  const answer = input.context.lookUp(request, scope);
  switch (answer.kind) {
    case "value":
      return typedNamespace(answer.value);
    case "pending":
      throw new Suspension([request]);
    case "failed":
      throw new CelError(answer.message);
    case "unavailable":
      return null;
    default:
      return answer satisfies never;
  }
}

function typedNamespace(value: Json): JsonObject | null {
  if (!isObject(value)) return null;
  const part = (key: string): JsonObject => {
    const found = own(value, key);
    return isObject(found) ? found : {};
  };
  return { metadata: part("metadata"), spec: part("spec"), status: part("status") };
}
