import { managedByKyverno, managedByLabel } from "#api/labels.ts";
import type { KubeObject } from "#api/meta/object-meta.ts";
import type { ResourceType } from "#api/meta/resource-type.ts";
import { isConflict, isNotFound } from "#kube/client/api-error.ts";
import type { KubeClient, ObjectKey } from "#kube/client/kube-client.ts";
import type { RemoveOutcome, RemovePreconditions, ReportPlace } from "./report-store.ts";

/** A kind of reports and its cluster-scoped twin. */
export interface ReportTypes {
  readonly namespaced: ResourceType;
  readonly cluster: ResourceType;
}

/** Selects the reports of this family of controllers. */
export const managedSelector = `${managedByLabel}=${managedByKyverno}`;

/** The key of what is at a place. */
export function keyOf({ namespace, name }: ReportPlace): ObjectKey {
  return namespace === undefined ? { name } : { namespace, name };
}

/** What reports of every kind have in common: they are found by their place, read and removed. */
export interface PlacedObjects {
  readonly typeOf: (place: ReportPlace) => ResourceType;
  /** Undefined where there is none. */
  readonly get: (place: ReportPlace) => Promise<KubeObject | undefined>;
  readonly remove: (place: ReportPlace, preconditions: RemovePreconditions) => Promise<RemoveOutcome>;
}

export function createPlacedObjects(
  client: Pick<KubeClient, "get" | "delete">,
  types: ReportTypes,
): PlacedObjects {
  const typeOf = ({ namespace }: ReportPlace): ResourceType =>
    namespace === undefined ? types.cluster : types.namespaced;
  return {
    typeOf,
    async get(place) {
      try {
        return await client.get(typeOf(place), keyOf(place));
      } catch (error) {
        if (isNotFound(error)) return undefined;
        throw error;
      }
    },
    async remove(place, preconditions) {
      try {
        await client.delete(typeOf(place), keyOf(place), preconditions);
        return "removed";
      } catch (error) {
        if (isNotFound(error)) return "missing";
        if (isConflict(error)) return "conflict";
        throw error;
      }
    },
  };
}
