import type { KubeClient } from "../client/kube-client.ts";
import { decodeAggregated, decodeGroups, decodeResources } from "./served-version.ts";
import type { ServedVersion } from "./served-version.ts";

const aggregated = ["v2", "v2beta1"]
  .map((version) => `application/json;g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList`)
  .concat("application/json")
  .join(",");

async function fetchVersion(
  client: KubeClient,
  { group, version }: { readonly group: string; readonly version: string },
  signal: AbortSignal,
): Promise<ServedVersion> {
  try {
    const path = group === "" ? `/api/${version}` : `/apis/${group}/${version}`;
    return decodeResources(await client.rawGet(path, { signal }), group, version);
  } catch {
    signal.throwIfAborted();
    // One API that does not answer must not hide the others.
    return { group, version, resources: undefined };
  }
}

async function fetchRoot(
  client: KubeClient,
  path: string,
  signal: AbortSignal,
): Promise<readonly ServedVersion[]> {
  const answer = await client.rawGet(path, { accept: aggregated, signal });
  const served = decodeAggregated(answer);
  if (served !== undefined) return served;
  return Promise.all(decodeGroups(answer).map((entry) => fetchVersion(client, entry, signal)));
}

/**
 * Everything that the API server serves, in its order of preference: two requests (KEP-3352, aggregated discovery), or
 * one for each group and version where the server knows only the older form. Rejects where the server does not answer.
 */
export async function fetchServed(
  client: KubeClient,
  signal: AbortSignal,
): Promise<readonly ServedVersion[]> {
  const roots = await Promise.all(["/api", "/apis"].map((path) => fetchRoot(client, path, signal)));
  return roots.flat();
}
