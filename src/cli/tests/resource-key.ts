import type { ScanResource } from "../resources/scan-resource.ts";
import type { ExpectedResult } from "./test-file.ts";

/** An object that a test has results for. */
export type KeyedResource = Pick<ScanResource, "apiVersion" | "gvk" | "namespace" | "name">;

/** `apiVersion/Kind/namespace/name`, as rows show it; `/name` of what is no Kubernetes object. */
export function resourceKey({ apiVersion, gvk, namespace, name }: KeyedResource): string {
  if (apiVersion === "" && gvk.kind === "") return `/${name}`;
  return [apiVersion, gvk.kind, namespace, name].join("/");
}

/** The objects that a result is about, and the names in it that stand for none. */
export interface SelectedResources<T> {
  readonly resources: readonly T[];
  readonly unknown: readonly string[];
}

/**
 * Picks the objects, once for each time that they are named, by `name` or `namespace/name`, whatever their kind. Where none is found all are picked, also for a
 * misspelt name, as in Kyverno's command line.
 */
export function selectResources<T extends KeyedResource>(
  { resources = [], resourceSpecs = [] }: ExpectedResult,
  all: readonly T[],
): SelectedResources<T> {
  const unknown: string[] = [];
  const found: T[] = [];
  const take = (what: string, matches: (resource: T) => boolean): void => {
    const picked = all.filter(matches);
    if (picked.length === 0) unknown.push(what);
    found.push(...picked);
  };
  for (const name of resources) {
    take(name, (one) => name === one.name || name === `${one.namespace}/${one.name}`);
  }
  for (const { group = "", version = "", namespace = "", name = "" } of resourceSpecs) {
    take(`${group}/${version}/${namespace}/${name}`, (one) => {
      const isType = one.gvk.group === group && one.gvk.version === version;
      return isType && one.name === name && (one.namespace === namespace || namespace === "");
    });
  }
  return { resources: found.length === 0 ? all : found, unknown };
}
