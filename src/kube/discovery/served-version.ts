import type { ResourceType } from "#api/meta/resource-type.ts";

/** What one group serves in one version. */
export interface ServedVersion {
  readonly group: string;
  readonly version: string;
  /** Undefined where the server could not tell: an aggregated API that does not answer. */
  readonly resources: readonly Omit<ResourceType, "preferred">[] | undefined;
}

type Fields = Readonly<Record<string, unknown>>;

function fieldsOf(value: unknown): Fields {
  return typeof value === "object" && value !== null ? (value as Fields) : {};
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function listOf(value: unknown): readonly Fields[] {
  return Array.isArray(value) ? value.map(fieldsOf) : [];
}

function verbsOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((verb) => typeof verb === "string") : [];
}

/**
 * Decodes an `APIGroupDiscoveryList` (apidiscovery.k8s.io v2 or v2beta1); versions keep the server's order of
 * preference. Undefined where the answer is another kind, as of servers that know only the older form.
 */
export function decodeAggregated(answer: unknown): readonly ServedVersion[] | undefined {
  const list = fieldsOf(answer);
  if (list["kind"] !== "APIGroupDiscoveryList") return undefined;
  return listOf(list["items"]).flatMap((item) => {
    const group = textOf(fieldsOf(item["metadata"])["name"]);
    return listOf(item["versions"]).map((entry): ServedVersion => {
      const version = textOf(entry["version"]);
      const resources = listOf(entry["resources"]).flatMap((resource) => {
        const kind = textOf(fieldsOf(resource["responseKind"])["kind"]);
        const name = textOf(resource["resource"]);
        if (kind === "" || name === "") return [];
        const namespaced = resource["scope"] === "Namespaced";
        return [{ group, version, kind, resource: name, namespaced, verbs: verbsOf(resource["verbs"]) }];
      });
      const isUnknown = entry["freshness"] === "Stale" && resources.length === 0;
      return { group, version, resources: isUnknown ? undefined : resources };
    });
  });
}

/** Decodes `APIVersions` of `/api` and `APIGroupList` of `/apis`: the versions of each group, the preferred one first. */
export function decodeGroups(
  answer: unknown,
): readonly { readonly group: string; readonly version: string }[] {
  const list = fieldsOf(answer);
  const core = Array.isArray(list["versions"]) ? list["versions"] : [];
  const named = listOf(list["groups"]).flatMap((entry) => {
    const group = textOf(entry["name"]);
    const preferred = textOf(fieldsOf(entry["preferredVersion"])["version"]);
    const versions = listOf(entry["versions"]).map((version) => textOf(version["version"]));
    return [preferred, ...versions.filter((version) => version !== preferred)]
      .filter((version) => version !== "")
      .map((version) => ({ group, version }));
  });
  return [...core.map((version) => ({ group: "", version: textOf(version) })), ...named];
}

/** Decodes an `APIResourceList`; subresources are left out. */
export function decodeResources(answer: unknown, group: string, version: string): ServedVersion {
  const resources = listOf(fieldsOf(answer)["resources"]).flatMap((resource) => {
    const name = textOf(resource["name"]);
    const kind = textOf(resource["kind"]);
    if (kind === "" || name === "" || name.includes("/")) return [];
    const namespaced = resource["namespaced"] === true;
    return [{ group, version, kind, resource: name, namespaced, verbs: verbsOf(resource["verbs"]) }];
  });
  return { group, version, resources };
}
