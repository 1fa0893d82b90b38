import { reviewTable } from "../builtin/resource-table.ts";
import type { JsonObject } from "../json/json.ts";
import type { Registry } from "../resources/registry.ts";
import { apiVersionText } from "../resources/served-resource.ts";
import type { ServedResource } from "../resources/served-resource.ts";

/** A row of discovery: a resource and its subresources. */
export interface DiscoveredResource {
  readonly resource: string;
  readonly kind: string;
  readonly singular: string;
  readonly namespaced: boolean;
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
  readonly verbs: readonly string[];
  readonly subresources: readonly DiscoveredSubresource[];
}

export interface DiscoveredSubresource {
  readonly name: string;
  readonly kind: string;
  readonly group?: string;
  readonly version?: string;
  readonly verbs: readonly string[];
}

export interface DiscoveredGroup {
  readonly group: string;
  readonly versions: readonly {
    readonly version: string;
    readonly resources: readonly DiscoveredResource[];
  }[];
}

/** Everything that is served, in the order of preference, questions (`…Review`) included. */
export function discoverGroups(registry: Registry): readonly DiscoveredGroup[] {
  const stored = registry.groups().map(({ group, versions }) => ({
    group,
    versions: versions.map(({ version, resources }) => ({ version, resources: resources.map(rowOf) })),
  }));
  // As on the API server, between the workloads' groups and autoscaling.
  const place = stored.findIndex(({ group }) => group === "autoscaling");
  return [...stored.slice(0, place), ...reviews, ...stored.slice(place)];
}

const subresourceKinds: Readonly<Record<string, Omit<DiscoveredSubresource, "name">>> = {
  scale: { kind: "Scale", group: "autoscaling", version: "v1", verbs: ["get", "patch", "update"] },
  token: { kind: "TokenRequest", group: "authentication.k8s.io", version: "v1", verbs: ["create"] },
  eviction: { kind: "Eviction", group: "policy", version: "v1", verbs: ["create"] },
  binding: { kind: "Binding", verbs: ["create"] },
  finalize: { kind: "Namespace", verbs: ["update"] },
};

function rowOf(served: ServedResource): DiscoveredResource {
  const { resource, kind, singular, namespaced, shortNames, categories, verbs, subresources } = served;
  return {
    resource,
    kind,
    singular,
    namespaced,
    shortNames,
    categories,
    verbs,
    subresources: subresources.map((name) => ({
      name,
      ...(subresourceKinds[name] ?? {
        kind,
        verbs: ["get", "patch", "update"],
      }),
    })),
  };
}

function reviewGroups(): readonly DiscoveredGroup[] {
  const groups: DiscoveredGroup[] = [];
  let resources: DiscoveredResource[] = [];
  for (const line of reviewTable.trim().split("\n")) {
    const [resource = "", kind, scope] = line.split(" ");
    if (kind === undefined) {
      const [group = "", version = ""] = resource.split("/");
      resources = [];
      groups.push({ group, versions: [{ version, resources }] });
    } else {
      resources.push({
        resource,
        kind,
        singular: kind.toLowerCase(),
        namespaced: scope === "Namespaced",
        shortNames: [],
        categories: [],
        verbs: ["create"],
        subresources: [],
      });
    }
  }
  return groups;
}

const reviews = reviewGroups();

/** The kind and scope of a question, or undefined. */
export function findReview(group: string, version: string, resource: string): DiscoveredResource | undefined {
  return reviews
    .find((entry) => entry.group === group && entry.versions[0]?.version === version)
    ?.versions[0]?.resources.find((row) => row.resource === resource);
}

export function groupDocument({ group, versions }: DiscoveredGroup): JsonObject {
  const shown = versions.map(({ version }) => ({
    groupVersion: apiVersionText({ group, version }),
    version,
  }));
  return { name: group, versions: shown, preferredVersion: shown[0] };
}
