import { access, readFile } from "node:fs/promises";
import { isIPv6 } from "node:net";
import { delimiter, join } from "node:path";
import { createCredentials } from "./credentials.ts";
import type { Credentials, CredentialSources } from "./credentials.ts";
import { createExecPlugin, decodeExecSpec } from "./exec-plugin.ts";
import type { ExecPlugin } from "./exec-plugin.ts";
import { readKubeconfig } from "./kubeconfig-file.ts";
import type { Kubeconfig } from "./kubeconfig-file.ts";
import { proxyFor } from "./proxy.ts";
import type { Environment } from "./proxy.ts";

/** How one cluster is reached, and as whom. */
export interface ClusterAccess {
  readonly server: URL;
  /** Of the context or the pod. */
  readonly namespace?: string;
  /** `http:`, `https:` or `socks5:`, chosen from `proxy-url` or the environment; absent: directly. */
  readonly proxy?: URL;
  readonly credentials: Credentials;
}

export interface ClusterAccessOptions {
  /** Path of a kubeconfig; absent: KUBECONFIG, then `~/.kube/config`, then the pod's service account. */
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly env: Environment;
  readonly homeDir: string;
  /** Wall clock and steady clock, in milliseconds. */
  readonly now?: () => number;
  readonly monotonic?: () => number;
  /** Where a pod finds its token, authority and namespace. */
  readonly serviceAccountDir?: string;
}

const defaultServiceAccountDir = "/var/run/secrets/kubernetes.io/serviceaccount";

interface Clocks {
  readonly now: () => number;
  readonly monotonic: () => number;
}

/**
 * Finds the cluster to talk to. Rejects with what is missing and what to do about it; impersonation and the
 * `auth-provider` mechanism that kubectl dropped are refused, never ignored.
 */
export async function loadClusterAccess(options: ClusterAccessOptions): Promise<ClusterAccess> {
  const clocks = { now: options.now ?? Date.now, monotonic: options.monotonic ?? (() => performance.now()) };
  const files = kubeconfigFiles(options);
  const kubeconfig = await readKubeconfig(files);
  if (kubeconfig !== undefined) return await accessOfContext(kubeconfig, options, clocks);
  if (options.kubeconfig !== undefined) throw new Error(`there is no kubeconfig at ${options.kubeconfig}`);
  if (options.context !== undefined) {
    throw new Error(
      `context ${options.context} was asked for, but there is no kubeconfig (${files.join(", ")})`,
    );
  }
  return accessInCluster(options, clocks);
}

function kubeconfigFiles(options: ClusterAccessOptions): readonly string[] {
  if (options.kubeconfig !== undefined) return [options.kubeconfig];
  const listed = (options.env["KUBECONFIG"] ?? "").split(delimiter).filter((file) => file !== "");
  return listed.length > 0 ? listed : [join(options.homeDir, ".kube", "config")];
}

function serverUrl(text: string, origin: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || (url.protocol !== "https:" && url.protocol !== "http:")) {
    throw new Error(`${origin}: the server's address ${JSON.stringify(text)} is no http or https URL`);
  }
  return url;
}

async function accessOfContext(
  config: Kubeconfig,
  options: ClusterAccessOptions,
  clocks: Clocks,
): Promise<ClusterAccess> {
  const name = options.context ?? config.currentContext;
  if (name === undefined) throw new Error("the kubeconfig has no current-context: name one with --context");
  const context = config.contexts.find((entry) => entry.name === name);
  if (context === undefined) {
    const known = config.contexts.map((entry) => entry.name).join(", ");
    throw new Error(`the kubeconfig has no context ${name} (there are: ${known === "" ? "none" : known})`);
  }
  const cluster = config.clusters.find((entry) => entry.name === context.cluster);
  if (cluster === undefined)
    throw new Error(`context ${name}: the kubeconfig has no cluster ${context.cluster}`);
  const user = config.users.find((entry) => entry.name === context.user);
  if (user === undefined && context.user !== undefined) {
    throw new Error(`context ${name}: the kubeconfig has no user ${context.user}`);
  }
  const server = serverUrl(cluster.server, cluster.origin);
  const sources: CredentialSources = {
    ca: { data: cluster.caData, file: cluster.caFile },
    serverName: cluster.tlsServerName,
    skipVerify: cluster.skipTLSVerify,
    ...(await userSources(user, cluster, options.env, clocks)),
  };
  const proxy = proxyFor(server, cluster.proxyUrl, options.env);
  return {
    server,
    ...(context.namespace === undefined ? {} : { namespace: context.namespace }),
    ...(proxy === undefined ? {} : { proxy }),
    credentials: createCredentials(sources, clocks.monotonic),
  };
}

type UserSources = Pick<CredentialSources, "cert" | "key" | "token" | "tokenFile" | "basic" | "exec">;

async function userSources(
  user: Kubeconfig["users"][number] | undefined,
  cluster: Kubeconfig["clusters"][number],
  env: Environment,
  clocks: Clocks,
): Promise<UserSources> {
  if (user === undefined) return { cert: {}, key: {} };
  if (typeof user.impersonateUser === "string") {
    throw new Error(
      `${user.origin}: user ${user.name} impersonates ${user.impersonateUser}, which is not supported`,
    );
  }
  return {
    cert: { data: user.certData, file: user.certFile },
    key: { data: user.keyData, file: user.keyFile },
    token: user.token ?? idTokenOf(user, clocks),
    tokenFile: user.tokenFile,
    basic: typeof user.username === "string" ? user : undefined,
    exec: await execPluginOf(user, cluster, env, clocks),
  };
}

async function execPluginOf(
  user: Kubeconfig["users"][number],
  cluster: Kubeconfig["clusters"][number],
  env: Environment,
  clocks: Clocks,
): Promise<ExecPlugin | undefined> {
  if (typeof user.exec !== "object" || user.exec === null) return undefined;
  const caData =
    cluster.caData ?? (cluster.caFile === undefined ? undefined : await readFile(cluster.caFile, "base64"));
  const info = {
    server: cluster.server,
    ...(cluster.tlsServerName === undefined ? {} : { "tls-server-name": cluster.tlsServerName }),
    ...(cluster.skipTLSVerify ? { "insecure-skip-tls-verify": true } : {}),
    ...(caData === undefined ? {} : { "certificate-authority-data": caData }),
    ...(cluster.proxyUrl === undefined ? {} : { "proxy-url": cluster.proxyUrl }),
  };
  return createExecPlugin(decodeExecSpec(user.exec, user.origin, info), env, clocks.now);
}

/** The id token of an `oidc` auth-provider while it lasts; refreshing it is a plugin's business. */
function idTokenOf(user: Kubeconfig["users"][number], clocks: Clocks): string | undefined {
  const provider = user.authProvider as
    | { name?: unknown; config?: Record<string, unknown> }
    | null
    | undefined;
  if (provider === null || provider === undefined) return undefined;
  const hint = "use a credential plugin (users[].user.exec), for example kubelogin";
  if (provider.name !== "oidc") {
    throw new Error(
      `${user.origin}: auth-provider ${JSON.stringify(provider.name)} is not supported: ${hint}`,
    );
  }
  const token = provider.config?.["id-token"];
  if (typeof token !== "string" || isExpired(token, clocks.now())) {
    throw new Error(`${user.origin}: user ${user.name} has no valid OpenID Connect id-token: ${hint}`);
  }
  return token;
}

function isExpired(token: string, now: number): boolean {
  try {
    const claims: unknown = JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString("utf8"));
    const end = typeof claims === "object" && claims !== null && "exp" in claims ? claims.exp : undefined;
    return typeof end === "number" && end * 1000 <= now;
  } catch {
    return true;
  }
}

async function accessInCluster(options: ClusterAccessOptions, clocks: Clocks): Promise<ClusterAccess> {
  const directory = options.serviceAccountDir ?? defaultServiceAccountDir;
  const host = options.env["KUBERNETES_SERVICE_HOST"];
  const port = options.env["KUBERNETES_SERVICE_PORT"] ?? "443";
  const tokenFile = join(directory, "token");
  if (host === undefined || host === "" || !(await isReadable(tokenFile))) {
    throw new Error(
      "no cluster to talk to: give --kubeconfig, set KUBECONFIG, or run in a pod with a service account",
    );
  }
  const server = serverUrl(`https://${isIPv6(host) ? `[${host}]` : host}:${port}`, "KUBERNETES_SERVICE_HOST");
  const proxy = proxyFor(server, undefined, options.env);
  const namespace = await readFile(join(directory, "namespace"), "utf8").catch(() => "");
  return {
    server,
    ...(namespace.trim() === "" ? {} : { namespace: namespace.trim() }),
    ...(proxy === undefined ? {} : { proxy }),
    credentials: createCredentials(
      { ca: { file: join(directory, "ca.crt") }, cert: {}, key: {}, skipVerify: false, tokenFile },
      clocks.monotonic,
    ),
  };
}

async function isReadable(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
