import type { KubeObject } from "#api/meta/object-meta.ts";
import { resourceTypeKey } from "#api/meta/resource-type.ts";
import type { ResourceType } from "#api/meta/resource-type.ts";
import { isForbidden } from "#kube/client/api-error.ts";
import type { KubeClient } from "#kube/client/kube-client.ts";
import { fetchServed } from "#kube/discovery/fetch-served.ts";
import { buildTable, emptyTable } from "#kube/discovery/resource-table.ts";
import type { ResourceTable } from "#kube/discovery/resource-table.ts";
import { fetchPages } from "#kube/list-watch/fetch-pages.ts";

import { UsageError } from "../usage-error.ts";

/** Which objects of a cluster are meant, and how they are read. */
export interface ClusterScope {
  /** Only this namespace; every one where it is absent. */
  readonly namespace: string | undefined;
  /** Beside one namespace also what belongs to none. */
  readonly clusterWide: boolean;
  readonly pageSize: number;
  /** Kinds that are listed at once. */
  readonly concurrent: number;
  /** A kind that cannot be listed ends the scan. */
  readonly stopOnError: boolean;
}

/** A kind that could not be listed to its end. */
export interface ListFailure {
  readonly type: ResourceType;
  readonly message: string;
}

/** What the cluster serves. Throws a `UsageError` where it does not answer. */
export async function discover(client: KubeClient, what = "--cluster"): Promise<ResourceTable> {
  try {
    return buildTable(await fetchServed(client, new AbortController().signal), emptyTable);
  } catch (error) {
    throw new UsageError(`${what}: ${client.server} does not answer: ${(error as Error).message}`);
  }
}

/** Only kinds that have objects in the scope. */
export function isWithin(type: ResourceType, { namespace, clusterWide }: ClusterScope): boolean {
  return namespace === undefined || type.namespaced || clusterWide;
}

/**
 * Lists kinds page by page and hands out each object; a page is dropped when its objects were handled. A kind that cannot
 * be listed does not stop the others, unless the scope says so.
 */
export async function walkKinds<K extends { readonly type: ResourceType }>(
  client: KubeClient,
  kinds: readonly K[],
  scope: ClusterScope,
  handle: (object: KubeObject, kind: K) => Promise<void>,
): Promise<readonly ListFailure[]> {
  const waiting = kinds.filter(({ type }) => isWithin(type, scope));
  const failures: ListFailure[] = [];
  const walkOne = async (kind: K): Promise<void> => {
    const { type } = kind;
    const within = type.namespaced && scope.namespace !== undefined ? { namespace: scope.namespace } : {};
    let handling = false;
    try {
      await fetchPages(
        client,
        { type, ...within },
        async (objects) => {
          handling = true;
          for (const object of objects) await handle(object, kind);
          handling = false;
        },
        { pageSize: scope.pageSize },
      );
    } catch (error) {
      if (handling) throw error;
      failures.push({ type, message: describeFailure(type, error) });
      if (scope.stopOnError) waiting.length = 0;
    }
  };
  const worker = async (): Promise<void> => {
    for (let kind = waiting.shift(); kind !== undefined; kind = waiting.shift()) await walkOne(kind);
  };
  await Promise.all(Array.from({ length: scope.concurrent }, worker));
  return failures;
}

function describeFailure(type: ResourceType, error: unknown): string {
  const what = `${type.kind} (${resourceTypeKey(type)})`;
  const { message } = error as Error;
  return isForbidden(error)
    ? `${what} may not be listed, so its objects are not judged: ${message}`
    : `${what} cannot be listed, so its objects are not judged: ${message}`;
}
