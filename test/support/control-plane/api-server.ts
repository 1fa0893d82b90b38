import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { apiGet } from "./api-request.ts";
import { freePort } from "./free-ports.ts";
import { ManagedProcess } from "./managed-process.ts";

export interface ApiServerOptions {
  readonly assets: string;
  readonly folder: string;
  readonly etcdUrl: string;
  readonly tokenFile: string;
  readonly serviceAccountKeyFile: string;
  readonly adminToken: string;
  readonly auditLogFile: string | undefined;
  readonly featureGates: Readonly<Record<string, boolean>>;
  readonly runtimeConfig: Readonly<Record<string, string>>;
  readonly extraFlags: readonly string[];
}

export interface ApiServer {
  readonly process: ManagedProcess;
  readonly serverUrl: string;
  /** Exists once the server has run. */
  readonly caFile: string;
  readonly isReady: () => Promise<boolean>;
}

/** One line per request and stage with user, user agent, verb, object and status, but no bodies. */
const auditPolicy = {
  apiVersion: "audit.k8s.io/v1",
  kind: "Policy",
  omitStages: ["RequestReceived"],
  rules: [{ level: "Metadata" }],
};

const auditFlags = async (folder: string, logFile: string | undefined): Promise<readonly string[]> => {
  if (logFile === undefined) return [];
  const policyFile = join(folder, "audit-policy.json");
  await writeFile(policyFile, JSON.stringify(auditPolicy));
  await writeFile(logFile, "", { flag: "a" });
  // Size 0 is "never rotate": a rotated log would lose counts.
  return [`--audit-policy-file=${policyFile}`, `--audit-log-path=${logFile}`, "--audit-log-maxsize=0"];
};

const mapFlag = (flag: string, values: Readonly<Record<string, boolean | string>>): readonly string[] => {
  const pairs = Object.entries(values).map(([name, value]) => `${name}=${value}`);
  return pairs.length === 0 ? [] : [`--${flag}=${pairs.join(",")}`];
};

/** An API server with RBAC on a free port of loopback, its certificate made by itself. Not started yet. */
export const buildApiServer = async (options: ApiServerOptions): Promise<ApiServer> => {
  const { assets, folder, serviceAccountKeyFile, adminToken } = options;
  const port = await freePort();
  const serverUrl = `https://127.0.0.1:${port}`;
  const certFolder = join(folder, "certs");
  const caFile = join(certFolder, "apiserver.crt");
  const process = new ManagedProcess({
    name: "kube-apiserver",
    command: join(assets, "kube-apiserver"),
    args: [
      `--etcd-servers=${options.etcdUrl}`,
      `--cert-dir=${certFolder}`,
      `--secure-port=${port}`,
      "--bind-address=127.0.0.1",
      "--advertise-address=127.0.0.1",
      // Endpoints must not name loopback addresses, so the server could only fail to publish its own.
      "--endpoint-reconciler-type=none",
      `--token-auth-file=${options.tokenFile}`,
      "--authorization-mode=RBAC",
      "--service-account-issuer=https://kubernetes.default.svc",
      `--service-account-key-file=${serviceAccountKeyFile}`,
      `--service-account-signing-key-file=${serviceAccountKeyFile}`,
      "--service-cluster-ip-range=10.96.0.0/16",
      // Pods can be created at once, before a controller has made the namespace's service account.
      "--disable-admission-plugins=ServiceAccount",
      "--allow-privileged=true",
      ...mapFlag("feature-gates", options.featureGates),
      ...mapFlag("runtime-config", options.runtimeConfig),
      ...(await auditFlags(folder, options.auditLogFile)),
      ...options.extraFlags,
    ],
    logFile: join(folder, "kube-apiserver.log"),
  });
  const answersOk = async (path: string): Promise<boolean> => {
    const ca = await readFile(caFile, "utf8");
    return (await apiGet({ url: serverUrl + path, token: adminToken, ca })).status === 200;
  };
  return {
    process,
    serverUrl,
    caFile,
    // The namespaces are made by a loop that readyz does not wait for.
    isReady: async () => (await answersOk("/readyz")) && (await answersOk("/api/v1/namespaces/default")),
  };
};
