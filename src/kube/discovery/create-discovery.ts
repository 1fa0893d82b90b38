import type { ResourceType } from "#api/meta/resource-type.ts";
import type { KubeClient } from "../client/kube-client.ts";
import { openSource } from "../list-watch/open-source.ts";
import { createPauses } from "../list-watch/pause.ts";
import type { Source } from "../list-watch/source.ts";
import { fetchServed } from "./fetch-served.ts";
import { buildTable, emptyTable, tableText } from "./resource-table.ts";
import type { ResourceTable } from "./resource-table.ts";

/** Which rows are meant; without a version the preferred ones. */
export interface TypeQuery {
  readonly group?: string;
  readonly version?: string;
  readonly kind?: string;
  readonly resource?: string;
}

/** What the API server serves, kept up to date. */
export interface Discovery {
  types(): readonly ResourceType[];
  /** `group/version` whose rows may be out of date, because the API behind them does not answer. */
  stale(): readonly string[];
  resolve(query: TypeQuery): readonly ResourceType[];
  /** Called after each change with all rows; returns how to stop being called. */
  onChange(listener: (types: readonly ResourceType[]) => void): () => void;
  /** Asks now. Rejects where the server does not answer; what was known stays. */
  refresh(): Promise<void>;
  stop(): Promise<void>;
}

export interface DiscoveryOptions {
  readonly client: KubeClient;
  /** Without a reason to ask earlier. Default 5 min. */
  readonly refreshEveryMs?: number;
  /** The same while the kinds that announce changes cannot be watched. Default 30 s. */
  readonly unwatchedRefreshEveryMs?: number;
  /** After a change of a CustomResourceDefinition or an APIService, until the answer differs. */
  readonly settleDelaysMs?: readonly number[];
  /** A refresh in the background failed: it is tried again. */
  readonly onError?: (error: unknown) => void;
}

/** The kinds whose objects decide what is served. */
const announcers: readonly ResourceType[] = [
  {
    group: "apiextensions.k8s.io",
    version: "v1",
    kind: "CustomResourceDefinition",
    resource: "customresourcedefinitions",
    namespaced: false,
    verbs: ["list", "watch"],
    preferred: true,
  },
  {
    group: "apiregistration.k8s.io",
    version: "v1",
    kind: "APIService",
    resource: "apiservices",
    namespaced: false,
    verbs: ["list", "watch"],
    preferred: true,
  },
];

/** The server shows a change a moment after the object that brings it, so it is asked more than once. */
const defaultSettleDelaysMs = [150, 500, 1000, 3000];

const firstAnswerRetryMs = 2_000;

/** Starts to ask at once and goes on until `stop`; await `refresh()` for the first answer. */
export function createDiscovery(options: DiscoveryOptions): Discovery {
  const { client } = options;
  const settleDelaysMs = options.settleDelaysMs ?? defaultSettleDelaysMs;
  const stopping = new AbortController();
  const { signal } = stopping;
  const pauses = createPauses(signal);
  const listeners = new Set<(types: readonly ResourceType[]) => void>();
  let table: ResourceTable = emptyTable;
  let text = tableText(emptyTable);
  let last: Promise<void> = Promise.resolve();
  let queued: Promise<void> | undefined;
  /** Counts announced changes; a settled count needs no more questions. */
  let announced = 0;

  const ask = async (): Promise<void> => {
    const next = buildTable(await fetchServed(client, signal), table);
    const nextText = tableText(next);
    if (nextText === text) return;
    table = next;
    text = nextText;
    for (const listener of listeners) listener(next.types);
  };

  const refresh = (): Promise<void> => {
    if (queued !== undefined) return queued;
    const run = (async (): Promise<void> => {
      // An answer under way may be older than the reason to ask: it is waited for, then asked again.
      await last;
      queued = undefined;
      await ask();
    })();
    queued = run;
    last = run.catch(() => {});
    return run;
  };

  const quietRefresh = async (): Promise<void> => {
    await refresh().catch((error: unknown) => {
      if (!signal.aborted) options.onError?.(error);
    });
  };

  const announce = (): void => {
    announced += 1;
    pauses.wake();
  };

  const sources: readonly Source[] = announcers.map((type) =>
    openSource({
      client,
      selection: { type, metadataOnly: true },
      handlers: {
        onListStart: () => {},
        onPage: () => Promise.resolve(),
        onEvent: () => Promise.resolve(announce()),
        onSynced: (epoch) => Promise.resolve(epoch > 1 ? announce() : undefined),
        onState: () => {},
      },
    }),
  );

  /** Asks after each delay until the answer differs or another change is announced. */
  const settle = async (seen: number): Promise<void> => {
    const before = text;
    for (const delayMs of settleDelaysMs) {
      await pauses.pause(delayMs);
      await quietRefresh();
      if (announced !== seen || (text !== before && table.stale.length === 0)) return;
    }
  };

  const idleMs = (): number => {
    if (table === emptyTable) return firstAnswerRetryMs;
    const isWatched = sources.every((source) => source.state().kind === "live");
    return isWatched ? (options.refreshEveryMs ?? 300_000) : (options.unwatchedRefreshEveryMs ?? 30_000);
  };

  const loop = async (): Promise<void> => {
    await quietRefresh();
    for (let settled = 0; ;) {
      if (announced === settled) {
        await pauses.pause(idleMs());
        if (announced === settled) await quietRefresh();
      } else {
        settled = announced;
        await settle(settled);
      }
    }
  };
  const looping = loop().catch((error: unknown) => {
    if (!signal.aborted) throw error;
  });

  return {
    types: () => table.types,
    stale: () => table.stale,
    resolve: (query) => table.types.filter((type) => matchesQuery(type, query)),
    onChange: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    refresh,
    stop: async () => {
      stopping.abort(new Error("discovery was stopped"));
      await Promise.all([looping, ...sources.map((source) => source.stop())]);
    },
  };
}

function matchesQuery(type: ResourceType, query: TypeQuery): boolean {
  return (
    (query.group === undefined || type.group === query.group) &&
    (query.version === undefined ? type.preferred : type.version === query.version) &&
    (query.kind === undefined || type.kind === query.kind) &&
    (query.resource === undefined || type.resource === query.resource)
  );
}
