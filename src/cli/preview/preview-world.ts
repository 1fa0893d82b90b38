import type { KubeObject } from "#api/meta/object-meta.ts";
import { apiVersionOf } from "#api/meta/resource-type.ts";
import type { ResourceType } from "#api/meta/resource-type.ts";
import type { ContextSource } from "#engine/context/context-source.ts";
import type { CloneSources } from "#engine/generate/clone-sources.ts";
import type { TargetSource } from "#engine/mutate/mutation-target.ts";
import type { JsonObject } from "#engine/values/json.ts";

import { createClusterInputs } from "../cluster/cluster-inputs.ts";
import { connectCluster } from "../cluster/connect-cluster.ts";
import type { ClusterChoice, Environment } from "../cluster/connect-cluster.ts";
import { createPolicyBroker } from "../cluster/policy-broker.ts";
import { readNamespaces } from "../cluster/read-namespaces.ts";
import { discover, walkKinds } from "../cluster/walk-cluster.ts";
import type { DocumentFiles } from "../documents/read-documents.ts";
import type { Needs } from "../judge.ts";
import { isClusterScoped } from "../resources/cluster-scoped-kinds.ts";
import { resourceNameOf } from "../resources/kind-names.ts";
import { offlineCluster } from "../resources/offline-cluster.ts";
import { offlineSources } from "../resources/offline-sources.ts";
import { offlineTargets } from "../resources/offline-targets.ts";
import { readResources } from "../resources/read-resources.ts";
import type { ScanResource } from "../resources/scan-resource.ts";

/** Where a preview looks for objects. */
export interface PreviewWorld {
  readonly types: readonly ResourceType[];
  /** False for files, which need not hold all that a cluster has: kinds, Namespaces. */
  readonly live: boolean;
  /** What could not be read from the start. */
  readonly problems: readonly string[];
  readonly context: ContextSource;
  /** The objects that mutations find, and those that rules copy. */
  readonly targets: TargetSource;
  readonly sources: CloneSources;
  readonly isClusterScoped: (apiVersion: string, kind: string) => boolean;
  /** Metadata of a namespace, where it is known. */
  readonly namespace: (name: string) => unknown;
  load(needs: Needs): Promise<void>;
  /** Hands out the objects of these types; answers with what could not be read. */
  each(
    types: readonly ResourceType[],
    namespace: string | undefined,
    handle: (object: KubeObject, type: ResourceType) => Promise<void>,
  ): Promise<readonly string[]>;
  close(): Promise<void>;
}

/** A live cluster. Throws a `UsageError` where there is none. */
export async function openClusterPreview(
  choice: ClusterChoice,
  { env, nowMs }: { readonly env: Environment; readonly nowMs: () => number },
): Promise<PreviewWorld> {
  const client = await connectCluster(choice, env);
  const { types } = await discover(client);
  const namespaces = await readNamespaces(client, undefined);
  const inputs = createClusterInputs({
    client,
    broker: createPolicyBroker(client, env, nowMs),
    served: types,
  });
  const clusterScoped = new Set(
    types.filter(({ namespaced }) => !namespaced).map((type) => `${apiVersionOf(type)}/${type.kind}`),
  );
  return {
    types,
    live: true,
    problems: namespaces.problem === undefined ? [] : [namespaces.problem],
    context: inputs.context,
    targets: inputs.targets,
    sources: inputs.cloneSources,
    isClusterScoped: (apiVersion, kind) => clusterScoped.has(`${apiVersion}/${kind}`),
    namespace: (name) => namespaces.object(name),
    load: (needs) => inputs.load([needs]),
    async each(wanted, namespace, handle) {
      const scope = { namespace, clusterWide: false, pageSize: 500, concurrent: 2, stopOnError: false };
      const kinds = wanted.map((type) => ({ type }));
      const failures = await walkKinds(client, kinds, scope, (object, { type }) => handle(object, type));
      return failures.map(({ message }) => message);
    },
    close: () => client.close(),
  };
}

/** Objects of files, as if they were a cluster; each gets the uid and version that it lacks. */
export async function openFilePreview(paths: readonly string[], files: DocumentFiles): Promise<PreviewWorld> {
  const resources: ScanResource[] = [];
  const problems: string[] = [];
  for await (const read of readResources(paths, files)) {
    if (read.kind === "resource") resources.push(read.resource);
    else problems.push(read.message);
  }
  const types = new Map(resources.map((resource) => [typeKeyOf(resource), fileType(resource)]));
  const identified = resources.map((resource, index) => ({
    ...resource,
    object: withIdentity(resource, index) as unknown as JsonObject,
  }));
  const context = offlineCluster(resources);
  const namespaces = new Map(
    resources.filter(({ gvk }) => gvk.kind === "Namespace").map(({ name, object }) => [name, object]),
  );
  return {
    types: [...types.values()],
    live: false,
    problems,
    context,
    targets: offlineTargets(identified),
    sources: offlineSources(identified),
    isClusterScoped,
    namespace: (name) => namespaces.get(name),
    load: () => Promise.reject(new Error("the context source of files answers at once")),
    async each(wanted, namespace, handle) {
      for (const resource of identified) {
        const type = types.get(typeKeyOf(resource));
        if (type === undefined || !wanted.includes(type)) continue;
        if (namespace !== undefined && resource.namespace !== namespace) continue;
        await handle(resource.object as unknown as KubeObject, type);
      }
      return [];
    },
    close: () => Promise.resolve(),
  };
}

function typeKeyOf({ apiVersion, gvk }: ScanResource): string {
  return `${apiVersion}/${gvk.kind}`;
}

function fileType({ gvk, namespace }: ScanResource): ResourceType {
  const { group, version, kind } = gvk;
  const verbs = ["list", "delete"];
  return {
    group,
    version,
    kind,
    resource: resourceNameOf(kind),
    namespaced: namespace !== "",
    verbs,
    preferred: true,
  };
}

function withIdentity({ object, uid }: ScanResource, index: number): KubeObject {
  const plain = object as unknown as KubeObject;
  const metadata = { ...plain.metadata, uid: uid === "" ? `file-${index}` : uid };
  return { ...plain, metadata: { ...metadata, resourceVersion: metadata.resourceVersion ?? "0" } };
}
