import { CelError } from "../../values/cel-error.ts";
import type { CelValue } from "../../values/cel-value.ts";
import { isMapValue, mapEntries } from "../../values/map-access.ts";
import type { MapValue } from "../../values/map-access.ts";

/** A kind of resources as the API server names it: `apps/v1` and `deployments`, or `deployments/scale`. */
export interface ResourceRef {
  readonly apiVersion: string;
  readonly resource: string;
}

/** The path of resources below the API server's address; the name is empty for all of them, the namespace for all. */
export function resourcePath({ apiVersion, resource }: ResourceRef, namespace: string, name = ""): string {
  const [plural = "", ...subresource] = resource.split("/");
  const root = apiVersion.includes("/") ? "/apis" : "/api";
  const parts = [
    ...apiVersion.split("/"),
    ...(namespace === "" ? [] : ["namespaces", namespace]),
    plural,
    ...(name === "" ? [] : [name, ...subresource]),
  ];
  // What is no segment, such as an empty one or two dots, would reach another resource than the one that is meant.
  if (parts.some((part) => part === "" || part === "." || part === "..")) {
    throw new CelError(`${apiVersion} ${resource} ${name} is no resource`);
  }
  return `${root}/${parts.map((part) => encodeURIComponent(part)).join("/")}`;
}

/** The query of a list: labels that are equal to these. */
export function labelQuery(labels: MapValue | undefined): string {
  if (labels === undefined) return "";
  const terms = Array.from(mapEntries(labels), ([key, value]) => `${textOf(key)}=${textOf(value)}`).sort();
  return terms.length === 0 ? "" : `?labelSelector=${encodeURIComponent(terms.join(","))}`;
}

function textOf(value: CelValue): string {
  if (typeof value === "string") return value;
  throw new CelError("labels are a map of strings");
}

/** The plural name of a kind within what the API server says of its API version; undefined where it is not there. */
export function pluralOf(discovery: CelValue, kind: string): string | undefined {
  if (!isMapValue(discovery) || !("resources" in discovery)) return undefined;
  const { resources } = discovery;
  if (!Array.isArray(resources)) return undefined;
  for (const entry of resources as readonly CelValue[]) {
    if (!isMapValue(entry) || !("kind" in entry) || !("name" in entry)) continue;
    if (entry.kind === kind && typeof entry.name === "string" && !entry.name.includes("/")) return entry.name;
  }
  return undefined;
}
