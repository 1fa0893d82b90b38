import { mkdir, open, readdir, stat, unlink } from "node:fs/promises";
import type { FileHandle } from "node:fs/promises";
import { join } from "node:path";
import { JournalFailure } from "#engine/cleanup/journal/journal-failure.ts";
import { journalFileSuffix } from "#engine/cleanup/journal/journal-names.ts";
import { planRoom } from "#engine/cleanup/journal/plan-room.ts";
import type { JournalBounds, JournalSegment } from "#engine/cleanup/journal/plan-room.ts";
import { compressLines } from "./compress-lines.ts";
import type { JournalStore } from "./journal-store.ts";

export interface VolumeStoreOptions extends JournalBounds {
  readonly folder: string;
  /** A file is not written to any more once it has this size. Default 8 MiB. */
  readonly segmentBytes?: number;
  readonly now: () => number;
  /** Makes names of files unique across processes. */
  readonly uniqueText: () => string;
}

interface OpenSegment {
  readonly id: string;
  readonly file: FileHandle;
  bytes: number;
}

/**
 * A journal in a folder: files that are only appended to, each append one gzip member that is on the disk (fsync) before
 * it counts. A process writes files of its own, so that what a crash cut off is the end of a file.
 */
export function createVolumeStore(options: VolumeStoreOptions): JournalStore {
  const { folder, segmentBytes = 8 * 1024 * 1024, now } = options;
  let segments: Map<string, JournalSegment> | undefined;
  let current: OpenSegment | undefined;
  let bytes = 0;

  const closeCurrent = async (): Promise<void> => {
    const closing = current;
    current = undefined;
    await closing?.file.close();
  };

  const known = async (): Promise<Map<string, JournalSegment>> => {
    if (segments !== undefined) return segments;
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const found = new Map<string, JournalSegment>();
    for (const id of await readdir(folder)) {
      if (!id.endsWith(journalFileSuffix)) continue;
      const { size, mtimeMs } = await stat(join(folder, id));
      found.set(id, { id, bytes: size, untilMs: mtimeMs });
    }
    segments = found;
    return found;
  };

  const measure = (): void => {
    bytes = [...(segments?.values() ?? [])].reduce((sum, segment) => sum + segment.bytes, 0);
  };

  const makeRoom = async (neededBytes: number): Promise<boolean> => {
    const all = await known();
    const { remove, fits } = planRoom([...all.values()], neededBytes, options, now());
    for (const id of remove) {
      if (current?.id === id) await closeCurrent();
      await unlink(join(folder, id)).catch((error: unknown) => {
        if (codeOf(error) !== "ENOENT") throw error;
      });
      all.delete(id);
    }
    measure();
    return fits;
  };

  const openSegment = async (): Promise<OpenSegment> => {
    const time = new Date(now()).toISOString().replaceAll(/[:.]/g, "-");
    const id = `${time}-${options.uniqueText()}${journalFileSuffix}`;
    const file = await open(join(folder, id), "ax", 0o600);
    current = { id, file, bytes: 0 };
    await syncFolder(folder);
    return current;
  };

  const write = async (content: Buffer): Promise<void> => {
    if (!(await makeRoom(content.length))) {
      throw new JournalFailure(
        "full",
        `${folder} may hold ${options.maxBytes} bytes, and nothing in it is older than the retention`,
      );
    }
    if (current !== undefined && current.bytes + content.length > segmentBytes) await closeCurrent();
    const segment = current ?? (await openSegment());
    await segment.file.appendFile(content);
    await segment.file.sync();
    segment.bytes += content.length;
    segments?.set(segment.id, { id: segment.id, bytes: segment.bytes, untilMs: now() });
    measure();
  };

  /** What was half written is cut off where that can be, and never written behind. */
  const giveUpCurrent = async (): Promise<void> => {
    const broken = current;
    current = undefined;
    await broken?.file.truncate(broken.bytes).catch(() => {});
    await broken?.file.close().catch(() => {});
  };

  return {
    async append({ lines }) {
      const content = await compressLines(lines);
      try {
        await write(content);
      } catch (error) {
        if (!(error instanceof JournalFailure)) await giveUpCurrent();
        // What is there is looked at again: somebody may have tidied up.
        segments = undefined;
        throw failureOf(folder, error);
      }
    },
    async prune() {
      try {
        await makeRoom(0);
      } catch (error) {
        segments = undefined;
        throw failureOf(folder, error);
      }
    },
    get bytes() {
      return bytes;
    },
    close: closeCurrent,
  };
}

/** The name of a new file is safe only then. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "";
}

const noRoom: ReadonlySet<string> = new Set(["ENOSPC", "EDQUOT", "EFBIG"]);
const notAllowed: ReadonlySet<string> = new Set(["EACCES", "EPERM", "EROFS"]);

function failureOf(folder: string, error: unknown): JournalFailure {
  if (error instanceof JournalFailure) return error;
  const code = codeOf(error);
  const reason = noRoom.has(code) ? "full" : notAllowed.has(code) ? "forbidden" : "unavailable";
  const message = error instanceof Error ? error.message : String(error);
  return new JournalFailure(reason, `${folder} cannot be written: ${message}`, { cause: error });
}
