import { apiVersionOf } from "#api/meta/resource-type.ts";
import type { ResourceType } from "#api/meta/resource-type.ts";
import type { KubeClient } from "#kube/client/kube-client.ts";
import { fetchPages } from "#kube/list-watch/fetch-pages.ts";

import { createClusterInputs } from "../cluster/cluster-inputs.ts";
import { clusterResource } from "../cluster/cluster-resource.ts";
import { connectCluster } from "../cluster/connect-cluster.ts";
import type { Environment } from "../cluster/connect-cluster.ts";
import { judgeInRounds } from "../cluster/judge-in-rounds.ts";
import { readNamespaces } from "../cluster/read-namespaces.ts";
import { planKinds } from "../cluster/plan-kinds.ts";
import type { KindPlan } from "../cluster/plan-kinds.ts";
import { createPolicyBroker } from "../cluster/policy-broker.ts";
import { discover, isWithin, walkKinds } from "../cluster/walk-cluster.ts";
import type { Needs } from "../judge.ts";
import type { SourceDocument } from "../documents/source-document.ts";
import type { LoadedPolicy } from "../policies/decode-policy.ts";
import { selectionsOf } from "../policies/selections-of.ts";
import type { ScanValues } from "../values/scan-values.ts";
import { readInputs } from "./scan-inputs.ts";
import type { OpenFilesOptions } from "./scan-files.ts";
import type { ClusterOptions, ScanOptions } from "./scan-options.ts";
import type { ScanItem, ScanWorld } from "./scan-world.ts";

/** What opening needs beside the options. */
export interface OpenClusterOptions extends OpenFilesOptions {
  readonly env: Environment;
}

/** The objects of a cluster, and the client that they come by. */
export interface ClusterWorld extends ScanWorld {
  readonly client: KubeClient;
  readonly served: readonly ResourceType[];
  /** Loads what policies wait for. */
  load(needs: readonly Needs[]): Promise<void>;
  /** `apiVersion/Kind` of what could not be listed. */
  unlisted(): ReadonlySet<string>;
}

/**
 * The objects of a live cluster, listed in pages and judged as they come. What cannot be listed is a problem and does not
 * stop the rest. Throws a `UsageError` where there is no such cluster.
 */
export async function openClusterWorld(
  options: ScanOptions,
  cluster: ClusterOptions,
  { loaded, files, nowMs, note, env }: OpenClusterOptions,
): Promise<ClusterWorld> {
  const client = await connectCluster(cluster, env);
  const { types: served, stale } = await discover(client);
  const problems = stale.map((group) => `the API ${group} does not answer, so its objects are not judged`);
  const namespaces = await readNamespaces(client, cluster.namespace);
  if (namespaces.problem !== undefined) problems.push(namespaces.problem);
  const takesExceptions = options.exceptionsWithinResources || options.compare?.with === "reports";
  const among = takesExceptions ? await readClusterExceptions(client, served, problems) : [];
  const inputs = createClusterInputs({
    client,
    broker: createPolicyBroker(client, env, () => nowMs),
    served,
  });
  const given = await readInputs(options, loaded, among, files);
  const values: ScanValues = {
    ...given.values,
    namespaceLabels: (name) => given.values.namespaceLabels(name) ?? namespaces.labels(name),
    namespaceObject: (name) => given.values.namespaceObject(name) ?? namespaces.object(name),
    // Objects of a cluster are what they are.
    subresourceOf: () => undefined,
  };
  const unlisted = new Set<string>();
  return {
    client,
    served,
    load: (needs) => inputs.load(needs),
    unlisted: () => unlisted,
    judgement: {
      ...given,
      values,
      policies: [],
      context: inputs.context,
      targets: inputs.targets,
      cloneSources: inputs.cloneSources,
      numbers: "int64",
      nowMs,
    },
    async each(policies, handle) {
      for (const message of problems) await handle({ kind: "problem", message });
      const plan = planKinds(policies.map(userOf), served);
      for (const [key, kinds] of plan.unserved)
        note(`${key}: the cluster does not serve ${kinds.join(", ")}`);
      const failed = await walkPlan(client, plan, cluster, handle, note);
      for (const type of failed) unlisted.add(`${apiVersionOf(type)}/${type.kind}`);
    },
    judge: (judgement, resource) => judgeInRounds(judgement, resource, (needs) => inputs.load(needs)),
    close: () => client.close(),
  };
}

function userOf(policy: LoadedPolicy): Parameters<typeof planKinds<LoadedPolicy>>[0][number] {
  const { key, namespace } = policy.compiled.identity;
  return { policy, key, namespaced: namespace !== undefined, selections: selectionsOf(policy) };
}

async function walkPlan(
  client: KubeClient,
  plan: KindPlan<LoadedPolicy>,
  cluster: ClusterOptions,
  handle: (item: ScanItem) => Promise<void>,
  note: (message: string) => void,
): Promise<readonly ResourceType[]> {
  const names = new Set(cluster.names);
  const startMs = performance.now();
  let count = 0;
  const failures = await walkKinds(client, plan.kinds, cluster, async (object, { type, policies }) => {
    count += 1;
    const resource = clusterResource(object, type);
    if (cluster.names.length > 0 && !cluster.names.includes(resource.name)) return;
    names.delete(resource.name);
    await handle({ kind: "resource", resource, source: undefined, policies });
  });
  for (const { message } of failures) await handle({ kind: "problem", message });
  for (const name of names) {
    await handle({
      kind: "problem",
      message: `-r ${name}: no object of that name, of a kind that policies match`,
    });
  }
  if (cluster.showPerformance) {
    const seconds = (performance.now() - startMs) / 1000;
    const kinds = plan.kinds.filter(({ type }) => isWithin(type, cluster)).length;
    note(`${count} objects of ${kinds} kinds were listed and judged in ${seconds.toFixed(1)} s`);
  }
  return failures.map(({ type }) => type);
}

/** The exceptions of the cluster; where they cannot be read, there are none, and a problem says so. */
async function readClusterExceptions(
  client: KubeClient,
  served: readonly ResourceType[],
  problems: string[],
): Promise<readonly SourceDocument[]> {
  const versions = new Set(["kyverno.io/v2", "policies.kyverno.io/v1beta1", "policies.kyverno.io/v1"]);
  const documents: SourceDocument[] = [];
  const types = served.filter(({ group, version, kind, resource, preferred }) => {
    const known = versions.has(`${group}/${version}`) && kind === "PolicyException";
    return known && !resource.includes("/") && (preferred || group === "kyverno.io");
  });
  for (const type of types) {
    try {
      await fetchPages(client, { type }, async (objects) => {
        for (const content of objects) documents.push(documentOf(content));
        await Promise.resolve();
      });
    } catch (error) {
      problems.push(
        `exceptions (${type.group}) cannot be read, so none applies: ${(error as Error).message}`,
      );
    }
  }
  return documents;
}

function documentOf(content: unknown): SourceDocument {
  return {
    place: { file: "<cluster>", document: 1, line: 1 },
    content,
    text: { text: "", line: 1 },
    within: [],
  };
}
