import { copyFile, mkdtemp, rm, writeFile } from "node:fs/promises";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import type { Fault } from "#devserver/faults/fault-control.ts";
import type { RequestRecord } from "#devserver/devserver-options.ts";
import { startDevserver } from "#devserver/start-devserver.ts";
import type { Devserver } from "#devserver/start-devserver.ts";
import { createKubeClient } from "#kube/client/create-kube-client.ts";
import { loadClusterAccess } from "#kube/client/kube-config.ts";
import { applyCrds } from "#test/support/control-plane/apply-crds.ts";
import { createPersistentClient } from "../world/persistent-client.ts";
import type { PersistentClient } from "../world/persistent-client.ts";
import { CallCounter } from "./call-counter.ts";
import { prepareWorld } from "./prepare-world.ts";

/** A cluster in which one seed happens. */
export interface GenerateStage {
  readonly kubeconfigPath: string;
  readonly folder: string;
  readonly client: PersistentClient;
  /** Calls of the operator so far. */
  calls(): Promise<CallCounter>;
  /** Only what the embedded server can do. */
  readonly embedded?: EmbeddedFaults;
  stop(): Promise<void>;
}

export interface EmbeddedFaults {
  addFault(fault: Fault): () => void;
  /** Watches are cut, and what they would go on from is forgotten. */
  expireWatches(): void;
  /** Keeps what is there now. */
  keepSnapshot(): Promise<void>;
  /** Puts what was kept in the place of what is there. */
  restoreSnapshot(): Promise<void>;
}

const token = "faults-generate";
const kubeconfigOf = (url: string): string =>
  JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: "embedded", cluster: { server: url } }],
    users: [{ name: "admin", user: { token } }],
    contexts: [{ name: "embedded", context: { cluster: "embedded", user: "admin" } }],
    "current-context": "embedded",
  });

const connect = async (
  kubeconfigPath: string,
): Promise<{ readonly client: PersistentClient; readonly close: () => Promise<void> }> => {
  const config = await loadClusterAccess({ kubeconfig: kubeconfigPath, env: {}, homeDir: homedir() });
  const client = createKubeClient({ config, userAgent: "faults", connections: 16 });
  return { client: createPersistentClient(client), close: () => client.close() };
};

/** Makes the snapshot that all seeds begin with: CRDs, namespaces, a source, bystanders. */
export const buildBaseSnapshot = async (folder: string): Promise<string> => {
  const snapshotFile = join(folder, "base.json");
  const server = await startDevserver({ tls: false, token, snapshotFile });
  const kubeconfigPath = join(folder, "base.kubeconfig");
  await writeFile(kubeconfigPath, kubeconfigOf(server.url));
  const { client, close } = await connect(kubeconfigPath);
  try {
    await applyCrds({ kubeconfigPath });
    await prepareWorld(client);
  } finally {
    await close();
    await server.stop();
  }
  return snapshotFile;
};

/** Starts an embedded API server with what the snapshot holds. */
export const openEmbeddedStage = async (base: string): Promise<GenerateStage> => {
  const folder = await mkdtemp(join(tmpdir(), "rearguard-faults-generate-"));
  const snapshotFile = join(folder, "state.json");
  const keptFile = join(folder, "kept.json");
  await copyFile(base, snapshotFile);
  const counter = new CallCounter();
  const onRequest = (record: RequestRecord): void => counter.note(record);
  const start = (port?: number): Promise<Devserver> =>
    startDevserver({
      tls: false,
      token,
      snapshotFile,
      onRequest,
      ...(port === undefined ? {} : { port }),
    });
  let server = await start();
  const port = Number(new URL(server.url).port);
  const kubeconfigPath = join(folder, "admin.kubeconfig");
  await writeFile(kubeconfigPath, kubeconfigOf(server.url));
  const { client, close } = await connect(kubeconfigPath);
  return {
    kubeconfigPath,
    folder,
    client,
    calls: () => Promise.resolve(counter),
    embedded: {
      addFault: (fault) => server.faults.add(fault),
      expireWatches() {
        server.compact();
        server.cutWatches();
      },
      async keepSnapshot() {
        server.saveSnapshot();
        await copyFile(snapshotFile, keptFile);
      },
      async restoreSnapshot() {
        await server.stop();
        await copyFile(keptFile, snapshotFile);
        server = await start(port);
      },
    },
    async stop() {
      await close();
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
};
