import type { Draft, JsonObject } from "../json/json.ts";
import type { Registry } from "../resources/registry.ts";
import type { ServedResource } from "../resources/served-resource.ts";
import type { Store } from "../storage/store.ts";

/** Who asks. */
export interface User {
  readonly name: string;
  readonly uid?: string;
  readonly groups: readonly string[];
}

/** What every handler works on. */
export interface ServerContext {
  readonly store: Store;
  readonly registry: Registry;
  /** Wall clock in milliseconds. */
  readonly now: () => number;
  readonly hooks?: WriteHooks;
  /** Answers a TokenRequest for a stored service account. */
  readonly issueToken: (request: ApiRequest, account: JsonObject) => JsonObject;
}

/** What belongs to one kind but needs more than the object: addresses of services, names of CRDs. */
export interface WriteHooks {
  /** Runs before an object is stored, in the version of the request; may change the draft, and throws to refuse it. */
  readonly beforeWrite: (served: ServedResource, draft: Draft, before: JsonObject | undefined) => void;
}

/** A request for a resource, understood but not yet answered. */
export interface ApiRequest {
  readonly served: ServedResource;
  /** The verb as authorization knows it: `get`, `list`, `deletecollection`, … */
  readonly verb: string;
  /** Empty for requests across namespaces and for cluster-scoped resources. */
  readonly namespace: string;
  /** Empty for requests on the collection. */
  readonly name: string;
  readonly subresource: string;
  readonly query: URLSearchParams;
  readonly contentType: string;
  readonly body: string;
  readonly user: User;
  readonly userAgent: string;
  /** Texts for Warning headers; handlers add to it. */
  readonly warnings: string[];
}

/** The key of an object in its collection. */
export function objectKey(served: ServedResource, namespace: string, name: string): string {
  return served.namespaced ? `${namespace}/${name}` : name;
}

/** What failures of this request are about. */
export function subjectOf(
  { served }: Pick<ApiRequest, "served">,
  name: string,
): { readonly group: string; readonly kind: string; readonly name: string } {
  return { group: served.group, kind: served.resource, name };
}

/** True where nothing is to be stored. */
export function isDryRun({ query }: Pick<ApiRequest, "query">): boolean {
  return query.getAll("dryRun").includes("All");
}

/** RFC 3339 in seconds, as metadata carries it. */
export function timestamp(nowMs: number): string {
  return `${new Date(nowMs).toISOString().slice(0, 19)}Z`;
}
