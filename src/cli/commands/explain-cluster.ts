import { apiVersionOf } from "#api/meta/resource-type.ts";
import type { ResourceType } from "#api/meta/resource-type.ts";
import { isNotFound } from "#kube/client/api-error.ts";
import type { KubeClient } from "#kube/client/kube-client.ts";
import { fetchPages } from "#kube/list-watch/fetch-pages.ts";

import { clusterResource } from "../cluster/cluster-resource.ts";
import type { Environment } from "../cluster/connect-cluster.ts";
import type { DocumentFiles } from "../documents/read-documents.ts";
import { nearestName } from "../documents/nearest-name.ts";
import { isKindName } from "../explain/find-subject.ts";
import type { SubjectName } from "../explain/find-subject.ts";
import { loadPolicies } from "../policies/load-policies.ts";
import type { LoadedPolicies } from "../policies/load-policies.ts";
import type { ScanResource } from "../resources/scan-resource.ts";
import { UsageError } from "../usage-error.ts";
import type { ExplainSearch, ExplainWorld } from "./explain-world.ts";
import { openClusterWorld } from "./scan-cluster.ts";
import type { ClusterOptions } from "./scan-options.ts";

/** Where the policies of a cluster stand among files. */
const clusterPolicies = "<cluster>";
const noPolicies: LoadedPolicies = { policies: [], problems: [], passedOver: 0, notes: [], exceptions: [] };

/**
 * An object of a live cluster, judged by policies of files or, where none are named, by those of the cluster. Throws a
 * `UsageError` where there is no such cluster or object.
 */
export async function findInCluster(
  { options, subject, files, nowMs, note }: ExplainSearch,
  cluster: ClusterOptions,
  env: Environment,
): Promise<ExplainWorld> {
  const opening = { loaded: noPolicies, files, nowMs, note, env };
  const world = await openClusterWorld(
    { ...options, exceptionsWithinResources: true },
    { ...cluster, namespace: undefined },
    opening,
  );
  const { client, served } = world;
  try {
    const loaded =
      options.policies.length > 0
        ? await loadPolicies(options.policies, files)
        : await loadPolicies([clusterPolicies], policiesOf(client, served, files));
    if (loaded.policies.length === 0) throw new UsageError("no policy found");
    const resource = await findObject(client, served, subject);
    return {
      judgement: { ...world.judgement, policies: loaded.policies },
      found: [{ resource, source: undefined }],
      problems: loaded.problems.map(({ message }) => message),
      load: (needs) => world.load(needs),
      close: () => world.close(),
    };
  } catch (error) {
    await world.close();
    throw error;
  }
}

/** The namespace that kubectl takes where none is named. */
const defaultNamespace = "default";

async function findObject(
  client: KubeClient,
  served: readonly ResourceType[],
  { kind, name, namespace = defaultNamespace }: SubjectName,
): Promise<ScanResource> {
  const types = served.filter((type) => !type.resource.includes("/") && type.verbs.includes("get"));
  const type =
    types.find((one) => one.preferred && (isKindName(kind, one) || one.resource === kind.toLowerCase())) ??
    types.find((one) => isKindName(kind, one));
  if (type === undefined) {
    const nearest = nearestName(kind, new Set(types.map((one) => one.kind)));
    const hint = nearest === undefined ? "" : `; is ${nearest} meant?`;
    throw new UsageError(`the cluster serves no kind ${kind}${hint}`);
  }
  const key = type.namespaced ? { namespace, name } : { name };
  try {
    return clusterResource(await client.get(type, key), type);
  } catch (error) {
    const where = type.namespaced ? ` in namespace ${namespace}` : "";
    if (isNotFound(error)) throw new UsageError(`there is no ${type.kind} ${name}${where}`);
    throw new UsageError(`${type.kind} ${name}${where}: ${(error as Error).message}`);
  }
}

const policyGroups: ReadonlySet<string> = new Set([
  "kyverno.io",
  "policies.kyverno.io",
  "admissionregistration.k8s.io",
]);
/** These take no part in an explanation. */
const otherPolicies = /^(?:.*Cleanup|.*Deleting)Policy$/;

/** Files of which one holds all policies of the cluster, as they would stand in a file. */
function policiesOf(
  client: KubeClient,
  served: readonly ResourceType[],
  files: DocumentFiles,
): DocumentFiles {
  const types = served.filter(({ group, version, kind, resource, preferred, verbs }) => {
    if (!policyGroups.has(group) || resource.includes("/") || !verbs.includes("list")) return false;
    if (group === "kyverno.io") return version === "v1" && /^(?:Cluster)?Policy$/.test(kind);
    return preferred && /Policy(?:Binding)?$/.test(kind) && !otherPolicies.test(kind);
  });
  return {
    open: (file) => (file === clusterPolicies ? policyTexts(client, types) : files.open(file)),
  };
}

async function* policyTexts(client: KubeClient, types: readonly ResourceType[]): AsyncGenerator<string> {
  for (const type of types) {
    const texts: string[] = [];
    await fetchPages(client, { type }, async (objects) => {
      for (const object of objects) {
        const { status: _status, ...rest } = object as Readonly<Record<string, unknown>>;
        texts.push(JSON.stringify({ ...rest, apiVersion: apiVersionOf(type), kind: type.kind }));
      }
      await Promise.resolve();
    });
    for (const text of texts) yield `${text}\n---\n`;
  }
}
