import type { KubeObject } from "#api/meta/object-meta.ts";
import type { BrokerScope } from "#api/broker/broker-request.ts";
import { refuseTarget } from "#kube/broker/target-rules.ts";
import { isNotFound } from "#kube/client/api-error.ts";
import type { ObjectKey } from "#kube/client/kube-client.ts";
import { fetchPages } from "#kube/list-watch/fetch-pages.ts";
import { namespaceOf } from "./plan-reads.ts";
import type { TargetRead } from "./plan-reads.ts";
import type { MutateWorld } from "./ports.ts";

/** An object as it was read, and how it was. */
export interface ReadTarget {
  readonly read: TargetRead;
  readonly object: KubeObject;
}

export interface Reader {
  readonly world: Pick<MutateWorld, "client" | "guard" | "ownNamespace" | "pageSize">;
  readonly scope: BrokerScope;
  readonly signal: AbortSignal;
}

/** Subresources that are the whole object again: they are written apart, and read like the object itself. */
const wholeObjects: ReadonlySet<string> = new Set([
  "",
  "approval",
  "ephemeralcontainers",
  "finalize",
  "resize",
  "status",
]);

/** Hands over what a read finds, page by page; one page is in memory at a time. */
export async function eachTargetPage(
  reader: Reader,
  read: TargetRead,
  handle: (targets: readonly ReadTarget[]) => Promise<void>,
): Promise<void> {
  if (read.name !== undefined) {
    const object = await readTarget(reader, read, { namespace: read.namespace, name: read.name });
    if (object !== undefined) await handle([{ read, object }]);
    return;
  }
  const { world, scope, signal } = reader;
  const place = { type: read.type, namespace: read.namespace };
  const { fieldSelector } = read;
  await fetchPages(
    {
      listPage: (type, query, options) =>
        world.guard.run("list", place, scope, () =>
          world.client.listPage(
            type,
            { ...query, ...(fieldSelector === undefined ? {} : { fieldSelector }) },
            options,
          ),
        ),
    },
    {
      type: read.type,
      ...(read.namespace === "" ? {} : { namespace: read.namespace }),
      ...(read.labelSelector === undefined ? {} : { labelSelector: read.labelSelector }),
    },
    async (objects) => {
      const taken: ReadTarget[] = [];
      for (const object of objects) {
        if (!read.takes(object) || isClosed(reader, read, object)) continue;
        const found = wholeObjects.has(read.subresource)
          ? object
          : await readTarget(reader, read, placeOf(object));
        if (found !== undefined) taken.push({ read, object: found });
      }
      if (taken.length > 0) await handle(taken);
    },
    { pageSize: world.pageSize, signal },
  );
}

/** The object as it is now; undefined where it is gone. */
export async function readTarget(
  { world, scope, signal }: Reader,
  { type, subresource }: TargetRead,
  place: { readonly namespace: string; readonly name: string },
): Promise<KubeObject | undefined> {
  const of = wholeObjects.has(subresource) ? {} : { subresource };
  try {
    return await world.guard.run("get", { type, ...place, ...of }, scope, () =>
      world.client.get(type, keyOf(place), { signal, ...of }),
    );
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

/** What a list shows of closed places is nobody's target; only who names one is told that it is closed. */
function isClosed({ world, scope }: Reader, { type }: TargetRead, object: KubeObject): boolean {
  return refuseTarget({ type, ...placeOf(object) }, scope, world.ownNamespace) !== undefined;
}

export function placeOf(object: KubeObject): { readonly namespace: string; readonly name: string } {
  return { namespace: namespaceOf(object), name: object.metadata.name };
}

export function keyOf({ namespace, name }: { readonly namespace: string; readonly name: string }): ObjectKey {
  return namespace === "" ? { name } : { namespace, name };
}
