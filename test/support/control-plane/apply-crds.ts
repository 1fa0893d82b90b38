import { setTimeout as delay } from "node:timers/promises";
import { customKinds } from "#api/kinds.ts";
import type { ResourceType } from "#api/meta/resource-type.ts";
import { buildCustomResourceDefinition } from "#api/schema/custom-resource-definition.ts";
import { createKubeClient } from "#kube/client/create-kube-client.ts";
import type { KubeClient } from "#kube/client/kube-client.ts";
import { loadClusterAccess } from "#kube/client/kube-config.ts";
import type { TestCluster } from "./test-cluster.ts";

const servingDeadlineMs = 60_000;
const intervalMs = 20;

const crdType: ResourceType = {
  group: "apiextensions.k8s.io",
  version: "v1",
  kind: "CustomResourceDefinition",
  resource: "customresourcedefinitions",
  namespaced: false,
  verbs: [],
  preferred: true,
};

interface Crd {
  readonly metadata: { readonly name: string };
  readonly status?: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] };
}

/**
 * Installs the CRDs of `crds/` whose file name holds `filter`, and resolves when every kind of them is served. They are
 * made anew, because parsing the files takes a second; `npm run crds:check` tells whether the files say the same.
 */
export async function applyCrds(
  { kubeconfigPath }: Pick<TestCluster, "kubeconfigPath">,
  filter = "",
): Promise<void> {
  const config = await loadClusterAccess({ kubeconfig: kubeconfigPath, env: {}, homeDir: "/nonexistent" });
  const client = createKubeClient({ config, userAgent: "crd-installer" });
  try {
    const wanted = customKinds.filter(({ group, plural }) => `${group}_${plural}.yaml`.includes(filter));
    await Promise.all(wanted.map((kind) => applyCrd(client, buildCustomResourceDefinition(kind))));
  } finally {
    await client.close();
  }
}

async function applyCrd(client: KubeClient, crd: object): Promise<void> {
  const { name } = (crd as Crd).metadata;
  await client.patch(crdType, { name }, crd, { kind: "apply", fieldManager: "crd-installer", force: true });
  const deadlineMs = performance.now() + servingDeadlineMs;
  for (;;) {
    const { status } = (await client.get(crdType, { name })) as unknown as Crd;
    if (status?.conditions?.some((one) => one.type === "Established" && one.status === "True") === true)
      return;
    if (performance.now() > deadlineMs) throw new Error(`${name} was not established in time`);
    await delay(intervalMs);
  }
}
