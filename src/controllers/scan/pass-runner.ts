import type PQueue from "p-queue";
import type { KubeObject } from "#api/meta/object-meta.ts";
import type { ResourceType } from "#api/meta/resource-type.ts";
import type { Clock, Timer } from "#controllers/runtime/clock.ts";
import type { ContextEpoch } from "./context-epoch.ts";
import type { KindScan } from "./kind-scan.ts";
import { joinPasses } from "./pass-request.ts";
import type { NamespaceFilter, PassRequest } from "./pass-request.ts";
import type { ScanObserver } from "./ports.ts";

/** Lists a kind in pages; `handle` is awaited before the next page is asked for. */
export type ListPages = (
  type: ResourceType,
  options: {
    readonly namespace?: string;
    /** Awaited before each page but the first. */
    readonly pace?: () => Promise<void>;
    readonly signal: AbortSignal;
  },
  handle: (objects: readonly KubeObject[]) => Promise<void>,
  /** Called before the first page is asked for. The pages after it show no later state, so this is their age. */
  onListStart: () => void,
) => Promise<void>;

export interface PassRunnerDeps {
  readonly listPages: ListPages;
  readonly newEpoch: () => ContextEpoch;
  readonly clock: Clock;
  readonly observer: Pick<ScanObserver, "passFinished" | "passFailed">;
  /** Where a pass waits for its turn: it bounds those that go on at once. */
  readonly laneOf: (request: PassRequest) => PQueue;
  readonly retryDelayMs: (failures: number) => number;
}

/** Runs the passes of one kind, one at a time; a waiting pass takes new requests in. */
export interface PassRunner {
  request(request: PassRequest): void;
  /** The kind has been listed: what waited for that begins. */
  resume(): void;
  /** True while a pass waits or runs. */
  busy(): boolean;
}

/** What a pass needs of a kind. */
export type PassedKind = Pick<KindScan, "type" | "table" | "synced" | "signal" | "judgeListed">;

/** Lists objects and judges them by what `request` names, under one epoch of external data. */
export async function judgeByPass(
  scan: PassedKind,
  request: Pick<PassRequest, "policies" | "namespaces">,
  deps: Pick<PassRunnerDeps, "listPages" | "newEpoch"> & { readonly pace?: () => Promise<void> },
): Promise<void> {
  const epoch = deps.newEpoch();
  for (const place of placesOf(request.namespaces)) {
    let since = scan.table.changeNumber;
    await deps.listPages(
      scan.type,
      { ...place, signal: scan.signal, ...(deps.pace === undefined ? {} : { pace: deps.pace }) },
      (objects) => scan.judgeListed(objects, request.policies, epoch, since),
      () => {
        since = scan.table.changeNumber;
      },
    );
  }
}

function placesOf(namespaces: NamespaceFilter): readonly { readonly namespace?: string }[] {
  return namespaces === undefined ? [{}] : [...namespaces].map((namespace) => ({ namespace }));
}

export function createPassRunner(scan: PassedKind, deps: PassRunnerDeps): PassRunner {
  const { clock, observer } = deps;
  let waiting: PassRequest | undefined;
  let running = false;
  let retry: Timer | undefined;
  let failures = 0;

  const run = async (request: PassRequest): Promise<void> => {
    const startedMs = clock.monotonicMs();
    try {
      await judgeByPass(scan, request, deps);
      failures = 0;
      const seconds = (clock.monotonicMs() - startedMs) / 1000;
      observer.passFinished(scan.type, { reason: request.reason, seconds });
    } catch (error) {
      if (scan.signal.aborted) return;
      failures += 1;
      waiting = joinPasses(waiting, request);
      const onDue = (): void => {
        retry = undefined;
        kick();
      };
      retry = clock.setTimer(deps.retryDelayMs(failures), onDue, { background: true });
      observer.passFailed(scan.type, error);
    }
  };

  /** What waits is taken only now, so that requests made while other kinds had their turn are in it. */
  const takeTurn = async (): Promise<void> => {
    const request = waiting;
    waiting = undefined;
    try {
      if (request !== undefined && !scan.signal.aborted) await run(request);
    } finally {
      running = false;
      kick();
    }
  };

  const kick = (): void => {
    const mayRun = !running && retry === undefined && scan.synced && !scan.signal.aborted;
    if (!mayRun || waiting === undefined) return;
    running = true;
    void deps.laneOf(waiting).add(takeTurn);
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
