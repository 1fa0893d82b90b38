import { apiVersionOf } from "#api/meta/resource-type.ts";
import type { ContextAnswer, ContextRequest, ContextSource } from "#engine/context/context-source.ts";

import { parseApiPath } from "./api-path.ts";
import type { ApiPath } from "./api-path.ts";
import { kindNameOf, resourceNameOf } from "./kind-names.ts";
import { offlineGlobalEntries } from "./offline-global-entries.ts";
import { offlineParams } from "./offline-params.ts";
import type { ScanResource } from "./scan-resource.ts";

const unavailable: ContextAnswer = { kind: "unavailable" };

export interface OfflineClusterOptions {
  readonly servesConfigMaps?: boolean;
  /** For expressions of GlobalContextEntries that look at a clock. */
  readonly nowMs?: number;
}

/**
 * The given objects as the cluster that API calls of policies read. What needs a real cluster or a network is not served:
 * such entries are as if they were not declared, so that values can stand in for them.
 */
export function offlineCluster(
  resources: readonly ScanResource[],
  { servesConfigMaps = false, nowMs = 0 }: OfflineClusterOptions = {},
): ContextSource {
  const byType = Map.groupBy(resources, ({ gvk }) =>
    typeKey(gvk.group, gvk.version, resourceNameOf(gvk.kind)),
  );
  const globalEntries = offlineGlobalEntries(resources, nowMs);
  const params = offlineParams(resources);
  return {
    lookUp(request) {
      switch (request.kind) {
        case "apiCall":
          return callApi(request, byType);
        case "service":
          return failed("a scan of files calls no services");
        case "globalReference":
          return globalEntries(request) ?? unavailable;
        case "configMap":
          return servesConfigMaps ? configMap(request, byType) : unavailable;
        case "imageRegistry":
        case "imageVerification":
          return unavailable;
        case "params":
          return params(request);
        default:
          return request satisfies never;
      }
    },
  };
}

function configMap(
  { namespace, name }: Extract<ContextRequest, { kind: "configMap" }>,
  byType: ObjectsByType,
): ContextAnswer {
  const found = (byType.get(typeKey("", "v1", "configmaps")) ?? []).find(
    (one) => one.namespace === namespace && one.name === name,
  );
  if (found !== undefined) return { kind: "value", value: found.object };
  return failed(`failed to get configmap ${namespace}/${name} : configmaps "${name}" not found`);
}

type ObjectsByType = ReadonlyMap<string, readonly ScanResource[]>;

function callApi(
  request: Extract<ContextRequest, { kind: "apiCall" }>,
  byType: ObjectsByType,
): ContextAnswer {
  const { method, urlPath } = request;
  if (method !== "GET") return failed(`a scan of files answers no ${method} requests`);
  if (urlPath.includes("?")) return failed("a scan of files does not answer requests with parameters");
  const path = parseApiPath(urlPath);
  if (path === undefined) return failed(`failed to parse path: ${urlPath.replace(/^\//, "")}`);
  const found = (byType.get(typeKey(path.group, path.version, path.resource)) ?? []).filter(
    ({ namespace }) => path.namespace === undefined || path.namespace === namespace,
  );
  if (path.name === undefined) return listOf(path, found);
  // A namespaced object is not found under a path without its namespace.
  const object = found.find(
    ({ name, namespace }) => name === path.name && namespace === (path.namespace ?? ""),
  )?.object;
  if (object !== undefined) return { kind: "value", value: object };
  const resource = path.group === "" ? path.resource : `${path.resource}.${path.group}`;
  const target = `${apiVersionOf(path)}/${kindNameOf(path.resource)}/${path.name}`;
  return failed(`failed to get resource ${target}: ${resource} "${path.name}" not found`, 404);
}

function listOf(path: ApiPath, found: readonly ScanResource[]): ContextAnswer {
  const kind = found[0]?.gvk.kind ?? kindNameOf(path.resource);
  const items = found.map(({ object }) => object);
  return {
    kind: "value",
    value: { apiVersion: apiVersionOf(path), kind: `${kind}List`, metadata: { resourceVersion: "" }, items },
  };
}

function typeKey(group: string, version: string, resource: string): string {
  return `${group}/${version}/${resource}`;
}

function failed(message: string, status?: number): ContextAnswer {
  return { kind: "failed", message, ...(status === undefined ? {} : { status }) };
}
