import type { ContextAnswer, ContextRequest, ContextSource } from "#engine/context/context-source.ts";

import type { DescribedContext } from "../values/context-file.ts";
import { parseApiPath } from "./api-path.ts";
import { resourceNameOf } from "./kind-names.ts";
import type { ScanResource } from "./scan-resource.ts";

/**
 * The given objects as the cluster that `resource.Get` and `resource.List` of CEL policies read, as Kyverno's command line
 * has it: an empty namespace stands for no namespace, not for all, and labels of a list do not count. Data of
 * images are those that are described. Everything else is left to `others`.
 */
export function celCluster({ objects, images }: DescribedContext, others: ContextSource): ContextSource {
  return {
    ...(others.serves === undefined ? {} : { serves: (kind) => others.serves?.(kind) ?? true }),
    lookUp(request, scope) {
      if (request.kind === "apiCall") return callApi(request, objects);
      if (request.kind !== "imageRegistry") return others.lookUp(request, scope);
      const data = images.get(request.reference);
      if (data !== undefined) return { kind: "value", value: data };
      return failed(
        `the context describes no image ${request.reference}, and a scan of files reads no registry`,
      );
    },
  };
}

function callApi(
  { method, urlPath }: Extract<ContextRequest, { readonly kind: "apiCall" }>,
  objects: readonly ScanResource[],
): ContextAnswer {
  if (method !== "GET") return failed("a scan of files creates nothing", 405);
  const path = parseApiPath((urlPath.split("?")[0] ?? "").split("/").map(decodeURIComponent).join("/"));
  if (path === undefined) return failed(`${urlPath} is no path of a resource`, 404);
  const { group, version, resource, namespace = "", name } = path;
  const ofType = objects.filter(
    ({ gvk }) => gvk.group === group && gvk.version === version && resourceNameOf(gvk.kind) === resource,
  );
  const found = ofType.filter((one) => one.namespace === namespace);
  if (name !== undefined) {
    const object = found.find((one) => one.name === name)?.object;
    const plural = group === "" ? resource : `${resource}.${group}`;
    return object === undefined
      ? failed(`${plural} "${name}" not found`, 404)
      : { kind: "value", value: object };
  }
  const [first] = ofType;
  if (first === undefined) return failed(`there is no ${resource} among the objects of the context`, 400);
  const { apiVersion, gvk } = first;
  const items = found.map(({ object }) => object);
  return { kind: "value", value: { apiVersion, kind: `${gvk.kind}List`, items } };
}

function failed(message: string, status?: number): ContextAnswer {
  return { kind: "failed", message, ...(status === undefined ? {} : { status }) };
}
