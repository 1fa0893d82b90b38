import { setTimeout as delay } from "node:timers/promises";
import { customKinds } from "#api/kinds.ts";
import type { ResourceType } from "#api/meta/resource-type.ts";
import { apiVersionOf, splitApiVersion } from "#api/meta/resource-type.ts";
import { buildCustomResourceDefinition } from "#api/schema/custom-resource-definition.ts";
import { isRecord } from "#api/schema/path.ts";
import { UsageError } from "#cli/usage-error.ts";
import type { KubeClient } from "#kube/client/kube-client.ts";
import type { Discovery } from "#kube/discovery/create-discovery.ts";
import type { Manifest } from "./read-manifests.ts";

const fieldManager = "rearguard-demo";
const servingLimitMs = 30_000;
const intervalMs = 20;
/** The kinds of policies that most have, and those of reports. Others are installed where a manifest needs them. */
const usualCrds = /^(clusterpolicies|policies)\.kyverno\.io$|\.wgpolicyk8s\.io$|\.reports\.kyverno\.io$/;
const crdKind = "CustomResourceDefinition";

interface Cluster {
  readonly client: KubeClient;
  readonly discovery: Discovery;
}

/**
 * Creates the CRDs, the resources and then the policies, and the namespaces that they stand in. Resolves to what the
 * server refused, for people.
 */
export async function loadCluster(
  cluster: Cluster,
  given: {
    readonly resources: readonly Manifest[];
    readonly policies: readonly Manifest[];
    /** One more namespace. */
    readonly namespace: string;
  },
): Promise<readonly string[]> {
  const all = [...given.resources, ...given.policies];
  const own = all.filter(({ kind }) => kind === crdKind);
  const crds = [...ownCrds(all, own), ...own];
  await cluster.discovery.refresh();
  const refused = await createAll(cluster, crds);
  await untilServed(
    cluster.discovery,
    crds.filter((crd) => !refused.some((line) => line.startsWith(crd.place))),
  );
  refused.push(...(await createAll(cluster, namespacesOf(all, given.namespace))));
  const rest = [
    ...given.resources.filter(({ kind }) => kind !== "Namespace"),
    ...given.policies.filter(({ kind }) => kind !== "Namespace"),
  ];
  refused.push(
    ...(await createAll(
      cluster,
      rest.filter(({ kind }) => kind !== crdKind),
    )),
  );
  return refused;
}

/** Of our CRDs those that are needed, without those that the manifests bring themselves. Made here: reading the files takes a second. */
function ownCrds(manifests: readonly Manifest[], given: readonly Manifest[]): readonly Manifest[] {
  const groups = new Set(manifests.map(({ apiVersion }) => splitApiVersion(apiVersion).group));
  const names = new Set(given.map(({ name }) => name));
  return customKinds.flatMap((kind) => {
    const { group, plural } = kind;
    const name = `${plural}.${group}`;
    const isWanted = usualCrds.test(name) || (group !== "kyverno.io" && groups.has(group));
    if (!isWanted || names.has(name)) return [];
    const body = { ...buildCustomResourceDefinition(kind) };
    const place = `the definition of ${name}`;
    return [
      { place, apiVersion: "apiextensions.k8s.io/v1", kind: crdKind, name, namespace: undefined, body },
    ];
  });
}

function namespacesOf(manifests: readonly Manifest[], more: string): readonly Manifest[] {
  const given = manifests.filter(({ kind, apiVersion }) => kind === "Namespace" && apiVersion === "v1");
  const known = new Set(["default", "kube-system", ...given.map(({ name }) => name)]);
  const wanted = new Set([more, ...manifests.flatMap(({ namespace }) => namespace ?? [])]);
  const missing = [...wanted].filter((name) => !known.has(name));
  return [
    ...given,
    ...missing.map((name) => ({
      place: `namespace ${name}`,
      apiVersion: "v1",
      kind: "Namespace",
      name,
      namespace: undefined,
      body: { apiVersion: "v1", kind: "Namespace", metadata: { name } },
    })),
  ];
}

/** One after the other, so that what comes later finds what it needs. */
async function createAll({ client, discovery }: Cluster, manifests: readonly Manifest[]): Promise<string[]> {
  const refused: string[] = [];
  for (const manifest of manifests) {
    const { place, apiVersion, kind, name } = manifest;
    const type = discovery
      .types()
      .find((candidate) => candidate.kind === kind && apiVersionOf(candidate) === apiVersion);
    if (type === undefined) {
      refused.push(`${place}: the server does not know ${apiVersion} ${kind}`);
      continue;
    }
    try {
      await client.create(type, namespaceFor(type, manifest), manifest.body, { fieldManager });
    } catch (error) {
      refused.push(`${place}: ${kind}/${name}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  return refused;
}

function namespaceFor({ namespaced }: ResourceType, { namespace }: Manifest): string | undefined {
  return namespaced ? (namespace ?? "default") : undefined;
}

async function untilServed(discovery: Discovery, crds: readonly Manifest[]): Promise<void> {
  const limitMs = performance.now() + servingLimitMs;
  for (;;) {
    await discovery.refresh();
    const served = new Set(discovery.types().map(({ group, kind }) => `${kind}.${group}`));
    const missing = crds.filter(({ body }) => !served.has(servedName(body)));
    if (missing.length === 0) return;
    if (performance.now() > limitMs) {
      throw new UsageError(`${missing.map(({ name }) => name).join(", ")}: not served in time`);
    }
    await delay(intervalMs);
  }
}

function servedName(crd: Readonly<Record<string, unknown>>): string {
  const spec = isRecord(crd["spec"]) ? crd["spec"] : {};
  const names = isRecord(spec["names"]) ? spec["names"] : {};
  return `${String(names["kind"])}.${String(spec["group"])}`;
}
