import { hash as digest } from "node:crypto";
import type { ResourceType } from "#api/meta/resource-type.ts";
import { createGlobalContext } from "#controllers/global-context/create-global-context.ts";
import type { StandingEntry } from "#controllers/global-context/create-global-context.ts";
import { createFeedOpener } from "#controllers/global-context/open-feed.ts";
import { createReconcileEntryStatus } from "#controllers/global-context/reconcile-entry-status.ts";
import type { StatusOwnership } from "#controllers/policy-status/status-owner.ts";
import { createBackoff } from "#controllers/runtime/backoff.ts";
import { systemClock } from "#controllers/runtime/clock.ts";
import { runReconcileLoop } from "#controllers/runtime/reconcile-loop.ts";
import { createWorkQueue } from "#controllers/runtime/work-queue.ts";
import type { GlobalEntryPort, LoadContext } from "#controllers/scan/context-epoch.ts";
import { createSeenHash } from "#controllers/scan/seen-hash.ts";
import { stringifyJson } from "#kube/client/json.ts";
import type { EventRecorder } from "#kube/events/event-recorder.ts";
import type { Source } from "#kube/list-watch/source.ts";
import type { PartContext } from "./part.ts";

/** A status that flickers is written once. */
const settleMs = 500;

export interface GlobalContextPart extends GlobalEntryPort {
  /** Reads entries as soon as they are served; what could not be read is tried again. */
  typesChanged(): void;
  /** Rights are not what they were. */
  retry(): void;
  stop(): Promise<void>;
}

/** Keeps the data of GlobalContextEntries and writes how they stand. */
export function startGlobalContext(
  context: PartContext,
  deps: {
    readonly load: LoadContext;
    readonly hashKey: string;
    readonly ownership: () => Promise<StatusOwnership>;
    readonly recorder: EventRecorder;
    /** An entry cannot be read: it may be for lack of rights, so that changes of rights matter from now on. */
    readonly onFailed: () => void;
    readonly onChanged: (entry: string, names: ReadonlySet<string> | "all") => void;
  },
): GlobalContextPart {
  const { client, discovery, startSettings, log, signal } = context;
  const clock = systemClock;
  const random = Math.random;
  const entryType = (): ResourceType | undefined =>
    discovery
      .types()
      .find(
        ({ group, kind, preferred }) => group === "kyverno.io" && kind === "GlobalContextEntry" && preferred,
      );
  const seenHash = createSeenHash(deps.hashKey);
  const hash = (value: unknown): string =>
    digest("sha256", `${deps.hashKey}${stringifyJson(value)}`, "base64");
  const queue = createWorkQueue<string>({ clock, backoff: createBackoff({ random }) });

  const noteStanding = (entry: StandingEntry): void => {
    queue.add(entry.name, { afterMs: settleMs });
    if (entry.standing.kind !== "failed") return;
    log.warn("global context entry has no data", { entry: entry.name, reason: entry.standing.message });
    deps.onFailed();
    tellFailure(entry, entry.standing.message, deps.recorder);
  };
  const entries = createGlobalContext({
    openFeed: createFeedOpener({
      open: context.openSource,
      types: () => discovery.types(),
      hashObject: (object) => seenHash(object, true),
      // As through calls of policies: what we log in with is nobody's data.
      isWithheld: ({ group, resource }, { metadata }) =>
        group === "" && resource === "secrets" && metadata["namespace"] === startSettings.namespace,
      hash,
      load: (request, policyName) => deps.load(request, { policyKind: "GlobalContextEntry", policyName }),
      clock,
      random,
      limits: {
        maxEntryBytes: startSettings.maxGlobalContextEntrySize,
        maxTotalBytes: startSettings.maxGlobalContextSize,
      },
    }),
    hash,
    isServed: () => entryType() !== undefined,
    onChanged: deps.onChanged,
    onStanding: noteStanding,
    clock,
    signal,
  });

  const reconcile = createReconcileEntryStatus({
    client,
    clock,
    type: entryType,
    ownership: deps.ownership,
    standingOf: (name) => entries.standingOf(name),
  });
  const loop = runReconcileLoop({
    queue,
    reconcile: (name, { signal: ending }) => reconcile(name, ending),
    workers: 1,
    clock,
    log,
    signal,
  });

  let source: Source | undefined;
  const open = (): void => {
    const type = entryType();
    if (type !== undefined) source ??= context.openSource({ type }, entries.handlers);
  };
  open();
  return {
    lookUp: (request, scope) => entries.lookUp(request, scope),
    settle: (request, scope) => entries.settle(request, scope),
    typesChanged() {
      open();
      entries.retry();
    },
    retry: () => entries.retry(),
    async stop() {
      await Promise.all([source?.stop(), entries.stop(), loop]);
    },
  };
}

function tellFailure({ name, uid }: StandingEntry, note: string, recorder: EventRecorder): void {
  const reference = { apiVersion: "kyverno.io/v2beta1", kind: "GlobalContextEntry", name, uid };
  recorder.record({
    policy: reference,
    namespace: "",
    events: [
      {
        controller: "globalcontext-controller",
        regarding: reference,
        reason: "PolicyError",
        action: "Retrying",
        note,
      },
    ],
  });
}
