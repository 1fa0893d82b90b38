import { methodNotAllowed, noSuchResource, notImplemented } from "../errors/api-failure.ts";
import type { JsonObject } from "../json/json.ts";
import { crdCollection } from "../resources/registry.ts";
import type { ApiRequest, ServerContext } from "../rest/api-request.ts";
import { createObject } from "../rest/create.ts";
import { deleteCollection, deleteObject } from "../rest/delete.ts";
import { listObjects } from "../rest/list.ts";
import { patchObject } from "../rest/patch.ts";
import { handleSubresource } from "../rest/subresources.ts";
import { storedObject, updateObject } from "../rest/update.ts";
import type { Answer } from "./answer.ts";

/** Subresources that need a kubelet or a proxy. */
const unserved: ReadonlySet<string> = new Set(["log", "exec", "attach", "portforward", "proxy", "resize"]);

/** The verb of a request on a resource, as authorization knows it. Throws a 405. */
export function verbOf(method: string, name: string, isWatch: boolean): string {
  switch (method) {
    case "GET":
    case "HEAD":
      if (isWatch) return "watch";
      return name === "" ? "list" : "get";
    case "POST":
      return "create";
    case "PUT":
      return "update";
    case "PATCH":
      return "patch";
    case "DELETE":
      return name === "" ? "deletecollection" : "delete";
    default:
      throw methodNotAllowed();
  }
}

/** Says that CEL rules of a new CRD are kept but not evaluated. */
function warnOfRules({ served, warnings }: ApiRequest, object: JsonObject): void {
  if (served.collection.id !== crdCollection) return;
  if (!JSON.stringify(object["spec"]).includes('"x-kubernetes-validations"')) return;
  warnings.push("the embedded API server does not evaluate x-kubernetes-validations");
}

/** Answers a request on a resource, except watches. Throws `ApiFailure`. */
export function handleResource(ctx: ServerContext, request: ApiRequest): Answer {
  const { served, verb, subresource, name } = request;
  if (served.deprecationWarning !== undefined) request.warnings.push(served.deprecationWarning);
  if (subresource !== "") {
    if (unserved.has(subresource))
      throw notImplemented(`${served.resource}/${subresource}: there is no kubelet`);
    if (!served.subresources.includes(subresource)) throw noSuchResource();
    if (subresource !== "status") return handleSubresource(ctx, request);
  }
  switch (verb) {
    case "get":
      return { kind: "object", code: 200, served, object: served.fromStored(storedObject(ctx, request)) };
    case "list": {
      const { list, objects } = listObjects(ctx, request);
      return { kind: "list", served, list, objects };
    }
    case "create": {
      // As on the API server: kinds of CRDs can be created at the path of their name, which lets RBAC name them.
      if (name !== "" && !served.isCustom) throw methodNotAllowed();
      const object = createObject(ctx, request);
      warnOfRules(request, object);
      return { kind: "object", code: 201, served, object };
    }
    case "update":
    case "patch": {
      if (name === "") throw methodNotAllowed();
      const { object, created } = (verb === "update" ? updateObject : patchObject)(ctx, request);
      if (created) warnOfRules(request, object);
      return { kind: "object", code: created ? 201 : 200, served, object };
    }
    case "delete": {
      if (subresource !== "") throw methodNotAllowed();
      const { code, object, isStatus } = deleteObject(ctx, request);
      return isStatus ? { kind: "document", code, value: object } : { kind: "object", code, served, object };
    }
    case "deletecollection": {
      if (!served.verbs.includes("deletecollection")) throw methodNotAllowed();
      const value = { kind: "Status", apiVersion: "v1", metadata: {}, status: "Success" };
      const list = deleteCollection(ctx, request);
      return { kind: "document", code: 200, value: { ...value, metadata: list["metadata"] ?? {} } };
    }
    default:
      throw methodNotAllowed();
  }
}
