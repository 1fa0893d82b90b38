import { decodeGlobalContextEntry } from "#api/kyverno/global-context-entry.ts";
import type { CachedKubernetesResource } from "#api/kyverno/global-context-entry.ts";
import type { ContextAnswer, ContextRequest } from "#engine/context/context-source.ts";
import { compileProjections, project } from "#engine/context/entry-projections.ts";
import type { Projection } from "#engine/context/entry-projections.ts";
import type { Json } from "#engine/values/json.ts";

import { resourceNameOf } from "./kind-names.ts";
import type { ScanResource } from "./scan-resource.ts";

type GlobalRequest = Extract<ContextRequest, { readonly kind: "globalReference" }>;
type Entry =
  | { readonly ok: true; readonly data: Json; readonly projections: readonly Projection[] }
  | { readonly ok: false; readonly message: string };

/**
 * The data of the GlobalContextEntries among the given objects: the objects of the kind that they name. Undefined for an
 * entry that is not among them. Calls are not made, so that an entry which makes one has no data.
 */
export function offlineGlobalEntries(
  resources: readonly ScanResource[],
  nowMs: number,
): (request: GlobalRequest) => ContextAnswer | undefined {
  const given = new Map(
    resources
      .filter(({ gvk }) => gvk.group === "kyverno.io" && gvk.kind === "GlobalContextEntry")
      .map((resource) => [resource.name, resource]),
  );
  const entries = new Map<string, Entry>();
  const entryOf = (name: string, resource: ScanResource): Entry => {
    const known = entries.get(name);
    if (known !== undefined) return known;
    const entry = readEntry(resource, resources);
    entries.set(name, entry);
    return entry;
  };
  return ({ entry: name, projection = "" }) => {
    const resource = given.get(name);
    if (resource === undefined) return undefined;
    const entry = entryOf(name, resource);
    if (!entry.ok) return failed(name, entry.message);
    if (projection === "") return { kind: "value", value: entry.data };
    const found = entry.projections.find((one) => one.name === projection);
    if (found === undefined) return failed(name, `projection "${projection}" not found`);
    const value = project(found, entry.data, nowMs);
    return value.ok ? { kind: "value", value: value.value } : failed(name, value.message);
  };
}

function readEntry({ object }: ScanResource, resources: readonly ScanResource[]): Entry {
  const decoded = decodeGlobalContextEntry(object);
  if (!decoded.ok) {
    const problems = decoded.problems.map(({ path, message }) => `${path}: ${message}`);
    return { ok: false, message: `it cannot be read: ${problems.join("; ")}` };
  }
  const projections = compileProjections(decoded.value);
  if ("message" in projections) return { ok: false, message: projections.message };
  const { kubernetesResource } = decoded.value.spec;
  if (kubernetesResource === undefined) return { ok: false, message: "a scan of files makes no calls" };
  return { ok: true, data: objectsOf(kubernetesResource, resources), projections };
}

/** By namespace and name, as a cluster's are kept. */
function objectsOf(
  { group = "", version, resource, namespace = "" }: CachedKubernetesResource,
  resources: readonly ScanResource[],
): Json {
  return resources
    .filter(({ gvk }) => gvk.group === group && gvk.version === version)
    .filter(({ gvk }) => resourceNameOf(gvk.kind) === resource)
    .filter((one) => namespace === "" || one.namespace === namespace)
    .toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1))
    .map(({ object }) => object);
}

function keyOf({ namespace, name }: ScanResource): string {
  return `${namespace}/${name}`;
}

function failed(entry: string, message: string): ContextAnswer {
  return { kind: "failed", message: `global context entry ${entry}: ${message}` };
}
