import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { apiGet } from "./api-request.ts";
import { buildApiServer } from "./api-server.ts";
import type { ApiServer } from "./api-server.ts";
import { AuditLog, auditMarkerAgent } from "./audit-log.ts";
import type { AuditCounts, AuditFilter } from "./audit-log.ts";
import { buildControllerManager } from "./controller-manager.ts";
import { randomToken, writeKubeconfig, writeServiceAccountKey, writeTokenFile } from "./credentials.ts";
import type { TokenUser } from "./credentials.ts";
import { buildEtcd } from "./etcd.ts";
import { buildFaults, readyDeadlineMs } from "./faults.ts";
import { buildKubectl } from "./kubectl.ts";
import type { ManagedProcess } from "./managed-process.ts";
import { guardFolder } from "./process-guard.ts";
import { writeServiceAccountKubeconfig } from "./service-account-kubeconfig.ts";
import type { ControlPlane } from "./test-cluster.ts";

export interface ControlPlaneOptions {
  /** Folder with the binaries; by default `REARGUARD_TEST_ASSETS`, then `KUBEBUILDER_ASSETS`. */
  readonly assets?: string;
  /** kube-controller-manager: garbage collection, namespace deletion, workloads. On by default. */
  readonly controllerManager?: boolean;
  /** Log every request, for `auditCounts`. Off by default. */
  readonly auditLog?: boolean;
  /** More users than the administrator. */
  readonly users?: readonly TokenUser[];
  readonly featureGates?: Readonly<Record<string, boolean>>;
  /** API versions, e.g. `{ "admissionregistration.k8s.io/v1alpha1": "true" }`. */
  readonly runtimeConfig?: Readonly<Record<string, string>>;
  readonly apiServerFlags?: readonly string[];
}

const maxAttempts = 3;

/** An etcd of ours and of another run may have picked the same port in the same moment. */
const isPortConflict = (error: unknown): boolean =>
  error instanceof Error && error.message.includes("address already in use");

const locateAssets = (assets: string | undefined): string => {
  const folder = assets ?? process.env["REARGUARD_TEST_ASSETS"] ?? process.env["KUBEBUILDER_ASSETS"];
  if (folder === undefined || folder === "") {
    throw new Error(
      "No control plane binaries: run through `npm run test:cluster`, or set KUBEBUILDER_ASSETS to a folder with etcd, kube-apiserver and kubectl",
    );
  }
  return folder;
};

/**
 * Starts a control plane with empty storage on free ports of loopback and resolves when it serves. Several
 * may run side by side. All of it ends with this process at the latest, however this process ends. Throws
 * with the end of the log of the program that failed.
 */
export const startControlPlane = async (options: ControlPlaneOptions = {}): Promise<ControlPlane> => {
  const assets = locateAssets(options.assets);
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await startOnce(assets, options);
    } catch (error) {
      if (attempt === maxAttempts || !isPortConflict(error)) throw error;
    }
  }
};

const startOnce = async (assets: string, options: ControlPlaneOptions): Promise<ControlPlane> => {
  const folder = await mkdtemp(join(tmpdir(), "rearguard-control-plane-"));
  guardFolder(folder);
  const started: ManagedProcess[] = [];
  const stop = async (): Promise<void> => {
    // The storage goes with them, so nothing is gained by asking politely.
    for (const process of started.toReversed()) await process.stop("kill");
    await rm(folder, { recursive: true, force: true });
  };
  try {
    return await startIn(folder, assets, options, started, stop);
  } catch (error) {
    await stop();
    throw error;
  }
};

const startIn = async (
  folder: string,
  assets: string,
  options: ControlPlaneOptions,
  started: ManagedProcess[],
  stop: () => Promise<void>,
): Promise<ControlPlane> => {
  const launch = async (process: ManagedProcess, isReady: () => Promise<boolean>): Promise<void> => {
    started.push(process);
    process.start();
    await process.waitUntilReady(isReady, readyDeadlineMs);
  };
  const adminToken = randomToken();
  const users = (options.users ?? []).map(({ user, groups = [], token = randomToken() }) => ({
    user,
    groups,
    token,
  }));
  const tokenFile = join(folder, "tokens.csv");
  await writeTokenFile(tokenFile, [
    { user: "admin", groups: ["system:masters"], token: adminToken },
    ...users,
  ]);
  const serviceAccountKeyFile = join(folder, "service-accounts.key");
  await writeServiceAccountKey(serviceAccountKeyFile);

  const etcd = await buildEtcd(assets, folder);
  await launch(etcd.process, etcd.isReady);

  const auditLogFile = options.auditLog === true ? join(folder, "audit.log") : undefined;
  const apiServer = await buildApiServer({
    assets,
    folder,
    etcdUrl: etcd.clientUrl,
    tokenFile,
    serviceAccountKeyFile,
    adminToken,
    auditLogFile,
    featureGates: options.featureGates ?? {},
    runtimeConfig: options.runtimeConfig ?? {},
    extraFlags: options.apiServerFlags ?? [],
  });
  await launch(apiServer.process, apiServer.isReady);
  const { serverUrl, caFile } = apiServer;
  const ca = await readFile(caFile, "utf8");

  const kubeconfigPath = join(folder, "admin.kubeconfig");
  await writeKubeconfig(kubeconfigPath, { serverUrl, caFile, token: adminToken });

  if (needsControllerManager(assets, options.controllerManager)) {
    const manager = await buildControllerManager({
      assets,
      folder,
      kubeconfigPath,
      serviceAccountKeyFile,
      caFile,
    });
    await launch(manager.process, manager.isReady);
  }

  const kubectl = buildKubectl({
    command: join(assets, "kubectl"),
    kubeconfigPath,
    cacheFolder: join(folder, "kubectl-cache"),
  });
  const { faults, etcdMetrics } = buildFaults(etcd, apiServer);
  return {
    kubeconfigPath,
    serverUrl,
    adminToken,
    caFile,
    folder,
    version: await readVersion(apiServer, adminToken, ca),
    kubectl,
    serviceAccountKubeconfig: (namespace, name) =>
      writeServiceAccountKubeconfig(kubectl, folder, { namespace, name }),
    userKubeconfig: async (user) => {
      const known = users.find((candidate) => candidate.user === user);
      if (known === undefined) throw new Error(`The control plane was started without a user ${user}`);
      const file = join(folder, `user-${encodeURIComponent(user)}.kubeconfig`);
      await writeKubeconfig(file, { serverUrl, caFile, token: known.token });
      return file;
    },
    faults,
    etcdMetrics,
    auditCounts: buildAuditCounts(apiServer, adminToken, ca, auditLogFile),
    stop,
  };
};

const needsControllerManager = (assets: string, wanted: boolean | undefined): boolean => {
  if (wanted === false) return false;
  const isThere = existsSync(join(assets, "kube-controller-manager"));
  // Folders made for envtest have none; whoever asked for it by name must get it.
  if (wanted === true && !isThere) throw new Error(`${assets} holds no kube-controller-manager`);
  return isThere;
};

const readVersion = async ({ serverUrl }: ApiServer, token: string, ca: string): Promise<string> => {
  const { body } = await apiGet({ url: `${serverUrl}/version`, token, ca });
  return (JSON.parse(body) as { gitVersion: string }).gitVersion;
};

const buildAuditCounts = (
  apiServer: ApiServer,
  token: string,
  ca: string,
  file: string | undefined,
): ((filter?: AuditFilter) => Promise<AuditCounts>) => {
  if (file === undefined) {
    return () =>
      Promise.reject(new Error("Start the control plane with auditLog: true to count its requests"));
  }
  const log = new AuditLog(file);
  return async (filter) => {
    // A long answer can reach its client before its line reaches the log. After one more round trip it has.
    if (apiServer.process.isRunning) {
      await apiGet({ url: `${apiServer.serverUrl}/version`, token, ca, userAgent: auditMarkerAgent });
    }
    return log.counts(filter);
  };
};
