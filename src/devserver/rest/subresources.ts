import { badRequest, methodNotAllowed, noSuchResource } from "../errors/api-failure.ts";
import { draftOf, ensureDraft, isObject, listAt, numberAt, textAt, valueAt } from "../json/json.ts";
import type { JsonObject } from "../json/json.ts";
import type { Answer } from "../http/answer.ts";
import { applyJsonPatch } from "../patch/json-patch.ts";
import { applyMergePatch } from "../patch/merge-patch.ts";
import type { ApiRequest, ServerContext } from "./api-request.ts";
import { deleteStored, readDeleteOptions } from "./delete.ts";
import { parseJsonText, readBody, readObject } from "./read-object.ts";
import { replaceObject, storedObject } from "./update.ts";

const success = { kind: "Status", apiVersion: "v1", metadata: {}, status: "Success" };

/** Subresources other than status. */
export function handleSubresource(ctx: ServerContext, request: ApiRequest): Answer {
  switch (request.subresource) {
    case "scale":
      return handleScale(ctx, request);
    case "token":
      return document(ctx.issueToken(request, storedObject(ctx, request)), 201);
    case "eviction":
      return evict(ctx, request);
    case "binding":
      return bind(ctx, request);
    case "finalize":
      return finalize(ctx, request);
    case "ephemeralcontainers":
      if (request.verb !== "get") throw methodNotAllowed();
      return shown(request, storedObject(ctx, request));
    default:
      throw noSuchResource();
  }
}

function document(value: JsonObject, code = 200): Answer {
  return { kind: "document", code, value };
}

function shown({ served }: ApiRequest, stored: JsonObject): Answer {
  return { kind: "object", code: 200, served, object: served.fromStored(stored) };
}

function pathParts(path: string): readonly string[] {
  return path.split(".").filter((part) => part !== "");
}

interface ScalePaths {
  readonly spec: readonly string[];
  readonly status: readonly string[];
  readonly selector: readonly string[];
}

function scalePaths({ served }: ApiRequest): ScalePaths {
  if (served.scale === undefined) {
    return { spec: ["spec", "replicas"], status: ["status", "replicas"], selector: ["spec", "selector"] };
  }
  const { specPath, statusPath, selectorPath = "" } = served.scale;
  return { spec: pathParts(specPath), status: pathParts(statusPath), selector: pathParts(selectorPath) };
}

function selectorText(selector: unknown): string | undefined {
  if (typeof selector === "string") return selector;
  const labels = valueAt(selector, "matchLabels") ?? selector;
  if (!isObject(labels)) return undefined;
  const pairs = Object.entries(labels).filter(([, value]) => typeof value === "string");
  return pairs.map(([key, value]) => `${key}=${String(value)}`).join(",");
}

function scaleOf(request: ApiRequest, object: JsonObject): JsonObject {
  const paths = scalePaths(request);
  const { name, namespace, uid, resourceVersion, creationTimestamp } = object["metadata"] as JsonObject;
  const selector = paths.selector.length === 0 ? undefined : selectorText(valueAt(object, ...paths.selector));
  return {
    kind: "Scale",
    apiVersion: "autoscaling/v1",
    metadata: { name, namespace, uid, resourceVersion, creationTimestamp },
    spec: { replicas: numberAt(object, ...paths.spec) ?? 0 },
    status: {
      replicas: numberAt(object, ...paths.status) ?? 0,
      ...(selector === undefined ? {} : { selector }),
    },
  };
}

function handleScale(ctx: ServerContext, request: ApiRequest): Answer {
  const before = storedObject(ctx, request);
  const object = request.served.fromStored(before);
  const scale = scaleOf(request, object);
  if (request.verb === "get") return document(scale);
  if (request.verb !== "update" && request.verb !== "patch") throw methodNotAllowed();
  const changed = request.verb === "update" ? readBody(request) : patchedScale(request, scale);
  const replicas = numberAt(changed, "spec", "replicas");
  if (replicas === undefined || replicas < 0) {
    throw badRequest("spec.replicas must be a number that is not negative");
  }
  const draft = draftOf(object);
  const path = scalePaths(request).spec;
  ensureDraft(draft, ...path.slice(0, -1))[path.at(-1) ?? "replicas"] = replicas;
  const version = textAt(changed, "metadata", "resourceVersion");
  if (version !== "") ensureDraft(draft, "metadata")["resourceVersion"] = version;
  const stored = replaceObject(ctx, request, before, draft);
  return document(scaleOf(request, stored));
}

function patchedScale({ body, contentType }: ApiRequest, scale: JsonObject): unknown {
  const patch = parseJsonText(body);
  return contentType.startsWith("application/json-patch")
    ? applyJsonPatch(scale, patch)
    : applyMergePatch(scale, patch);
}

function evict(ctx: ServerContext, request: ApiRequest): Answer {
  const eviction = readBody(request);
  const options = valueAt(eviction, "deleteOptions") ?? {};
  const body = JSON.stringify({ ...(options as JsonObject), kind: "DeleteOptions" });
  deleteStored(ctx, request, storedObject(ctx, request), readDeleteOptions({ ...request, body }));
  return document({ ...success, code: 201 }, 201);
}

function bind(ctx: ServerContext, request: ApiRequest): Answer {
  const before = storedObject(ctx, request);
  const draft = draftOf(before);
  ensureDraft(draft, "spec")["nodeName"] = textAt(readBody(request), "target", "name");
  replaceObject(ctx, request, before, draft);
  return document({ ...success, code: 201 }, 201);
}

/** Namespaces have finalizers of their own, which only this subresource changes. */
function finalize(ctx: ServerContext, request: ApiRequest): Answer {
  if (request.verb !== "update") throw methodNotAllowed();
  const before = storedObject(ctx, request);
  const body = readObject(request, readBody(request));
  const draft = { ...draftOf(before), spec: { finalizers: listAt(body, "spec", "finalizers") } };
  const object = replaceObject(ctx, request, before, draft);
  return { kind: "object", code: 200, served: request.served, object };
}
