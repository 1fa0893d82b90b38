import type { ResourceType } from "#api/meta/resource-type.ts";

export interface ResourceTarget {
  readonly namespace?: string | undefined;
  readonly name?: string | undefined;
  readonly subresource?: string | undefined;
}

function segment(text: string, what: string): string {
  if (text === "" || text === "." || text === "..") {
    throw new TypeError(`${JSON.stringify(text)} cannot be the ${what} in a request to the API server`);
  }
  return encodeURIComponent(text);
}

/**
 * The path of a kind, or of one object of it. Every part is escaped, so that no name can reach another path; empty and
 * dot segments throw TypeError.
 */
export function resourcePath(type: ResourceType, target: ResourceTarget): string {
  const version = segment(type.version, "version");
  let path = type.group === "" ? `/api/${version}` : `/apis/${segment(type.group, "group")}/${version}`;
  if (target.namespace !== undefined) path += `/namespaces/${segment(target.namespace, "namespace")}`;
  path += `/${segment(type.resource, "resource")}`;
  if (target.name !== undefined) path += `/${segment(target.name, "name")}`;
  if (target.subresource !== undefined) path += `/${segment(target.subresource, "subresource")}`;
  return path;
}

/** The query text with its `?`, or nothing; undefined values are left out. */
export function queryText(
  parameters: Readonly<Record<string, string | number | boolean | undefined>>,
): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== undefined) query.set(name, String(value));
  }
  return query.size === 0 ? "" : `?${query.toString()}`;
}
