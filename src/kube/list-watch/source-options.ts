import type { UidRange } from "#api/meta/uid-range.ts";
import type { KubeClient } from "../client/kube-client.ts";
import type { BackoffLimits } from "./backoff.ts";
import type { Selection, SourceHandlers } from "./source.ts";

/** What happened that is no failure of the source but worth a log line or a counter. */
export interface SourceNotice {
  readonly kind:
    /** Everything is listed again. */
    | "relist"
    /** A watch that said nothing was given up and is opened again. */
    | "silent"
    /** Streaming the initial list is not served; it is read in pages from now on. */
    | "no-stream"
    /** A list went on at a newer state, or a request failed and is tried again. */
    | "retry";
  readonly reason: string;
}

export interface SourceOptions {
  readonly client: KubeClient;
  readonly selection: Selection;
  readonly handlers: SourceHandlers;
  /** Objects with other uids are dropped. Default: all uids. */
  readonly range?: UidRange;
  /** Ask the server to leave out the other uids too (KEP-5866); servers that do not know this send everything. */
  readonly shardOnServer?: boolean;
  /** `stream`: one watch that begins with what exists (KEP-3157); falls back to pages where it is not served. */
  readonly initialList?: "pages" | "stream";
  readonly pageSize?: number;
  /** A watch on which neither an event nor a bookmark came for so long is opened again; bookmarks come each minute. */
  readonly silentAfterMs?: number;
  /** In the initial events of a stream, which come without a pause. */
  readonly initialSilentAfterMs?: number;
  /** Asked of the server for each watch, and up to twice as much. */
  readonly watchTimeoutSeconds?: number;
  readonly backoff?: BackoffLimits;
  readonly onNotice?: (notice: SourceNotice) => void;
  readonly random?: () => number;
  readonly monotonic?: () => number;
}
