import type { KubeObject } from "#api/meta/object-meta.ts";
import type { ResourceType } from "#api/meta/resource-type.ts";
import type { ApiError } from "./api-error.ts";
import type { ClusterAccess } from "./kube-config.ts";

/** Which object: `namespace` is absent for cluster-scoped kinds. */
export interface ObjectKey {
  readonly namespace?: string;
  readonly name: string;
}

export interface RequestOptions {
  readonly signal?: AbortSignal;
  /** Of one attempt, without the time in the queue. Default 30 s. */
  readonly timeoutMs?: number;
  /** The answer carries metadata only (PartialObjectMetadata): cheaper where the rest is not read. */
  readonly metadataOnly?: boolean;
  readonly subresource?: string;
  /** Longest answer that is read, where the client's own limit is more than this request may have. */
  readonly maxResponseBytes?: number;
}

export interface WriteOptions extends RequestOptions {
  /** Managed fields are recorded under this name. */
  readonly fieldManager?: string;
  /** Everything is checked and answered, nothing is stored. */
  readonly dryRun?: boolean;
}

export type PatchKind = "json" | "merge" | "apply";

export interface PatchOptions extends WriteOptions {
  readonly kind: PatchKind;
  /** Apply only: take over fields of other managers. */
  readonly force?: boolean;
}

export interface DeleteOptions extends RequestOptions {
  /** Preconditions: the answer is a 409 where the object is another or has changed. */
  readonly uid?: string;
  readonly resourceVersion?: string;
  readonly propagation?: "Background" | "Foreground" | "Orphan";
  readonly gracePeriodSeconds?: number;
  readonly dryRun?: boolean;
}

export interface ListQuery {
  readonly namespace?: string;
  readonly limit: number;
  readonly continue?: string;
  readonly resourceVersion?: string;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  readonly metadataOnly?: boolean;
  /** `shardSelector` of KEP-5866; servers that do not know it ignore it. */
  readonly shardSelector?: string;
}

export interface ListPage {
  readonly items: readonly KubeObject[];
  readonly continue?: string;
  readonly resourceVersion: string;
  /** How many are left, where the server says so. */
  readonly remaining?: number;
}

export interface WatchQuery {
  readonly namespace?: string;
  readonly resourceVersion?: string;
  readonly labelSelector?: string;
  readonly metadataOnly?: boolean;
  readonly shardSelector?: string;
  /** The server ends the watch after this time. */
  readonly timeoutSeconds: number;
  /** The watch begins with everything that exists (KEP-3157, WatchList). */
  readonly sendInitialEvents?: boolean;
  readonly signal?: AbortSignal;
}

export type WatchEvent =
  | { readonly type: "ADDED" | "MODIFIED" | "DELETED"; readonly object: KubeObject }
  | { readonly type: "BOOKMARK"; readonly resourceVersion: string; readonly initialEventsEnd: boolean }
  | { readonly type: "ERROR"; readonly error: ApiError };

/** An open watch: iterate it once. The iteration ends when the server closes it; leaving the loop closes it. */
export type WatchStream = AsyncIterable<WatchEvent>;

export interface RawOptions extends RequestOptions {
  readonly accept?: string;
  readonly query?: Readonly<Record<string, string>>;
}

/** What the metrics are told of every attempt. */
export interface RequestRecord {
  /** As the API server names it: get, list, watch, create, update, patch, delete, or the HTTP method for other paths. */
  readonly verb: string;
  readonly group: string;
  /** Empty for paths that are no resource. */
  readonly resource: string;
  /** HTTP status, or 0 where no answer came. */
  readonly status: number;
  readonly ms: number;
}

/**
 * The requests that this project makes. Every method rejects with `ApiError` (the server answered a failure),
 * `TransportError` (no usable answer) or the reason of the given signal; writes also with `WriteFenced`. Answers 429 and
 * 503 with Retry-After are retried a few times, and so are reads whose connection broke; everything else surfaces.
 */
export interface KubeClient {
  readonly server: string;
  /** Namespace of the kubeconfig context or the pod. */
  readonly defaultNamespace: string | undefined;
  get(type: ResourceType, key: ObjectKey, options?: RequestOptions): Promise<KubeObject>;
  listPage(type: ResourceType, query: ListQuery, options?: RequestOptions): Promise<ListPage>;
  create(
    type: ResourceType,
    namespace: string | undefined,
    body: object,
    options?: WriteOptions & { readonly name?: string },
  ): Promise<KubeObject>;
  /** PUT: the body's resourceVersion is the precondition. */
  update(type: ResourceType, key: ObjectKey, body: object, options?: WriteOptions): Promise<KubeObject>;
  patch(type: ResourceType, key: ObjectKey, body: object, options: PatchOptions): Promise<KubeObject>;
  /** The object where it still exists (finalizers), undefined where it is gone. */
  delete(type: ResourceType, key: ObjectKey, options?: DeleteOptions): Promise<KubeObject | undefined>;
  /** Resolves when the server has accepted the watch. */
  watch(type: ResourceType, query: WatchQuery): Promise<WatchStream>;
  /** Discovery, version, OpenAPI: an absolute path below the server's address. */
  rawGet(path: string, options?: RawOptions): Promise<unknown>;
  /** A POST that changes nothing (SelfSubjectAccessReview and its kin): it does not pass the write fence. */
  review(path: string, body: object, options?: RawOptions): Promise<unknown>;
  /** Aborts what is under way and closes all connections. */
  close(): Promise<void>;
}

export interface KubeClientOptions {
  readonly config: ClusterAccess;
  readonly userAgent: string;
  /** Connections for everything but watches, each of which has its own. Default 8. */
  readonly connections?: number;
  readonly timeoutMs?: number;
  /** Ends every request and watch. */
  readonly signal?: AbortSignal;
  readonly onRequest?: (record: RequestRecord) => void;
  /**
   * Asked immediately before a write is sent: the milliseconds it may take at most, undefined for no limit. Throws
   * `WriteFenced` when the lease may have lapsed.
   */
  readonly fence?: () => number | undefined;
  /** Longest answer that is read. Default 128 MiB. */
  readonly maxResponseBytes?: number;
  /** Longest line of a watch. Default 16 MiB. */
  readonly maxEventBytes?: number;
  /** Milliseconds of a clock that never jumps. */
  readonly monotonic?: () => number;
  readonly random?: () => number;
}
