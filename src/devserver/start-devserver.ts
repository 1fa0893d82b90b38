import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { createServer as createHttpServer } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import type { AddressInfo } from "node:net";
import type { Server } from "node:http";
import { TokenAuthenticator } from "./access/authenticate.ts";
import { Authorizer } from "./access/authorize.ts";
import { runGarbageCollector } from "./controllers/collect-garbage.ts";
import { runCustomKinds } from "./controllers/custom-kinds.ts";
import { runNamespaces } from "./controllers/namespaces.ts";
import { runWorkloads } from "./controllers/run-workloads.ts";
import { seedCluster } from "./controllers/seed-cluster.ts";
import { WorkLoop } from "./controllers/work-loop.ts";
import { createWriteHooks } from "./controllers/write-hooks.ts";
import type { DevserverOptions } from "./devserver-options.ts";
import { FaultControl } from "./faults/fault-control.ts";
import { makeCertificate } from "./http/certificate.ts";
import { createListener } from "./http/create-listener.ts";
import { createPathAnswers, serverVersion } from "./http/path-answers.ts";
import type { WatchHandle } from "./http/stream-watch.ts";
import { buildKubeconfig } from "./kubeconfig.ts";
import { Registry } from "./resources/registry.ts";
import type { ServerContext } from "./rest/api-request.ts";
import { loadSnapshot, saveSnapshot } from "./storage/snapshot-file.ts";
import { Store } from "./storage/store.ts";

/** An embedded API server that serves. */
export interface Devserver {
  readonly url: string;
  /** The text of a kubeconfig with the rights of an administrator. */
  readonly kubeconfig: string;
  readonly token: string;
  /** Of Kubernetes, as `/version` says it. */
  readonly version: string;
  /** The certificate to trust; absent for plain HTTP. */
  readonly caPem?: string;
  readonly faults: FaultControl;
  /** Forgets history: watches and lists of earlier revisions are answered with 410 from now on. */
  compact(): void;
  /** Stops serving, as a crash does; data, address and certificate stay. */
  disconnect(): Promise<void>;
  /** Serves again at the same address. */
  reconnect(): Promise<void>;
  /** Closes the connections of all open watches. */
  cutWatches(): void;
  /** The revision of the last write. */
  revision(): number;
  saveSnapshot(): void;
  /** Ends all connections and resolves when nothing is left; writes the snapshot. May be called more than once. */
  stop(): Promise<void>;
}

const defaultHistory = 20_000;
const defaultBookmarkIntervalMs = 30_000;

function printDefect(error: unknown, what: string): void {
  process.stderr.write(
    `devserver: ${what}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
  );
}

/** Starts an embedded API server and resolves when it serves. Rejects where the port is taken or the snapshot unreadable. */
export async function startDevserver(options: DevserverOptions = {}): Promise<Devserver> {
  const { host = "127.0.0.1", port = 0, tls = true, now = Date.now, snapshotFile } = options;
  const {
    onRequest = () => {},
    onDefect = printDefect,
    token = randomBytes(24).toString("base64url"),
  } = options;
  const contents = snapshotFile === undefined ? undefined : loadSnapshot(snapshotFile);
  const store = new Store(options.maxHistory ?? defaultHistory, contents);
  const registry = new Registry(store);
  const administrator = { name: "admin", groups: ["system:masters", "system:authenticated"] };
  const authenticator = new TokenAuthenticator(now, { [token]: administrator, ...options.users });
  const authorizer = new Authorizer(store);
  const ctx: ServerContext = {
    store,
    registry,
    now,
    hooks: createWriteHooks(store, now),
    issueToken: (request, account) => authenticator.issue(request, account),
  };
  const loop = new WorkLoop(onDefect);
  const certificate = tls ? makeCertificate(["localhost", "127.0.0.1", "::1", host], Date.now()) : undefined;
  if (options.controllers !== false) {
    runGarbageCollector(ctx, loop);
    runNamespaces(ctx, loop, certificate?.certificatePem ?? "");
  }
  runCustomKinds(ctx, loop);

  const faults = new FaultControl(options.faults);
  const openWatches = new Set<WatchHandle>();
  let address = "";
  const answerPath = createPathAnswers(registry, () => address);
  const listener = createListener({
    ctx,
    authenticator,
    authorizer,
    faults,
    openWatches,
    answerPath,
    onRequest,
    onDefect,
  });
  const server: Server =
    certificate === undefined
      ? createHttpServer(listener)
      : createHttpsServer({ cert: certificate.certificatePem, key: certificate.keyPem }, listener);
  // Clients keep connections for long; one that the server closes first would fail a request.
  server.keepAliveTimeout = 3600_000;
  server.requestTimeout = 0;
  server.listen(port, host);
  await once(server, "listening");
  const { port: actualPort } = server.address() as AddressInfo;
  address = `${host}:${actualPort}`;
  const url = `${tls ? "https" : "http"}://${host.includes(":") ? `[${host}]` : host}:${actualPort}`;
  if (contents === undefined) seedCluster(ctx, actualPort);
  if (options.workloads === true) runWorkloads(ctx, loop);

  const bookmarks = setInterval(() => {
    for (const watch of openWatches) watch.bookmark();
  }, options.bookmarkIntervalMs ?? defaultBookmarkIntervalMs);
  bookmarks.unref();

  const save = (): void => {
    if (snapshotFile !== undefined) saveSnapshot(snapshotFile, store.contents());
  };
  const disconnect = async (): Promise<void> => {
    if (!server.listening) return;
    server.close();
    server.closeAllConnections();
    await once(server, "close");
  };
  let stopping: Promise<void> | undefined;
  const caPem = certificate?.certificatePem;
  return {
    url,
    token,
    faults,
    version: serverVersion.gitVersion,
    ...(caPem === undefined ? {} : { caPem }),
    kubeconfig: buildKubeconfig({
      url,
      token,
      ...(caPem === undefined ? {} : { caPem }),
    }),
    compact: () => store.compact(),
    disconnect,
    async reconnect() {
      server.listen(actualPort, host);
      await once(server, "listening");
    },
    cutWatches() {
      openWatches.forEach((watch) => watch.cut());
    },
    revision: () => store.revision,
    saveSnapshot: save,
    stop() {
      stopping ??= (async () => {
        clearInterval(bookmarks);
        loop.stop();
        await disconnect();
        save();
      })();
      return stopping;
    },
  };
}
