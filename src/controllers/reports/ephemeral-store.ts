import type { KubeObject } from "#api/meta/object-meta.ts";
import { apiVersionOf } from "#api/meta/resource-type.ts";
import type { ResourceType } from "#api/meta/resource-type.ts";
import { isForbidden, isNotFound } from "#kube/client/api-error.ts";
import type { KubeClient } from "#kube/client/kube-client.ts";
import { openSource } from "#kube/list-watch/open-source.ts";
import type { SourceHandlers } from "#kube/list-watch/source.ts";
import { ownerReferenceOf } from "#reports/build-report.ts";
import { uidLabel } from "#reports/ephemeral-owner.ts";
import type { NamedResource } from "#reports/ephemeral-owner.ts";
import type { ReportOwner } from "#reports/owner.ts";
import { createPlacedObjects, keyOf, managedSelector } from "./placed-objects.ts";
import type { ReportTypes } from "./placed-objects.ts";
import type { RemoveOutcome, RemovePreconditions, ReportPlace } from "./report-store.ts";

export type OwnerLookup =
  | { readonly kind: "found"; readonly owner: ReportOwner }
  | { readonly kind: "missing" }
  | { readonly kind: "forbidden" };

/** EphemeralReports as others write them. */
export interface EphemeralStore {
  /** Whole objects, managed ones only. */
  watch(namespaced: boolean, handlers: SourceHandlers): { stop(): Promise<void> };
  get(place: ReportPlace): Promise<KubeObject | undefined>;
  remove(place: ReportPlace, preconditions: RemovePreconditions): Promise<RemoveOutcome>;
  findOwner(resource: NamedResource): Promise<OwnerLookup>;
  /** Writes the owner into it; nothing where it is gone. */
  adopt(place: ReportPlace, owner: ReportOwner): Promise<void>;
}

export interface KubeEphemeralStoreOptions {
  readonly client: KubeClient;
  readonly types: ReportTypes;
  /** The served kind of that plural; undefined where there is none. */
  readonly findType: (resource: Omit<NamedResource, "name" | "namespace">) => ResourceType | undefined;
}

/** EphemeralReports of an API server that serves their CRDs. */
export function createKubeEphemeralStore({
  client,
  types,
  findType,
}: KubeEphemeralStoreOptions): EphemeralStore {
  const { typeOf, get, remove } = createPlacedObjects(client, types);

  return {
    watch: (namespaced, handlers) =>
      openSource({
        client,
        selection: {
          type: namespaced ? types.namespaced : types.cluster,
          labelSelector: managedSelector,
        },
        handlers,
        pageSize: 100,
      }),
    get,
    remove,
    async adopt(place, owner) {
      const metadata = { ownerReferences: [ownerReferenceOf(owner)], labels: { [uidLabel]: owner.uid } };
      try {
        await client.patch(typeOf(place), keyOf(place), { metadata }, { kind: "merge", metadataOnly: true });
      } catch (error) {
        if (!isNotFound(error)) throw error;
      }
    },
    async findOwner(resource) {
      const type = findType(resource);
      if (type === undefined) return { kind: "missing" };
      const { name } = resource;
      const namespace = type.namespaced ? resource.namespace : undefined;
      const place = namespace === undefined ? { name } : { namespace, name };
      try {
        const { metadata } = await client.get(type, keyOf(place), { metadataOnly: true });
        const { kind } = type;
        return {
          kind: "found",
          owner: { apiVersion: apiVersionOf(type), kind, ...place, uid: metadata.uid },
        };
      } catch (error) {
        if (isNotFound(error)) return { kind: "missing" };
        if (isForbidden(error)) return { kind: "forbidden" };
        throw error;
      }
    },
  };
}
