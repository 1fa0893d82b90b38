import type { EvaluationInput, InjectedValue } from "../input.ts";
import { isObject, objectOf, own } from "../values/json.ts";
import type { Json, JsonObject } from "../values/json.ts";

const serviceAccountPrefix = "system:serviceaccount:";

/**
 * The document that the expressions of a policy see before any context entry: `request` and, where the user is known,
 * the service account. A scan has `object`, `namespace` and `operation` only; anything else is an unknown key there.
 * The object itself is not copied.
 */
export function requestDocument(input: EvaluationInput): JsonObject {
  const request: Record<string, Json> = {
    object: input.operation === "DELETE" ? null : input.resource,
    namespace: input.namespace,
    operation: input.operation,
  };
  if (input.oldResource !== undefined) request["oldObject"] = input.oldResource;
  const { user } = input;
  if (user === undefined) return inject({ request }, input.injected?.policy);
  request["userInfo"] = {
    ...(user.username === "" ? {} : { username: user.username }),
    ...(user.uid === undefined ? {} : { uid: user.uid }),
    ...(user.groups.length === 0 ? {} : { groups: user.groups }),
  };
  request["roles"] = user.roles.length === 0 ? null : user.roles;
  request["clusterRoles"] = user.clusterRoles.length === 0 ? null : user.clusterRoles;
  const account = serviceAccountOf(user.username);
  return inject(
    { request, serviceAccountName: account.name, serviceAccountNamespace: account.namespace },
    input.injected?.policy,
  );
}

function serviceAccountOf(username: string): { readonly name: string; readonly namespace: string } {
  const [namespace, name] = username.slice(serviceAccountPrefix.length).split(":");
  return name === undefined ? { name: "", namespace: "" } : { name, namespace: namespace ?? "" };
}

/** The document with the values put in; only the objects on their paths are copied. */
export function inject(document: JsonObject, values: readonly InjectedValue[] | undefined): JsonObject {
  return (values ?? []).reduce(
    (out, [path, value]) => withPath(out, pathSegments(path), 0, value) as JsonObject,
    document,
  );
}

function withPath(target: Json | undefined, path: readonly string[], at: number, value: Json): Json {
  const key = path[at];
  if (key === undefined) return value;
  const object = isObject(target) ? target : {};
  return withKey(object, key, withPath(own(object, key), path, at + 1, value));
}

function pathSegments(path: string): readonly string[] {
  return [...path.matchAll(/"([^"]*)"|([^."]+)/g)].map((found) => found[1] ?? found[2] ?? "");
}

/** The object with one more or another entry; the key may be any text. */
export function withKey(object: JsonObject, key: string, value: Json): JsonObject {
  return key === "__proto__"
    ? objectOf([...Object.entries(object), [key, value]])
    : { ...object, [key]: value };
}

/** `over` laid over `under`: objects are merged key by key, anything else replaces what was there. */
export function mergeJson(under: Json | undefined, over: Json): Json {
  if (!isObject(under) || !isObject(over)) return over;
  return Object.entries(over).reduce(
    (out, [key, value]) => withKey(out, key, mergeJson(own(out, key), value)),
    under,
  );
}
