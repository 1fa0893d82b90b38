import type { ExternalApiCall } from "#api/kyverno/global-context-entry.ts";
import { pause } from "#controllers/runtime/clock.ts";
import type { Clock } from "#controllers/runtime/clock.ts";
import { requestOfCall } from "#engine/context/api-call-entry.ts";
import type { ContextAnswer, ContextRequest } from "#engine/context/context-source.ts";
import { QueryError } from "#engine/errors.ts";
import { parseDuration } from "#engine/values/duration.ts";
import type { Json } from "#engine/values/json.ts";
import { approximateBytes } from "./approximate-bytes.ts";
import type { EntryFeed, FeedState, SharedBytes } from "./entry-feed.ts";

export interface CallFeedDeps {
  /** Makes the call, under the authority of the entry. Rejects only for bugs. */
  readonly load: (request: ContextRequest) => Promise<ContextAnswer>;
  readonly maxBytes: number;
  readonly shared: SharedBytes;
  readonly hash: (value: Json) => string;
  readonly clock: Clock;
  /** A number in [0, 1). */
  readonly random: () => number;
  readonly onChange: () => void;
}

const defaultIntervalMs = 600_000;
/** Nobody needs an answer more often, and a service might not bear it. */
const minIntervalMs = 1_000;
/** Between the tries of one refresh: each five times the one before, as Kyverno's. */
const firstRetryMs = 10;
const maxRetryMs = 10_000;
/** Between refreshes while they fail: doubled each time, never longer than the interval. */
const firstFailureMs = 1_000;
const maxFailureMs = 300_000;
const defaultTries = 3;
const maxTries = 10;

function intervalOf({ refreshInterval = "" }: ExternalApiCall): number {
  const nanoseconds = refreshInterval === "" ? undefined : parseDuration(refreshInterval);
  const ms = nanoseconds === undefined ? defaultIntervalMs : Number(nanoseconds / 1_000_000n);
  return ms <= 0 ? defaultIntervalMs : Math.max(minIntervalMs, ms);
}

/** The answer of a call that is made again and again. A refresh that fails leaves no data behind, only its reason. */
export function openCallFeed(entry: string, call: ExternalApiCall, deps: CallFeedDeps): EntryFeed {
  const { clock, shared, onChange } = deps;
  const intervalMs = intervalOf(call);
  const tries = Math.min(maxTries, Math.max(1, call.retryLimit ?? defaultTries));
  const stopping = new AbortController();
  const { signal } = stopping;
  let wake = new AbortController();
  let state: FeedState = { kind: "loading" };
  let value: Json = null;
  let seen: string | undefined;
  let bytes = 0;
  let version = 0;
  let failures = 0;

  const forget = (): void => {
    shared.give(bytes);
    bytes = 0;
    value = null;
    seen = undefined;
  };
  const fail = (reason: string): void => {
    if (seen !== undefined) version += 1;
    forget();
    failures += 1;
    state = { kind: "failed", reason };
    onChange();
  };
  const accept = (answer: Json): void => {
    const hash = deps.hash(answer);
    if (hash !== seen) {
      forget();
      const size = approximateBytes(answer);
      if (size > deps.maxBytes || !shared.take(size)) {
        fail("the answer takes more memory than an entry, or all together, may");
        return;
      }
      bytes = size;
      value = answer;
      seen = hash;
      version += 1;
    }
    failures = 0;
    state = { kind: "ready", refreshedMs: clock.now() };
    onChange();
  };

  const callOnce = async (request: ContextRequest): Promise<ContextAnswer> => {
    try {
      return await deps.load(request);
    } catch (error) {
      return { kind: "failed", message: String(error) };
    }
  };
  const refresh = async (): Promise<void> => {
    const request = requestOrReason(entry, call);
    if (typeof request === "string") return fail(request);
    let answer = await callOnce(request);
    for (let attempt = 1; answer.kind !== "value" && attempt < tries; attempt += 1) {
      const delayMs = Math.min(maxRetryMs, firstRetryMs * 5 ** (attempt - 1));
      await pause(clock, delayMs * (1 + deps.random() / 10), signal);
      if (signal.aborted) return;
      answer = await callOnce(request);
    }
    if (signal.aborted) return;
    if (answer.kind === "value") accept(answer.value);
    else fail(answer.kind === "failed" ? answer.message : "such calls are not made here");
  };
  const pauseMs = (): number => {
    if (failures === 0) return intervalMs;
    const backoffMs = Math.min(maxFailureMs, firstFailureMs * 2 ** Math.min(failures - 1, 20));
    return Math.min(intervalMs, backoffMs * (1 + deps.random() / 4));
  };
  const run = async (): Promise<void> => {
    while (!signal.aborted) {
      wake = new AbortController();
      await refresh();
      await pause(clock, pauseMs(), AbortSignal.any([signal, wake.signal]));
    }
  };

  const running = run();
  return {
    state: () => state,
    data: () => value,
    version: () => version,
    retry() {
      if (state.kind === "failed") wake.abort();
    },
    async stop() {
      stopping.abort();
      await running;
      forget();
    },
  };
}

/** The call as the broker takes it, or why there is none. */
function requestOrReason(entry: string, call: ExternalApiCall): ContextRequest | string {
  try {
    return requestOfCall(entry, call);
  } catch (error) {
    if (error instanceof QueryError) return error.message;
    throw error;
  }
}
