import { Writable } from "node:stream";
import { createSettingsStore } from "#controllers/settings/settings-store.ts";
import type { Clock } from "#controllers/runtime/clock.ts";
import { WriteFenced } from "#kube/client/api-error.ts";
import { createKubeClient } from "#kube/client/create-kube-client.ts";
import type { ClusterAccess } from "#kube/client/kube-config.ts";
import type { KubeClient } from "#kube/client/kube-client.ts";
import { createDiscovery } from "#kube/discovery/create-discovery.ts";
import { openSource } from "#kube/list-watch/open-source.ts";
import type { Source } from "#kube/list-watch/source.ts";
import { createHealth } from "#telemetry/health.ts";
import { createLogger } from "#telemetry/logger.ts";
import { createMetrics } from "#telemetry/metrics.ts";
import { startCleanup } from "../../src/compose/cleanup-part.ts";
import type { Part, PartContext } from "../../src/compose/part.ts";
import { startTtl } from "../../src/compose/ttl-part.ts";

/** The parts of the operator that delete, in this process and on a clock that is moved by hand. */
export interface ChaosOperator {
  /** Nothing is under way, and everything that is watched is up to date as far as it can be. */
  isQuiet(): boolean;
  /** Its Lease is another's: from now on no write is sent. */
  fence(): void;
  /** Ends as a crash does: what is under way is cut. */
  kill(): void;
  /** Ends as it is asked to. */
  stop(): Promise<void>;
  /** Lines that only a bug writes. */
  readonly defects: readonly string[];
}

export const operatorAgent = "rearguard-chaos";
/** Failures pass in moments here, and so do the pauses between tries. */
const backoff = { initialMs: 2, maxMs: 20, maxRefusedMs: 20 };

export const startChaosOperator = async (access: ClusterAccess, clock: Clock): Promise<ChaosOperator> => {
  const ending = new AbortController();
  const defects: string[] = [];
  let fenced = false;
  let underWay = 0;
  const client = countingClient(
    createKubeClient({
      config: access,
      userAgent: operatorAgent,
      connections: 16,
      timeoutMs: 2_000,
      fence: () => {
        if (fenced) throw new WriteFenced();
        return undefined;
      },
    }),
    (change) => {
      underWay += change;
    },
  );
  const log = createLogger({ format: "json", level: "warn", output: defectSink(defects) });
  const settings = createSettingsStore({ log: () => log });
  const startSettings = { ...settings.current(), only: ["cleanup", "ttl"] as const, ttlKinds: ["ConfigMap"] };
  const discovery = createDiscovery({ client });
  const sources = new Set<Source>();
  const parts: Part[] = [];
  const context: PartContext = {
    settings,
    startSettings,
    client,
    discovery,
    openSource: (selection, handlers) => {
      const source = openSource({ client, selection, handlers, backoff });
      sources.add(source);
      return { ...source, stop: () => source.stop().finally(() => sources.delete(source)) };
    },
    metrics: createMetrics({ maxSeriesPerMetric: 1_000, processMetrics: false }),
    health: createHealth(),
    log,
    hostName: "chaos",
    signal: ending.signal,
  };
  const stopAll = async (): Promise<void> => {
    ending.abort();
    for (const part of parts.toReversed()) await part.stop();
    await discovery.stop();
    await client.close();
  };
  try {
    await discovery.refresh();
    startCleanup(context, parts, clock);
    startTtl(context, parts, clock);
  } catch (error) {
    await stopAll();
    throw error;
  }
  return {
    defects,
    isQuiet: () => underWay === 0 && [...sources].every((source) => source.state().kind === "live"),
    fence: () => {
      fenced = true;
    },
    kill: () => {
      fenced = true;
      void client.close();
      void stopAll().catch(() => {});
    },
    stop: stopAll,
  };
};

/** Counts the requests that are under way; watches are always. */
const countingClient = (client: KubeClient, count: (change: 1 | -1) => void): KubeClient => {
  const counted = async <R>(call: () => Promise<R>): Promise<R> => {
    count(1);
    try {
      return await call();
    } finally {
      count(-1);
    }
  };
  return {
    ...client,
    get: (...args) => counted(() => client.get(...args)),
    listPage: (...args) => counted(() => client.listPage(...args)),
    create: (...args) => counted(() => client.create(...args)),
    update: (...args) => counted(() => client.update(...args)),
    patch: (...args) => counted(() => client.patch(...args)),
    delete: (...args) => counted(() => client.delete(...args)),
    rawGet: (...args) => counted(() => client.rawGet(...args)),
    review: (...args) => counted(() => client.review(...args)),
  };
};

const defect = /TypeError|ReferenceError|RangeError|internal error|AssertionError/;

const defectSink = (defects: string[]): NodeJS.WritableStream =>
  new Writable({
    write(chunk: Buffer, _encoding, callback) {
      const line = chunk.toString("utf8");
      if (defect.test(line) && defects.length < 5) defects.push(line.trim());
      callback();
    },
  });
