import { setTimeout as delay } from "node:timers/promises";
import type { KubeObject } from "#api/meta/object-meta.ts";
import type { ResourceType } from "#api/meta/resource-type.ts";
import { ApiError, isAlreadyExists, isConflict, isNotFound, TransportError } from "#kube/client/api-error.ts";
import type { KubeClient } from "#kube/client/kube-client.ts";

export interface ObjectPlace {
  readonly type: ResourceType;
  readonly namespace?: string;
  readonly name: string;
}

/** What the suite does to the cluster itself: it outlasts outages and is done when it says so. */
export interface PersistentClient {
  /** Creates the object; one of that name is replaced by deleting it first. */
  recreate(place: ObjectPlace, body: object): Promise<void>;
  /** Creates the object unless there is one of that name. */
  ensure(place: ObjectPlace, body: object): Promise<void>;
  /** Merges the patch into the object, or into its subresource; false where there is none. */
  merge(place: ObjectPlace, patch: object, subresource?: string): Promise<boolean>;
  /** Puts the body in the object's place and keeps its identity; creates it where there is none. */
  replace(place: ObjectPlace, body: object): Promise<void>;
  remove(place: ObjectPlace): Promise<void>;
  get(place: ObjectPlace): Promise<KubeObject | undefined>;
  list(
    type: ResourceType,
    options?: { readonly namespace?: string; readonly metadataOnly?: boolean },
  ): Promise<readonly KubeObject[]>;
}

const patienceMs = 120_000;
const pauseMs = 100;
const pageSize = 500;

/** The kind or the namespace does not exist: somebody is about to make it. */
class NotServedYet extends Error {
  override readonly name = "NotServedYet";
}

const isPassing = (error: unknown): boolean =>
  error instanceof TransportError ||
  error instanceof NotServedYet ||
  // A control plane that starts forbids for a moment what it allows later, and knows no CRDs.
  (error instanceof ApiError && (error.status >= 500 || [401, 403, 410, 429].includes(error.status)));

const patiently = async <T>(what: string, attempt: () => Promise<T>): Promise<T> => {
  const endMs = performance.now() + patienceMs;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (!isPassing(error)) throw error;
      if (performance.now() > endMs) {
        throw new Error(`${what} failed for ${patienceMs / 1000} s: ${String(error)}`, { cause: error });
      }
      await delay(pauseMs);
    }
  }
};

const keyOf = ({ namespace, name }: ObjectPlace) =>
  namespace === undefined ? { name } : { namespace, name };

const textOf = ({ type, namespace, name }: ObjectPlace): string =>
  `${type.kind} ${namespace === undefined ? "" : `${namespace}/`}${name}`;

const complete = ({ type, namespace, name }: ObjectPlace, body: object): object => {
  const { metadata } = body as { readonly metadata?: object };
  return {
    ...body,
    apiVersion: type.group === "" ? type.version : `${type.group}/${type.version}`,
    kind: type.kind,
    metadata: { ...metadata, name, ...(namespace === undefined ? {} : { namespace }) },
  };
};

export const createPersistentClient = (client: KubeClient): PersistentClient => {
  const get = (place: ObjectPlace): Promise<KubeObject | undefined> =>
    patiently(`reading ${textOf(place)}`, async () => {
      try {
        return await client.get(place.type, keyOf(place));
      } catch (error) {
        if (isNotFound(error)) return undefined;
        throw error;
      }
    });

  const remove = (place: ObjectPlace): Promise<void> =>
    patiently(`deleting ${textOf(place)}`, async () => {
      try {
        await client.delete(place.type, keyOf(place), { propagation: "Background", gracePeriodSeconds: 0 });
      } catch (error) {
        if (!isNotFound(error)) throw error;
      }
    });

  const ensure = (place: ObjectPlace, body: object): Promise<void> =>
    patiently(`creating ${textOf(place)}`, async () => {
      try {
        await client.create(place.type, place.namespace, complete(place, body));
      } catch (error) {
        if (isNotFound(error)) throw new NotServedYet(textOf(place));
        if (!isAlreadyExists(error)) throw error;
      }
    });

  return {
    get,
    remove,
    ensure,
    async recreate(place, body) {
      await remove(place);
      await ensure(place, body);
    },
    merge: (place, patch, subresource) =>
      patiently(`changing ${textOf(place)}`, async () => {
        try {
          const options = { kind: "merge", ...(subresource === undefined ? {} : { subresource }) } as const;
          await client.patch(place.type, keyOf(place), patch, options);
          return true;
        } catch (error) {
          if (isNotFound(error)) return false;
          throw error;
        }
      }),
    replace: (place, body) =>
      patiently(`replacing ${textOf(place)}`, async () => {
        for (;;) {
          const stored = await get(place);
          if (stored === undefined) {
            await ensure(place, body);
            return;
          }
          const wanted = complete(place, body) as { readonly metadata: object };
          const { resourceVersion } = stored.metadata;
          try {
            await client.update(place.type, keyOf(place), {
              ...wanted,
              metadata: { ...wanted.metadata, resourceVersion },
            });
            return;
          } catch (error) {
            if (!isConflict(error) && !isNotFound(error)) throw error;
          }
        }
      }),
    list: (type, options = {}) =>
      patiently(`listing ${type.resource}`, async () => {
        const objects: KubeObject[] = [];
        let token: string | undefined;
        do {
          const page = await client.listPage(type, {
            limit: pageSize,
            ...options,
            ...(token === undefined ? {} : { continue: token }),
          });
          objects.push(...page.items);
          token = page.continue;
        } while (token !== undefined);
        return objects;
      }),
  };
};
