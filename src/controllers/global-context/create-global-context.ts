import { decodeGlobalContextEntry } from "#api/kyverno/global-context-entry.ts";
import type { GlobalContextEntry } from "#api/kyverno/global-context-entry.ts";
import type { KubeObject } from "#api/meta/object-meta.ts";
import type { Clock, Timer } from "#controllers/runtime/clock.ts";
import { pause } from "#controllers/runtime/clock.ts";
import type { ContextAnswer, ContextRequest, PermissionScope } from "#engine/context/context-source.ts";
import type { Json } from "#engine/values/json.ts";
import type { SourceHandlers } from "#kube/list-watch/source.ts";
import { stringifyJson } from "#kube/client/json.ts";
import type { EntryFeed } from "./entry-feed.ts";
import { compileProjections } from "#engine/context/entry-projections.ts";
import { createKeptEntry } from "./kept-entry.ts";
import type { EntryStanding, KeptEntry } from "./kept-entry.ts";
import { failedFeed } from "./open-feed.ts";
import type { OpenFeed } from "./open-feed.ts";

/** A question for an entry, or for one of its projections. */
export type GlobalRequest = Extract<ContextRequest, { kind: "globalReference" }>;

export interface GlobalContextDeps {
  readonly openFeed: OpenFeed;
  readonly hash: (value: Json) => string;
  /** False while the API server serves no GlobalContextEntries: then there are none. */
  readonly isServed: () => boolean;
  /** Verdicts that read the entry may have changed; `names` are those of projections, the empty text is the whole. */
  readonly onChanged: (entry: string, names: ReadonlySet<string> | "all") => void;
  /** How the entry stands is not what it was. */
  readonly onStanding: (entry: StandingEntry) => void;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** An entry that is kept, for its status. */
export interface StandingEntry {
  readonly name: string;
  readonly uid: string;
  readonly standing: EntryStanding;
}

/** The data that policies share by the names of GlobalContextEntries. */
export interface GlobalContext {
  /** The handlers of the source of GlobalContextEntries. */
  readonly handlers: SourceHandlers;
  lookUp(request: GlobalRequest, scope: PermissionScope): ContextAnswer;
  /** Resolves when the entry has an answer other than that it is being read; that is never far off. */
  settle(request: GlobalRequest, scope: PermissionScope): Promise<void>;
  standingOf(name: string): StandingEntry | undefined;
  names(): Iterable<string>;
  /** Kinds or rights are not what they were: what could not be read is tried again. */
  retry(): void;
  stop(): Promise<void>;
}

interface Held {
  readonly uid: string;
  readonly spec: string;
  readonly kept: KeptEntry;
  epoch: number;
  /** Someone was given an answer, so that a change of it has to be told. */
  isAnswered: boolean;
  /** It was waited for long enough. */
  isOverdue: boolean;
  timer: Timer | undefined;
  toldMs: number;
  /** The standing that was told last. */
  stood: { readonly text: string; readonly refreshedMs: number };
}

/** Changes of an entry that come together are told together, and never more often than this. */
const settleMs = 100;
const minBetweenMs = 1_000;
/** How long a verdict waits for data that are being read. */
const waitMs = 10_000;
/** Each entry costs a watch or a call from time to time. */
const maxEntries = 200;
/** Names that were asked for and did not exist: as many are remembered as deserve it. */
const maxMissing = 1_000;
/** Refreshes may be a second apart; that there was one is told no more often than this. */
const minRefreshMs = 60_000;

export function createGlobalContext(deps: GlobalContextDeps): GlobalContext {
  const { clock, signal } = deps;
  const entries = new Map<string, Held>();
  const missing = new Set<string>();
  const ending = new Set<Promise<void>>();
  let unreadable: string | undefined;
  let isListed = false;
  let isOverdue = false;
  let news = Promise.withResolvers<void>();

  const wake = (): void => {
    news.resolve();
    news = Promise.withResolvers<void>();
  };
  const noteStanding = (name: string, held: Held): void => {
    const standing = held.kept.standing();
    const text = standing.kind === "failed" ? `failed ${standing.message}` : standing.kind;
    const refreshedMs = standing.kind === "ready" ? standing.refreshedMs : 0;
    if (text === held.stood.text && refreshedMs - held.stood.refreshedMs < minRefreshMs) return;
    held.stood = { text, refreshedMs };
    deps.onStanding({ name, uid: held.uid, standing });
  };
  const tell = (name: string, held: Held): void => {
    held.timer = undefined;
    held.toldMs = clock.monotonicMs();
    noteStanding(name, held);
    const names = held.kept.takeChanges();
    if (held.isAnswered && (names === "all" || names.size > 0)) deps.onChanged(name, names);
  };
  const noteChange = (name: string, held: Held): void => {
    wake();
    if (held.timer !== undefined) return;
    const sinceMs = clock.monotonicMs() - held.toldMs;
    const delayMs = Math.max(settleMs, minBetweenMs - sinceMs);
    held.timer = clock.setTimer(delayMs, () => tell(name, held), { background: true });
  };
  const end = ({ kept, timer }: Held): void => {
    timer?.cancel();
    const stopping = kept.stop();
    ending.add(stopping);
    void stopping.finally(() => ending.delete(stopping));
  };

  const feedOf = (entry: GlobalContextEntry, onChange: () => void): EntryFeed =>
    entries.size < maxEntries
      ? deps.openFeed(entry, onChange)
      : failedFeed(`there are more than ${maxEntries} entries, and no more are kept`);

  const keep = (object: KubeObject, onChange: () => void): KeptEntry => {
    const { name } = object.metadata;
    const options = { hash: deps.hash, now: () => clock.now() };
    const without = (reason: string): KeptEntry =>
      createKeptEntry({ name, isCall: false }, { feed: failedFeed(reason), projections: [], ...options });
    const decoded = decodeGlobalContextEntry(object);
    if (!decoded.ok) {
      const problems = decoded.problems.map(({ path, message }) => `${path}: ${message}`);
      return without(`it cannot be read: ${problems.join("; ")}`);
    }
    const projections = compileProjections(decoded.value);
    if ("message" in projections) return without(projections.message);
    const isCall = decoded.value.spec.apiCall !== undefined;
    return createKeptEntry(
      { name, isCall },
      { feed: feedOf(decoded.value, onChange), projections, ...options },
    );
  };

  const take = (object: KubeObject, epoch: number): void => {
    const { name, uid } = object.metadata;
    const before = entries.get(name);
    const spec = stringifyJson(object["spec"] ?? null);
    if (before?.uid === uid && before.spec === spec) {
      before.epoch = epoch;
      return;
    }
    if (before !== undefined) end(before);
    entries.delete(name);
    const wasAsked = missing.delete(name);
    // A feed may have news while it is being made: those are told below.
    const kept = keep(object, () => {
      const current = entries.get(name);
      if (current !== undefined && current.kept === kept) noteChange(name, current);
    });
    const held: Held = {
      uid,
      spec,
      kept,
      epoch,
      isAnswered: wasAsked || before?.isAnswered === true,
      isOverdue: false,
      timer: undefined,
      toldMs: Number.NEGATIVE_INFINITY,
      stood: { text: "", refreshedMs: 0 },
    };
    entries.set(name, held);
    noteChange(name, held);
  };
  const remove = (name: string): void => {
    const held = entries.get(name);
    if (held === undefined) return;
    entries.delete(name);
    end(held);
    wake();
    if (held.isAnswered) deps.onChanged(name, "all");
  };

  /** From the first answer on changes have to be told, and this answer is none. */
  const noteAnswer = (held: Held): void => {
    if (held.isAnswered) return;
    held.isAnswered = true;
    held.kept.takeChanges();
  };

  const answer = ({ entry, projection = "" }: GlobalRequest): ContextAnswer => {
    const held = entries.get(entry);
    if (held !== undefined) {
      const found = held.kept.lookUp(projection);
      if (found.kind === "pending" && !held.isOverdue) return found;
      noteAnswer(held);
      if (found.kind !== "pending") return found;
      return { kind: "failed", message: `global context entry ${entry}: it is still being read` };
    }
    if (deps.isServed() && !isListed) {
      if (!isOverdue && unreadable === undefined) return { kind: "pending" };
      remember(entry);
      const reason = unreadable ?? "they are still being read";
      return {
        kind: "failed",
        message: `failed to fetch entry key=${entry}: GlobalContextEntries: ${reason}`,
      };
    }
    remember(entry);
    return { kind: "failed", message: `failed to fetch entry key=${entry}`, status: 404 };
  };
  const remember = (name: string): void => {
    if (missing.size < maxMissing) missing.add(name);
  };
  /** A tenant's policy must not see data of the whole cluster. */
  const refusal = ({ entry }: GlobalRequest, { policyNamespace }: PermissionScope): string | undefined =>
    policyNamespace === undefined
      ? undefined
      : `global context entry ${entry}: its data are of the whole cluster, and closed to a Policy of a namespace`;

  const lookUp: GlobalContext["lookUp"] = (request, scope) => {
    const message = refusal(request, scope);
    return message === undefined ? answer(request) : { kind: "failed", message };
  };

  return {
    lookUp,
    async settle(request, scope) {
      if (lookUp(request, scope).kind !== "pending") return;
      const done = new AbortController();
      const late = pause(clock, waitMs, AbortSignal.any([signal, done.signal])).then(() => "late" as const);
      while (!signal.aborted && lookUp(request, scope).kind === "pending") {
        if ((await Promise.race([news.promise, late])) !== "late") continue;
        const held = entries.get(request.entry);
        if (held === undefined) isOverdue = true;
        else held.isOverdue = true;
      }
      done.abort();
    },
    standingOf(name) {
      const held = entries.get(name);
      return held && { name, uid: held.uid, standing: held.kept.standing() };
    },
    names: () => entries.keys(),
    retry() {
      for (const { kept } of entries.values()) kept.retry();
    },
    handlers: {
      onListStart: () => {},
      onPage: (objects, page) => {
        for (const object of objects) if (!page.superseded(object.metadata.uid)) take(object, page.epoch);
        return Promise.resolve();
      },
      onEvent: (type, object, epoch) => {
        const { name, uid } = object.metadata;
        if (type !== "DELETED") take(object, epoch);
        // Another entry of that name may be there already.
        else if (entries.get(name)?.uid === uid) remove(name);
        return Promise.resolve();
      },
      onSynced: (epoch) => {
        for (const [name, held] of entries) if (held.epoch < epoch) remove(name);
        isListed = true;
        wake();
        return Promise.resolve();
      },
      onState: (state) => {
        unreadable = state.kind === "degraded" ? state.reason : undefined;
        if (state.kind === "degraded") wake();
      },
    },
    async stop() {
      for (const held of entries.values()) end(held);
      entries.clear();
      wake();
      await Promise.all(ending);
    },
  };
}
