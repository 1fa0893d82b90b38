import type { KubeObject } from "#api/meta/object-meta.ts";
import { ApiError, TransportError, WriteFenced } from "#kube/client/api-error.ts";
import type { SourceHandlers } from "#kube/list-watch/source.ts";

/** Where a report is: `namespace` is absent for reports of cluster-scoped objects. */
export interface ReportPlace {
  readonly namespace?: string;
  readonly name: string;
}

export type CreateOutcome =
  | { readonly kind: "written"; readonly resourceVersion: string }
  /** Something has that name already. */
  | { readonly kind: "exists" }
  /** The namespace is gone or on its way out: so is every object in it. */
  | { readonly kind: "namespace-gone" };

export type ReplaceOutcome =
  | { readonly kind: "written"; readonly resourceVersion: string }
  /** The report is not what it was when it was last seen. */
  | { readonly kind: "conflict" }
  | { readonly kind: "missing" };

export type RemoveOutcome = "removed" | "missing" | "conflict";

/** What a report must be for it to be removed. */
export interface RemovePreconditions {
  readonly uid?: string;
  readonly resourceVersion: string;
}

/**
 * The stored reports of one format. What a caller has to decide on is a value; everything else (no rights, no answer, a
 * lapsed lease) rejects and is retried.
 */
export interface ReportStore {
  /** All managed reports, namespaced and cluster-scoped, page by page. */
  list(onPage: (reports: readonly KubeObject[]) => void, signal: AbortSignal): Promise<void>;
  /** Tells of the metadata of managed reports until it is stopped. */
  watch(namespaced: boolean, handlers: SourceHandlers): { stop(): Promise<void> };
  get(place: ReportPlace): Promise<KubeObject | undefined>;
  create(place: ReportPlace, report: object): Promise<CreateOutcome>;
  /** The report's resourceVersion is the precondition. */
  replace(place: ReportPlace, report: object): Promise<ReplaceOutcome>;
  remove(place: ReportPlace, preconditions: RemovePreconditions): Promise<RemoveOutcome>;
}

/** True where a failed write may have been carried out all the same. */
export function mayBeWritten(error: unknown): boolean {
  if (error instanceof WriteFenced) return false;
  if (error instanceof ApiError) return error.status >= 500;
  if (error instanceof TransportError) {
    return error.kind !== "connect" && error.kind !== "dns" && error.kind !== "tls";
  }
  return true;
}
