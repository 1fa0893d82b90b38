import PQueue from "p-queue";
import { decodeMeta } from "#api/meta/object-meta.ts";
import type { KubeObject } from "#api/meta/object-meta.ts";
import type { DeletedObject } from "#engine/cleanup/journal/journal-entry.ts";
import { protectionOf } from "#engine/cleanup/protection.ts";
import type { ProtectedMetadata } from "#engine/cleanup/protection.ts";
import { isConflict, isNotFound } from "#kube/client/api-error.ts";
import type { KubeClient } from "#kube/client/kube-client.ts";
import type { Clock } from "#controllers/runtime/clock.ts";
import { ttlLabel } from "./ttl-object.ts";
import type { TtlEntry, TtlTable } from "./ttl-table.ts";

/** Told of each object whose time came. */
export interface ExpireObserver {
  deleted(entry: TtlEntry, latenessMs: number): void;
  /** It stays: protected, and why. */
  protected(entry: TtlEntry, reason: string): void;
  failed(entry: TtlEntry, error: unknown): void;
}

export interface ExpireOptions {
  readonly client: Pick<KubeClient, "get" | "delete">;
  readonly table: TtlTable;
  readonly clock: Clock;
  readonly ownNamespace: string;
  /** Labels and annotations of a namespace; nothing is deleted in one of which nothing is known yet. */
  readonly namespaceOf: (name: string) => Pick<ProtectedMetadata, "labels" | "annotations"> | undefined;
  /** Whether the label works where this object is; a setting says so, and it may change while the object waits. */
  readonly allows: (entry: TtlEntry) => boolean;
  /** Awaited before a delete; where it rejects nothing is deleted. Undefined where nothing is kept. */
  readonly journal?: { keep(objects: readonly DeletedObject[]): Promise<void> };
  readonly concurrency: number;
  readonly observer: ExpireObserver;
  readonly signal: AbortSignal;
}

/** What may not go is looked at again after this time: markers end, and are taken away, and settings change. */
const protectedWaitMs = 60_000;

/**
 * Deletes what is due, in bounded parallel. Only the state that was read is deleted: uid and resourceVersion are
 * preconditions, and where they fail the object is read again and its time with it.
 */
export function createExpiry(options: ExpireOptions): {
  /** Begins to delete what is due now; resolves when the deletes have ended. */
  run(): Promise<void>;
} {
  const { client, table, clock, observer, signal } = options;
  const queue = new PQueue({ concurrency: options.concurrency });

  const expire = async (entry: TtlEntry): Promise<void> => {
    const { type, namespace, name, uid, resourceVersion, propagation } = entry;
    const key = namespace === "" ? { name } : { namespace, name };
    try {
      if (!options.allows(entry)) return table.postpone(uid, clock.now() + protectedWaitMs);
      // Its marker decides, too: a namespace that has just come is known in a moment.
      if (namespace !== "" && options.namespaceOf(namespace) === undefined)
        return table.retry(uid, clock.now());
      const reason = protectionNow(options, entry);
      if (reason !== undefined) {
        observer.protected(entry, reason);
        return table.postpone(uid, clock.now() + protectedWaitMs);
      }
      if (options.journal !== undefined && !(await isWrittenDown(options, options.journal, entry, key)))
        return readAgain(options, entry, key);
      signal.throwIfAborted();
      const precise = { uid, resourceVersion, signal, ...(propagation === undefined ? {} : { propagation }) };
      await client.delete(type, key, precise);
      table.forget(uid);
      observer.deleted(entry, clock.now() - entry.dueMs);
    } catch (error) {
      if (signal.aborted) return;
      if (isNotFound(error)) return table.forget(uid);
      if (isConflict(error)) return readAgain(options, entry, key);
      observer.failed(entry, error);
      table.retry(uid, clock.now());
    }
  };

  return {
    async run() {
      // A moment later, so that what is due at this very time is strictly past it.
      for (const entry of table.takeDue(clock.now() + 1, Number.POSITIVE_INFINITY))
        void queue.add(() => expire(entry));
      await queue.onIdle();
    },
  };
}

type Key = { readonly namespace?: string; readonly name: string };

/** Why the object stays; undefined where it may go. */
function protectionNow(
  { clock, ownNamespace, namespaceOf }: ExpireOptions,
  entry: TtlEntry,
): string | undefined {
  const { type, name, namespace, marker } = entry;
  const facts = namespaceOf(namespace);
  return protectionOf(
    {
      group: type.group,
      kind: type.kind,
      metadata: { name, ...(namespace === "" ? {} : { namespace }), ...marker },
    },
    {
      ownNamespace,
      // The label on the object itself names it, as plainly as can be.
      namesKind: true,
      namesNamespace: () => true,
      nowMs: clock.now(),
      ...(facts === undefined ? {} : { namespaceMetadata: facts }),
    },
  );
}

/** Reads the object once and writes it down. False where it is not the one any more that was judged. */
async function isWrittenDown(
  { client, signal }: ExpireOptions,
  journal: NonNullable<ExpireOptions["journal"]>,
  { type, uid, resourceVersion, dueMs }: TtlEntry,
  key: Key,
): Promise<boolean> {
  const object: KubeObject = await client.get(type, key, { signal });
  const { metadata } = object;
  if (metadata.uid !== uid || metadata.resourceVersion !== resourceVersion) return false;
  const due = new Date(Math.floor(dueMs / 1000) * 1000).toISOString().replace(".000Z", "Z");
  await journal.keep([
    { type, object, cause: { kind: "Label", name: ttlLabel }, run: due, reason: "its time to live was over" },
  ]);
  return true;
}

async function readAgain(
  { client, table, clock, observer, signal }: ExpireOptions,
  entry: TtlEntry,
  key: Key,
): Promise<void> {
  try {
    const meta = decodeMeta(await client.get(entry.type, key, { metadataOnly: true, signal }));
    if (meta?.uid !== entry.uid) table.forget(entry.uid);
    else {
      table.note(entry.type, meta);
      table.retry(entry.uid, clock.now());
    }
  } catch (error) {
    if (signal.aborted) return;
    if (isNotFound(error)) return table.forget(entry.uid);
    observer.failed(entry, error);
    table.retry(entry.uid, clock.now());
  }
}
