import type { ResourceType } from "#api/meta/resource-type.ts";
import type { BenchCluster } from "../cluster/bench-cluster.ts";
import { forEachConcurrently } from "../cluster/for-each-concurrently.ts";
import { listAll } from "../cluster/list-all.ts";
import { clusterPolicyType, configMapType, namespaceType } from "../cluster/resource-types.ts";

export const secretType: ResourceType = { ...configMapType, kind: "Secret", resource: "secrets" };
const clusterReportType: ResourceType = {
  ...clusterPolicyType,
  group: "wgpolicyk8s.io",
  version: "v1alpha2",
  kind: "ClusterPolicyReport",
  resource: "clusterpolicyreports",
};

/** Where the source of all copies is. */
export const source = { namespace: "source", name: "registry" } as const;
/** What makes a Namespace a trigger. */
export const triggerLabel = { copy: "yes" } as const;

export const copyNamespace = (index: number): string => `copy-${String(index).padStart(5, "0")}`;

/** About the size of a registry's credentials. */
const payload = Buffer.from("x".repeat(400)).toString("base64");

const numbers = (count: number): readonly number[] => Array.from({ length: count }, (_, index) => index);

/** Creates the namespaces; resolves to their uids. */
export const seedTriggers = async (
  { client, connections }: BenchCluster,
  count: number,
): Promise<readonly string[]> => {
  const uids: string[] = [];
  await forEachConcurrently(numbers(count), connections, async (index) => {
    const name = copyNamespace(index);
    const created = await client.create(namespaceType, undefined, {
      apiVersion: "v1",
      kind: "Namespace",
      metadata: { name, labels: triggerLabel },
    });
    uids[index] = created.metadata.uid;
  });
  return uids;
};

export const createSource = async ({ client }: BenchCluster, value: string): Promise<void> => {
  await client.create(secretType, source.namespace, {
    apiVersion: "v1",
    kind: "Secret",
    metadata: source,
    data: { value: Buffer.from(value).toString("base64"), payload },
  });
};

export const editSource = async ({ client }: BenchCluster, value: string): Promise<void> => {
  const patch = { data: { value: Buffer.from(value).toString("base64") } };
  await client.patch(secretType, source, patch, { kind: "merge" });
};

/** How many namespaces hold a copy with this value. */
export const countRight = async ({ client }: BenchCluster, value: string): Promise<number> => {
  const wanted = Buffer.from(value).toString("base64");
  let right = 0;
  for await (const object of listAll(client, secretType)) {
    const { namespace = "", name } = object.metadata as {
      readonly namespace?: string;
      readonly name: string;
    };
    if (!namespace.startsWith("copy-") || name !== source.name) continue;
    const { value: found } = (object["data"] ?? {}) as { readonly value?: string };
    if (found === wanted) right += 1;
  }
  return right;
};

const bareName = "bare";

/** Writes the same copies under another name, and a report for each trigger; resolves to the seconds that it took. */
export const writeBareCopies = async (
  { client }: BenchCluster,
  uids: readonly string[],
  concurrency: number,
  { value, reports }: { readonly value: string; readonly reports: boolean },
): Promise<number> => {
  const startedAt = performance.now();
  await forEachConcurrently(uids.entries(), concurrency, async ([index, uid]) => {
    const namespace = copyNamespace(index);
    const copy = {
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name: bareName, namespace, labels: { "app.kubernetes.io/managed-by": "bare" } },
      data: { value: Buffer.from(value).toString("base64"), payload },
    };
    await client.patch(secretType, { namespace, name: bareName }, copy, {
      kind: "apply",
      fieldManager: "bare",
      force: true,
    });
    if (reports) await client.create(clusterReportType, undefined, bareReport(uid, namespace));
  });
  return (performance.now() - startedAt) / 1_000;
};

const bareReport = (uid: string, name: string): object => ({
  apiVersion: "wgpolicyk8s.io/v1alpha2",
  kind: "ClusterPolicyReport",
  metadata: { name: `bare-${uid}`, labels: { "app.kubernetes.io/managed-by": "bare" } },
  scope: { apiVersion: "v1", kind: "Namespace", name, uid },
  results: [
    {
      source: "kyverno",
      policy: "copies",
      rule: "copy",
      result: "pass",
      scored: true,
      properties: { "generated-resources": `/v1, Kind=Secret Name=${bareName} Namespace=${name}` },
      timestamp: { seconds: 0, nanos: 0 },
    },
  ],
  summary: { pass: 1, fail: 0, warn: 0, error: 0, skip: 0 },
});
