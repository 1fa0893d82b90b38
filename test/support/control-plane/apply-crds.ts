import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";
import type { ResourceType } from "#api/meta/resource-type.ts";
import { createKubeClient } from "#kube/client/create-kube-client.ts";
import type { KubeClient } from "#kube/client/kube-client.ts";
import { loadClusterAccess } from "#kube/client/kube-config.ts";
import type { TestCluster } from "./test-cluster.ts";

const crdFolder = fileURLToPath(new URL("../../../crds", import.meta.url));
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

/** Installs the CRDs of `crds/` whose file name holds `filter`, and resolves when every kind of them is served. */
export async function applyCrds(
  { kubeconfigPath }: Pick<TestCluster, "kubeconfigPath">,
  filter = "",
): Promise<void> {
  const config = await loadClusterAccess({ kubeconfig: kubeconfigPath, env: {}, homeDir: "/nonexistent" });
  const client = createKubeClient({ config, userAgent: "crd-installer" });
  try {
    // GROUP_PLURAL.yaml; a kustomization stands beside them.
    const isCrd = (file: string): boolean => file.includes("_") && file.includes(filter);
    const files = (await readdir(crdFolder)).filter(isCrd);
    await Promise.all(files.map((file) => applyCrd(client, join(crdFolder, file))));
  } finally {
    await client.close();
  }
}

async function applyCrd(client: KubeClient, file: string): Promise<void> {
  const crd = parse(await readFile(file, "utf8")) as Crd;
  const { name } = crd.metadata;
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
