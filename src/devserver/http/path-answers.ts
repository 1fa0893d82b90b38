import { openApiDocument, openApiIndex } from "../discovery/open-api.ts";
import {
  aggregatedList,
  coreVersions,
  groupList,
  resourceList,
  singleGroup,
} from "../discovery/documents.ts";
import { discoverGroups } from "../discovery/groups.ts";
import type { DiscoveredGroup } from "../discovery/groups.ts";
import type { Registry } from "../resources/registry.ts";
import { aggregatedDiscoveryVersion } from "./accept.ts";
import { documentAnswer } from "./answer.ts";
import type { Answer } from "./answer.ts";

/** The version of Kubernetes that this server is like. */
export const serverVersion = {
  major: "1",
  minor: "37",
  emulationMajor: "1",
  emulationMinor: "37",
  minCompatibilityMajor: "1",
  minCompatibilityMinor: "36",
  gitVersion: "v1.37.2+rearguard",
  gitCommit: "",
  gitTreeState: "clean",
  buildDate: "1970-01-01T00:00:00Z",
  goVersion: "",
  compiler: "",
  platform: "",
} as const;

const aggregatedType = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";

/** Answers the paths that are no resources; undefined for those that do not exist. */
export function createPathAnswers(
  registry: Registry,
  address: () => string,
): (path: string, accept: string | undefined) => Answer | undefined {
  return (path, accept) => {
    const parts = path.split("/").filter((part) => part !== "");
    const [root = "", first, second] = parts;
    switch (root) {
      case "":
        return documentAnswer({ paths: pathIndex(discoverGroups(registry)) });
      case "healthz":
      case "livez":
      case "readyz":
        return { kind: "text", code: 200, text: "ok" };
      case "version":
        return parts.length === 1 ? documentAnswer(serverVersion) : undefined;
      case "openapi":
        return first === "v3" ? openApi(registry, parts.slice(2).join("/")) : undefined;
      case "api":
      case "apis":
        return discovery(discoverGroups(registry), root, [first, second], accept, address());
      default:
        return undefined;
    }
  };
}

function openApi(registry: Registry, name: string): Answer | undefined {
  const value = name === "" ? openApiIndex(registry) : openApiDocument(registry, name);
  return value === undefined ? undefined : documentAnswer(value);
}

function discovery(
  groups: readonly DiscoveredGroup[],
  root: "api" | "apis",
  [first, second]: readonly (string | undefined)[],
  accept: string | undefined,
  address: string,
): Answer | undefined {
  const isCore = root === "api";
  if (first === undefined) {
    if (aggregatedDiscoveryVersion(accept) !== undefined) {
      return {
        kind: "document",
        code: 200,
        value: aggregatedList(groups, isCore),
        contentType: aggregatedType,
      };
    }
    return documentAnswer(isCore ? coreVersions(address) : groupList(groups));
  }
  const group = groups.find((one) => one.group === (isCore ? "" : first));
  const version = isCore ? first : second;
  if (group === undefined) return undefined;
  if (version === undefined) return documentAnswer(singleGroup(group));
  const found = group.versions.find((one) => one.version === version);
  return found === undefined
    ? undefined
    : documentAnswer(resourceList(group.group, version, found.resources));
}

function pathIndex(groups: readonly DiscoveredGroup[]): readonly string[] {
  const versions = groups.flatMap(({ group, versions: all }) =>
    all.map(({ version }) => (group === "" ? `/api/${version}` : `/apis/${group}/${version}`)),
  );
  const roots = groups.filter(({ group }) => group !== "").map(({ group }) => `/apis/${group}`);
  const fixed = ["/api", "/apis", "/healthz", "/livez", "/openapi/v3", "/readyz", "/version"];
  return [...fixed, ...roots, ...versions].sort();
}
