import type PQueue from "p-queue";
import type { KubeObject } from "#api/meta/object-meta.ts";
import type { ResourceType } from "#api/meta/resource-type.ts";
import type { Clock } from "#controllers/runtime/clock.ts";
import type { ContextEpoch } from "./context-epoch.ts";
import type { KindScan } from "./kind-scan.ts";
import { joinPasses } from "./pass-request.ts";
import type { PassRequest } from "./pass-request.ts";
import type { ScanObserver } from "./ports.ts";

/** Lists a kind in pages; `handle` is awaited before the next page is asked for. */
export type ListPages = (
  type: ResourceType,
  options: { readonly namespace?: string; readonly paceMs?: number; readonly signal: AbortSignal },
  handle: (objects: readonly KubeObject[]) => Promise<void>,
  /** Called before each page is asked for. */
  beforePage: () => void,
) => Promise<void>;

export interface PassRunnerDeps {
  readonly listPages: ListPages;
  readonly newEpoch: () => ContextEpoch;
  readonly clock: Clock;
  readonly observer: ScanObserver;
  /** Bounds the passes of all kinds together. */
  readonly queue: PQueue;
  readonly retryDelayMs: (failures: number) => number;
  readonly signal: AbortSignal;
}

/** Runs the passes of one kind, one at a time; a waiting pass takes new requests in. */
export interface PassRunner {
  request(request: PassRequest): void;
  /** The kind has been listed: what waited for that begins. */
  resume(): void;
  /** True while a pass waits or runs. */
  busy(): boolean;
}

export function createPassRunner(scan: KindScan, deps: PassRunnerDeps): PassRunner {
  let waiting: PassRequest | undefined;
  let running = false;
  let failures = 0;

  const list = async (request: PassRequest): Promise<void> => {
    const epoch = deps.newEpoch();
    let eventNumber = scan.table.eventNumber;
    const beforePage = (): void => {
      eventNumber = scan.table.eventNumber;
    };
    const handle = (objects: readonly KubeObject[]): Promise<void> =>
      scan.judgeListed(objects, request.policies, epoch, eventNumber);
    if (request.namespaces === undefined) {
      await deps.listPages(scan.type, { signal: deps.signal }, handle, beforePage);
      return;
    }
    for (const namespace of request.namespaces) {
      await deps.listPages(scan.type, { namespace, signal: deps.signal }, handle, beforePage);
    }
  };

  const run = async (request: PassRequest): Promise<void> => {
    const startedMs = deps.clock.monotonicMs();
    try {
      await list(request);
      failures = 0;
      deps.observer.passFinished(scan.type, {
        reason: request.reason,
        seconds: (deps.clock.monotonicMs() - startedMs) / 1000,
      });
    } catch (error) {
      if (deps.signal.aborted) return;
      deps.observer.passFailed(scan.type, error);
      failures += 1;
      waiting = waiting === undefined ? request : joinPasses(waiting, request);
      deps.clock.setTimer(deps.retryDelayMs(failures), kick, { background: true });
    }
  };

  const kick = (): void => {
    if (running || waiting === undefined || !scan.synced || deps.signal.aborted) return;
    running = true;
    void deps.queue.add(async () => {
      const request = waiting;
      waiting = undefined;
      if (request !== undefined) await run(request);
      running = false;
      if (failures === 0) kick();
    });
  };

  return {
    request(request) {
      waiting = joinPasses(waiting, request);
      kick();
    },
    resume: kick,
    busy: () => running || waiting !== undefined,
  };
}
