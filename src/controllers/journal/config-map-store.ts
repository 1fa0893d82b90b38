import { decodeMeta } from "#api/meta/object-meta.ts";
import type { KubeObject } from "#api/meta/object-meta.ts";
import type { ResourceType } from "#api/meta/resource-type.ts";
import { parseUtc } from "#engine/cleanup/cleanup-options.ts";
import { causeText } from "#engine/cleanup/journal/journal-entry.ts";
import { JournalFailure } from "#engine/cleanup/journal/journal-failure.ts";
import { journalDataKey, journalNames, labelText } from "#engine/cleanup/journal/journal-names.ts";
import { planRoom } from "#engine/cleanup/journal/plan-room.ts";
import type { JournalBounds, JournalSegment } from "#engine/cleanup/journal/plan-room.ts";
import { isConflict, isForbidden, isNotFound, WriteFenced } from "#kube/client/api-error.ts";
import type { KubeClient } from "#kube/client/kube-client.ts";
import { fetchPages } from "#kube/list-watch/fetch-pages.ts";
import { compressLines } from "./compress-lines.ts";
import type { JournalBatch, JournalStore } from "./journal-store.ts";

export interface ConfigMapStoreOptions extends JournalBounds {
  readonly client: Pick<KubeClient, "listPage" | "create" | "update" | "delete">;
  readonly namespace: string;
  /** UTC, whole seconds. */
  readonly time: () => string;
  /** Makes names unique across processes: lower-case letters and digits. */
  readonly uniqueText: () => string;
  /** A ConfigMap is not written to any more once its data has this size. Default 64 KiB. */
  readonly chunkBytes?: number;
}

/** A ConfigMap that the next batch of its run may be added to. */
interface Chunk {
  readonly name: string;
  readonly since: string;
  resourceVersion: string;
  content: Buffer;
  entries: number;
}

/** What a ConfigMap may hold is a little more. */
const maxChunkBytes = 900 * 1024;
const maxOpenChunks = 16;
const pageSize = 500;

const configMaps: ResourceType = {
  group: "",
  version: "v1",
  kind: "ConfigMap",
  resource: "configmaps",
  namespaced: true,
  preferred: true,
  verbs: ["create", "delete", "list", "update"],
};

/**
 * A journal in ConfigMaps of one namespace. The entries of a run are compressed and added to a ConfigMap of that run until
 * it is large enough; what was there before this process started is only counted, and removed when its time is over.
 */
export function createConfigMapStore(options: ConfigMapStoreOptions): JournalStore {
  const { client, namespace, chunkBytes = 64 * 1024 } = options;
  let segments: Map<string, JournalSegment> | undefined;
  let bytes = 0;
  /** By run, the one used last at the end. */
  const chunks = new Map<string, Chunk>();
  const measure = (): void => {
    bytes = [...(segments?.values() ?? [])].reduce((sum, segment) => sum + segment.bytes, 0);
  };

  const known = async (): Promise<Map<string, JournalSegment>> => {
    if (segments !== undefined) return segments;
    const found = new Map<string, JournalSegment>();
    const selection = {
      type: configMaps,
      namespace,
      labelSelector: `${journalNames.marker}=true`,
      metadataOnly: true,
    };
    await fetchPages(
      client,
      selection,
      (objects) => {
        for (const segment of objects.flatMap(segmentOf)) found.set(segment.id, segment);
        return Promise.resolve();
      },
      { pageSize },
    );
    segments = found;
    measure();
    return found;
  };

  const makeRoom = async (neededBytes: number): Promise<boolean> => {
    const all = await known();
    const nowMs = parseUtc(options.time()) ?? 0;
    const { remove, fits } = planRoom([...all.values()], neededBytes, options, nowMs);
    for (const id of remove) {
      await client.delete(configMaps, { namespace, name: id }).catch((error: unknown) => {
        if (!isNotFound(error)) throw error;
      });
      all.delete(id);
      for (const [key, { name }] of chunks) if (name === id) chunks.delete(key);
    }
    measure();
    return fits;
  };

  const bodyOf = (batch: JournalBatch, chunk: Omit<Chunk, "resourceVersion">): object => ({
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: {
      name: chunk.name,
      namespace,
      labels: {
        "app.kubernetes.io/part-of": "rearguard",
        [journalNames.marker]: "true",
        [journalNames.policy]: labelText(causeText(batch.cause).replaceAll("/", ".")),
        [journalNames.run]: labelText(batch.run),
      },
      annotations: {
        [journalNames.policy]: causeText(batch.cause),
        [journalNames.run]: batch.run,
        [journalNames.since]: chunk.since,
        [journalNames.until]: options.time(),
        [journalNames.entries]: String(chunk.entries),
        [journalNames.bytes]: String(chunk.content.length),
      },
    },
    binaryData: { [journalDataKey]: chunk.content.toString("base64") },
  });

  const begin = async (batch: JournalBatch, content: Buffer): Promise<Chunk> => {
    const chunk = {
      name: `rearguard-journal-${options.uniqueText()}`,
      since: options.time(),
      content,
      entries: batch.lines.length,
    };
    const made = await client.create(configMaps, namespace, bodyOf(batch, chunk));
    return { ...chunk, resourceVersion: made.metadata.resourceVersion };
  };

  /** Undefined where the ConfigMap is not as it was left: then another one is begun. */
  const extend = async (chunk: Chunk, batch: JournalBatch, content: Buffer): Promise<Chunk | undefined> => {
    const longer = {
      ...chunk,
      content: Buffer.concat([chunk.content, content]),
      entries: chunk.entries + batch.lines.length,
    };
    const body = bodyOf(batch, longer) as { readonly metadata: object };
    const metadata = { ...body.metadata, resourceVersion: chunk.resourceVersion };
    try {
      const key = { namespace, name: chunk.name };
      const made = await client.update(configMaps, key, { ...body, metadata });
      return { ...longer, resourceVersion: made.metadata.resourceVersion };
    } catch (error) {
      if (isConflict(error) || isNotFound(error)) return undefined;
      throw error;
    }
  };

  const write = async (batch: JournalBatch, content: Buffer): Promise<void> => {
    if (!(await makeRoom(content.length))) {
      throw new JournalFailure(
        "full",
        `the ConfigMaps in ${namespace} may hold ${options.maxBytes} bytes, and none is older than the retention`,
      );
    }
    const key = JSON.stringify([batch.cause, batch.run]);
    const open = chunks.get(key);
    // Only what has just been written for certain is written to again.
    chunks.delete(key);
    const extended = open === undefined ? undefined : await extend(open, batch, content);
    const chunk = extended ?? (await begin(batch, content));
    const { name } = chunk;
    const untilMs = parseUtc(options.time()) ?? 0;
    segments?.set(name, { id: name, bytes: chunk.content.length, untilMs });
    measure();
    if (chunk.content.length < chunkBytes) chunks.set(key, chunk);
    for (const oldest of chunks.keys()) {
      if (chunks.size <= maxOpenChunks) break;
      chunks.delete(oldest);
    }
  };

  const act = async (what: () => Promise<void>): Promise<void> => {
    try {
      await what();
    } catch (error) {
      // What is there is looked at again: somebody may have tidied up.
      segments = undefined;
      throw failureOf(namespace, error);
    }
  };

  return {
    async append(batch) {
      const content = await compressLines(batch.lines);
      if (content.length > maxChunkBytes) {
        throw new JournalFailure(
          "too large",
          `${content.length} compressed bytes do not fit into a ConfigMap; keep the journal on a volume`,
        );
      }
      await act(() => write(batch, content));
    },
    prune: () =>
      act(async () => {
        await makeRoom(0);
      }),
    get bytes() {
      return bytes;
    },
    close: () => Promise.resolve(),
  };
}

/** A ConfigMap whose annotations cannot be read counts, and never goes: somebody wrote into it. */
function segmentOf(object: KubeObject): readonly JournalSegment[] {
  const meta = decodeMeta(object);
  if (meta === undefined) return [];
  const { annotations, name } = meta;
  const bytes = Number(annotations[journalNames.bytes] ?? "");
  const untilMs = parseUtc(annotations[journalNames.until] ?? "");
  return [
    {
      id: name,
      bytes: Number.isSafeInteger(bytes) ? bytes : maxChunkBytes,
      untilMs: untilMs ?? Number.POSITIVE_INFINITY,
    },
  ];
}

function failureOf(namespace: string, error: unknown): Error {
  if (error instanceof JournalFailure || error instanceof WriteFenced) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new JournalFailure(
    isForbidden(error) ? "forbidden" : "unavailable",
    `ConfigMaps in ${namespace} cannot be written: ${message}`,
    { cause: error },
  );
}
