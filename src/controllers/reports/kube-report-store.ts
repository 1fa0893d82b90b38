import { isAlreadyExists, isConflict, isNamespaceTerminating, isNotFound } from "#kube/client/api-error.ts";
import type { KubeClient } from "#kube/client/kube-client.ts";
import { fetchPages } from "#kube/list-watch/fetch-pages.ts";
import { openSource } from "#kube/list-watch/open-source.ts";
import type { SourceOptions } from "#kube/list-watch/source-options.ts";
import { createPlacedObjects, keyOf, managedSelector } from "./placed-objects.ts";
import type { ReportTypes } from "./placed-objects.ts";
import type { ReportStore } from "./report-store.ts";

export interface KubeReportStoreOptions {
  readonly client: KubeClient;
  readonly types: ReportTypes;
  /** Tuning of the metadata watches. No uid range: a report has a uid of its own, which says nothing of its object's. */
  readonly source?: Omit<SourceOptions, "client" | "selection" | "handlers" | "range" | "shardOnServer">;
}

/** Full reports are large: a page must not hold hundreds of megabytes. */
const fullPageSize = 200;

/** Reports as the API server holds them. */
export function createKubeReportStore({ client, types, source }: KubeReportStoreOptions): ReportStore {
  const labelSelector = managedSelector;
  const { typeOf, get, remove } = createPlacedObjects(client, types);

  return {
    async list(onPage, signal) {
      for (const type of [types.namespaced, types.cluster]) {
        const handlePage = (objects: Parameters<typeof onPage>[0]): Promise<void> => {
          onPage(objects);
          return Promise.resolve();
        };
        await fetchPages(client, { type, labelSelector }, handlePage, { signal, pageSize: fullPageSize });
      }
    },
    watch(namespaced, handlers) {
      const type = namespaced ? types.namespaced : types.cluster;
      return openSource({
        ...source,
        client,
        selection: { type, labelSelector, metadataOnly: true },
        handlers,
      });
    },
    get,
    async create(place, report) {
      try {
        const created = await client.create(typeOf(place), place.namespace, report, {
          name: place.name,
          metadataOnly: true,
        });
        return { kind: "written", resourceVersion: created.metadata.resourceVersion };
      } catch (error) {
        if (isAlreadyExists(error)) return { kind: "exists" };
        if (isNamespaceTerminating(error)) return { kind: "namespace-gone" };
        // Without a namespace the answer names it; a kind that is not served is a 404 of another sort.
        if (isNotFound(error) && error.details.kind === "namespaces") return { kind: "namespace-gone" };
        throw error;
      }
    },
    async replace(place, report) {
      try {
        const options = { metadataOnly: true };
        const written = await client.update(typeOf(place), keyOf(place), report, options);
        return { kind: "written", resourceVersion: written.metadata.resourceVersion };
      } catch (error) {
        if (isConflict(error)) return { kind: "conflict" };
        if (isNotFound(error)) return { kind: "missing" };
        throw error;
      }
    },
    remove,
  };
}
