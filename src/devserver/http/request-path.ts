/** What a path of the API names. */
export interface ResourcePath {
  readonly group: string;
  readonly version: string;
  readonly resource: string;
  readonly namespace: string;
  readonly name: string;
  readonly subresource: string;
  /** Parts behind the subresource, as proxies have them. */
  readonly rest: readonly string[];
}

/**
 * Takes a path of a resource apart: `/api/v1/namespaces/a/pods/b/status`. Undefined for paths of anything else. A
 * namespace's own path is that of the resource `namespaces`.
 */
export function parseResourcePath(path: string): ResourcePath | undefined {
  const parts = path.split("/").filter((part) => part !== "");
  const [root, first = "", second = ""] = parts;
  const isCore = root === "api";
  if (!isCore && root !== "apis") return undefined;
  const group = isCore ? "" : first;
  const version = isCore ? first : second;
  const below = parts.slice(isCore ? 2 : 3);
  if (version === "" || below.length === 0) return undefined;
  const inNamespace = below[0] === "namespaces" && below.length > 2 && !isNamespaceSubresource(below);
  const namespace = inNamespace ? (below[1] ?? "") : "";
  const [resource = "", name = "", subresource = "", ...rest] = inNamespace ? below.slice(2) : below;
  return { group, version, resource, namespace, name, subresource, rest };
}

function isNamespaceSubresource(below: readonly string[]): boolean {
  return below.length === 3 && (below[2] === "status" || below[2] === "finalize");
}
