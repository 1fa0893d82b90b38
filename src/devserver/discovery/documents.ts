import type { JsonObject } from "../json/json.ts";
import { apiVersionText } from "../resources/served-resource.ts";
import { groupDocument } from "./groups.ts";
import type { DiscoveredGroup, DiscoveredResource } from "./groups.ts";

/** `/api`: the versions of the core group. */
export function coreVersions(address: string): JsonObject {
  return {
    kind: "APIVersions",
    versions: ["v1"],
    serverAddressByClientCIDRs: [{ clientCIDR: "0.0.0.0/0", serverAddress: address }],
  };
}

/** `/apis`: the other groups. */
export function groupList(groups: readonly DiscoveredGroup[]): JsonObject {
  return {
    kind: "APIGroupList",
    apiVersion: "v1",
    groups: groups.filter(({ group }) => group !== "").map(groupDocument),
  };
}

/** `/apis/GROUP`. */
export function singleGroup(group: DiscoveredGroup): JsonObject {
  return { kind: "APIGroup", apiVersion: "v1", ...groupDocument(group) };
}

/** `/apis/GROUP/VERSION`: the resources of a version. */
export function resourceList(
  group: string,
  version: string,
  resources: readonly DiscoveredResource[],
): JsonObject {
  return {
    kind: "APIResourceList",
    apiVersion: "v1",
    groupVersion: apiVersionText({ group, version }),
    resources: resources.flatMap((row) => [
      {
        name: row.resource,
        singularName: row.singular,
        namespaced: row.namespaced,
        kind: row.kind,
        verbs: row.verbs,
        ...(row.shortNames.length === 0 ? {} : { shortNames: row.shortNames }),
        ...(row.categories.length === 0 ? {} : { categories: row.categories }),
      },
      ...row.subresources.map(({ name, kind, group: itsGroup, version: itsVersion, verbs }) => ({
        name: `${row.resource}/${name}`,
        singularName: "",
        namespaced: row.namespaced,
        ...(itsGroup === undefined ? {} : { group: itsGroup }),
        ...(itsVersion === undefined ? {} : { version: itsVersion }),
        kind,
        verbs,
      })),
    ]),
  };
}

/** Aggregated discovery (KEP-3352) of the core group or of the others. */
export function aggregatedList(groups: readonly DiscoveredGroup[], isCore: boolean): JsonObject {
  return {
    kind: "APIGroupDiscoveryList",
    apiVersion: "apidiscovery.k8s.io/v2",
    metadata: {},
    items: groups
      .filter(({ group }) => (group === "") === isCore)
      .map(({ group, versions }) => ({
        metadata: { ...(group === "" ? {} : { name: group }), creationTimestamp: null },
        versions: versions.map(({ version, resources }) => ({
          version,
          resources: resources.map((row) => aggregatedRow(group, version, row)),
          freshness: "Current",
        })),
      })),
  };
}

function aggregatedRow(group: string, version: string, row: DiscoveredResource): JsonObject {
  return {
    resource: row.resource,
    responseKind: { group, version, kind: row.kind },
    scope: row.namespaced ? "Namespaced" : "Cluster",
    singularResource: row.singular,
    verbs: row.verbs,
    ...(row.shortNames.length === 0 ? {} : { shortNames: row.shortNames }),
    ...(row.categories.length === 0 ? {} : { categories: row.categories }),
    ...(row.subresources.length === 0
      ? {}
      : {
          subresources: row.subresources.map((sub) => ({
            subresource: sub.name,
            responseKind: { group: sub.group ?? group, version: sub.version ?? version, kind: sub.kind },
            verbs: sub.verbs,
          })),
        }),
  };
}
