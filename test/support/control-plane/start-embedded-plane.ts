import { appendFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { RequestRecord } from "#devserver/devserver-options.ts";
import { startDevserver } from "#devserver/start-devserver.ts";
import type { Devserver } from "#devserver/start-devserver.ts";
import { AuditLog } from "./audit-log.ts";
import { randomToken, writeKubeconfig } from "./credentials.ts";
import { buildKubectl, locateKubectl } from "./kubectl.ts";
import { guardFolder } from "./process-guard.ts";
import { writeServiceAccountKubeconfig } from "./service-account-kubeconfig.ts";
import type { ControlPlaneOptions } from "./start-control-plane.ts";
import type { ControlPlane, Faults } from "./test-cluster.ts";

const compactionFlag = "--etcd-compaction-interval=";

/** One line as the audit log of the API server has it. */
function auditLine(record: RequestRecord): string {
  const { user, userAgent, verb, group, resource, subresource, namespace, code } = record;
  const event = {
    kind: "Event",
    stage: verb === "watch" ? "ResponseStarted" : "ResponseComplete",
    verb: verb === "" ? "get" : verb,
    userAgent,
    user: { username: user },
    objectRef: { apiGroup: group, resource, subresource, namespace },
    responseStatus: { code },
  };
  return `${JSON.stringify(event)}\n`;
}

function buildFaults(server: Devserver): Faults {
  const noEtcd = (): Promise<never> => Promise.reject(new Error("the embedded API server has no etcd"));
  return {
    stopApiServer: () => server.disconnect(),
    startApiServer: () => server.reconnect(),
    restartApiServer: async () => {
      await server.disconnect();
      await server.reconnect();
    },
    stopEtcd: noEtcd,
    startEtcd: noEtcd,
    restartEtcd: noEtcd,
  };
}

/**
 * Starts the embedded API server in this process, behind the same interface as a control plane of processes. There is no
 * etcd to stop or to count, and a flag or API that only the real one has is an error.
 */
export const startEmbeddedPlane = async (options: ControlPlaneOptions = {}): Promise<ControlPlane> => {
  const flags = options.apiServerFlags ?? [];
  const compaction = flags.find((flag) => flag.startsWith(compactionFlag));
  const unknown = flags.filter((flag) => flag !== compaction);
  if (unknown.length > 0 || options.runtimeConfig !== undefined) {
    throw new Error(`the embedded API server does not know ${unknown.join(" ") || "--runtime-config"}`);
  }
  const folder = await mkdtemp(join(tmpdir(), "rearguard-embedded-plane-"));
  guardFolder(folder);
  const users = (options.users ?? []).map(({ user, groups = [], token = randomToken() }) => ({
    user,
    groups,
    token,
  }));
  const auditFile = join(folder, "audit.log");
  if (options.auditLog === true) await writeFile(auditFile, "");
  const server = await startDevserver({
    controllers: options.controllerManager !== false,
    users: Object.fromEntries(
      users.map(({ user, groups, token }) => [
        token,
        { name: user, groups: [...new Set([...groups, "system:authenticated"])] },
      ]),
    ),
    ...(options.auditLog === true
      ? { onRequest: (record) => appendFileSync(auditFile, auditLine(record)) }
      : {}),
  });
  const seconds = Number.parseInt(compaction?.slice(compactionFlag.length) ?? "", 10);
  const compacting = Number.isNaN(seconds) ? undefined : setInterval(() => server.compact(), seconds * 1000);
  compacting?.unref();

  const { url: serverUrl, token: adminToken, kubeconfig, caPem = "" } = server;
  const caFile = join(folder, "ca.crt");
  const kubeconfigPath = join(folder, "admin.kubeconfig");
  await writeFile(caFile, caPem);
  await writeFile(kubeconfigPath, kubeconfig, { mode: 0o600 });
  const kubectl = buildKubectl({
    command: locateKubectl(options.assets),
    kubeconfigPath,
    cacheFolder: join(folder, "kubectl-cache"),
  });
  const log = new AuditLog(auditFile);
  return {
    kubeconfigPath,
    serverUrl,
    adminToken,
    caFile,
    folder,
    version: server.version,
    kubectl,
    serviceAccountKubeconfig: (namespace, name) =>
      writeServiceAccountKubeconfig(kubectl, folder, { namespace, name }),
    userKubeconfig: async (user) => {
      const known = users.find((candidate) => candidate.user === user);
      if (known === undefined) throw new Error(`The embedded API server was started without a user ${user}`);
      const file = join(folder, `user-${encodeURIComponent(user)}.kubeconfig`);
      await writeKubeconfig(file, { serverUrl, caFile, token: known.token });
      return file;
    },
    faults: buildFaults(server),
    etcdMetrics: () => Promise.reject(new Error("the embedded API server has no etcd")),
    auditCounts: (filter) =>
      options.auditLog === true
        ? log.counts(filter)
        : Promise.reject(
            new Error("Start the embedded API server with auditLog: true to count its requests"),
          ),
    stop: async () => {
      clearInterval(compacting);
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
};
