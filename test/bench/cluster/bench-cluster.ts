import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { Agent } from "undici";
import type { ResourceType } from "#api/meta/resource-type.ts";
import { createKubeClient } from "#kube/client/create-kube-client.ts";
import type { KubeClient } from "#kube/client/kube-client.ts";
import { loadClusterAccess } from "#kube/client/kube-config.ts";
import { resourcePath } from "#kube/client/request-path.ts";
import { ensureAssets } from "#test/cluster/ensure-assets.ts";
import { startControlPlane } from "#test/support/control-plane/start-control-plane.ts";
import type { ControlPlane } from "#test/support/control-plane/test-cluster.ts";
import { waitUntil } from "../wait-until.ts";

/** Of our own requests, so that they never count as the operator's. */
const userAgent = "bench";
const connections = 32;
const crdFolder = resolve(import.meta.dirname, "../../../crds");

/** A control plane of the bench's own with the CRDs in it. */
export interface BenchCluster extends ControlPlane {
  readonly client: KubeClient;
  /** Requests that the client can have under way. */
  readonly connections: number;
  /** Deletes all objects of a kind in a namespace by one request. */
  readonly deleteCollection: (type: ResourceType, namespace: string) => Promise<void>;
  readonly apply: (files: readonly string[]) => Promise<void>;
}

const mustKubectl = async (plane: ControlPlane, args: readonly string[]): Promise<void> => {
  const { code, stderr } = await plane.kubectl(args);
  if (code !== 0) throw new Error(`kubectl ${args.slice(0, 3).join(" ")} … failed: ${stderr.trim()}`);
};

/** `kubectl wait` fails on a CRD that is too new to have conditions at all. */
const waitUntilServed = async (plane: ControlPlane): Promise<void> => {
  const args = ["wait", "--for=condition=Established", "crd", "--all", "--timeout=60s"];
  await waitUntil(async () => ((await plane.kubectl(args)).code === 0 ? true : undefined), {
    what: "the CRDs are served",
    deadlineMs: 60_000,
  });
};

const buildDeleteCollection = async (plane: ControlPlane): Promise<BenchCluster["deleteCollection"]> => {
  const agent = new Agent({ connect: { ca: await readFile(plane.caFile, "utf8") }, connections: 4 });
  return async (type, namespace) => {
    const { statusCode, body } = await agent.request({
      origin: plane.serverUrl,
      method: "DELETE",
      path: resourcePath(type, { namespace }),
      headers: { authorization: `Bearer ${plane.adminToken}`, "user-agent": userAgent },
    });
    const text = await body.text();
    if (statusCode !== 200)
      throw new Error(`deleting ${type.resource} in ${namespace}: ${text.slice(0, 300)}`);
  };
};

/** Starts an empty control plane that logs every request, and installs the CRDs. */
export const startBenchCluster = async (options: {
  readonly kubernetes: string | undefined;
  readonly signal: AbortSignal;
}): Promise<BenchCluster> => {
  const assets = await ensureAssets(options);
  const plane = await startControlPlane({ assets: assets.folder, auditLog: true });
  const apply = (files: readonly string[]): Promise<void> =>
    mustKubectl(plane, ["apply", "--server-side", ...files.map((file) => `--filename=${file}`)]);
  try {
    await apply([crdFolder]);
    await waitUntilServed(plane);
    const config = await loadClusterAccess({ kubeconfig: plane.kubeconfigPath, env: {}, homeDir: homedir() });
    const client = createKubeClient({ config, userAgent, connections });
    const deleteCollection = await buildDeleteCollection(plane);
    return {
      ...plane,
      client,
      connections,
      apply,
      deleteCollection,
      stop: async () => {
        await client.close();
        await plane.stop();
      },
    };
  } catch (error) {
    await plane.stop();
    throw error;
  }
};

/** A path of the control plane's own folder, which goes with it. */
export const fileIn = (cluster: ControlPlane, name: string): string => join(cluster.folder, name);
