import { decodeMeta } from "#api/meta/object-meta.ts";
import type { KubeObject } from "#api/meta/object-meta.ts";
import { resourceTypeKey } from "#api/meta/resource-type.ts";
import type { ResourceType } from "#api/meta/resource-type.ts";
import { requestedType } from "#controllers/triggers/find-requested.ts";
import type { PermissionScope } from "#engine/context/context-source.ts";
import type { CloneSources, SourceAnswer, SourceRequest } from "#engine/generate/clone-sources.ts";
import type { JsonObject } from "#engine/values/json.ts";
import { isNotFound } from "#kube/client/api-error.ts";
import type { Source } from "#kube/list-watch/source.ts";
import { selectorText } from "#kube/broker/load-params.ts";
import { cloneSourceLabel, generateManager } from "./downstream.ts";
import type { GenerateWorld } from "./ports.ts";

/** Where objects stand of which copies are made: a kind in a namespace. */
export interface SourcePlace {
  readonly type: ResourceType;
  /** Empty for a cluster-scoped kind. */
  readonly namespace: string;
}

/** A change of something that copies are made of. */
export interface SourceChange {
  readonly place: SourcePlace;
  readonly name: string;
  readonly uid: string;
  readonly what: "came" | "changed" | "went";
}

/** Objects that rules copy: read when asked for, watched from then on. */
export interface SourceBook extends CloneSources {
  /** Loads what was asked for and is not known. */
  settle(requests: readonly SourceRequest[], scope: PermissionScope): Promise<void>;
  /** Watches a place; resolves once what stands there is known, or cannot be. */
  watch(place: SourcePlace): Promise<void>;
  /** Grows with each change of a watched source. */
  version(): number;
  /** Whether something in the places of these requests changed since that version. */
  changedSince(version: number, requests: readonly SourceRequest[]): boolean;
  /** True where the place of such an object is watched and known, and the object is not there. */
  isGone(place: SourcePlace, uid: string): boolean;
  places(): readonly SourcePlace[];
  stop(): Promise<void>;
}

interface Watched {
  readonly place: SourcePlace;
  readonly source: Source;
  readonly known: Promise<void>;
  readonly objects: Map<string, { readonly name: string; readonly resourceVersion: string; epoch: number }>;
  synced: boolean;
  changedAt: number;
}

interface Remembered {
  readonly answer: SourceAnswer;
  readonly atMs: number;
  readonly version: number;
  readonly bytes: number;
}

/** Sources are shared by triggers that come together, and no longer. */
const memoMs = 2_000;
const maxMemoBytes = 16 * 1_024 * 1_024;
const maxPlaces = 1_000;
/** A place that cannot be watched must not keep rules from being carried out. */
const knownWithinMs = 10_000;

/** Not the name under which copies are written: a source may be a copy of something else. */
const sourceManager = `${generateManager}-source`;
const pending: SourceAnswer = { kind: "pending" };

export function createSourceBook(
  world: Pick<
    GenerateWorld,
    "client" | "guard" | "types" | "openSource" | "ownWrites" | "monotonicMs" | "pageSize" | "log"
  >,
  onChange: (change: SourceChange) => void,
): SourceBook {
  const memo = new Map<string, Remembered>();
  const loading = new Map<string, Promise<void>>();
  const watched = new Map<string, Watched>();
  let bytes = 0;
  let version = 0;

  const keyOf = (request: SourceRequest, { policyKind, policyNamespace = "", policyName }: PermissionScope) =>
    JSON.stringify([policyKind, policyNamespace, policyName, request]);
  const placeKeyOf = ({ type, namespace }: SourcePlace): string => `${resourceTypeKey(type)} ${namespace}`;

  const placeOf = (
    request: Pick<SourceRequest, "apiVersion" | "kind" | "namespace">,
  ): SourcePlace | undefined => {
    const type = requestedType(request, world.types());
    return type === undefined ? undefined : { type, namespace: type.namespaced ? request.namespace : "" };
  };

  const isCurrent = (request: SourceRequest, { version: at, atMs }: Remembered): boolean => {
    if (world.monotonicMs() - atMs > memoMs) return false;
    const place = placeOf(request);
    return place === undefined || (watched.get(placeKeyOf(place))?.changedAt ?? 0) <= at;
  };

  const forget = (key: string): void => {
    bytes -= memo.get(key)?.bytes ?? 0;
    memo.delete(key);
  };

  const remember = (key: string, answer: SourceAnswer, at: number): void => {
    forget(key);
    const size = answer.kind === "objects" ? approximateBytes(answer.objects) : 0;
    for (const oldest of memo.keys()) {
      if (bytes + size <= maxMemoBytes) break;
      forget(oldest);
    }
    memo.set(key, { answer, atMs: world.monotonicMs(), version: at, bytes: size });
    bytes += size;
  };

  const read = async (
    request: SourceRequest,
    { type, namespace }: SourcePlace,
    scope: PermissionScope,
  ): Promise<readonly KubeObject[]> => {
    if (request.request === "object") {
      const { name } = request;
      const key = { name, ...(namespace === "" ? {} : { namespace }) };
      return [
        await world.guard.run("get", { type, namespace, name }, scope, () => world.client.get(type, key)),
      ];
    }
    const objects: KubeObject[] = [];
    const labelSelector = request.selector === undefined ? "" : selectorText(request.selector);
    let token: string | undefined;
    do {
      const query = {
        limit: world.pageSize,
        ...(namespace === "" ? {} : { namespace }),
        ...(labelSelector === "" ? {} : { labelSelector }),
        ...(token === undefined ? {} : { continue: token }),
      };
      const page = await world.guard.run("list", { type, namespace }, scope, () =>
        world.client.listPage(type, query),
      );
      objects.push(...page.items);
      token = page.continue;
    } while (token !== undefined && token !== "");
    return objects;
  };

  /** Marks a source as one, as Kyverno does; whether that works changes nothing about what is made. */
  const label = async (
    { type, namespace }: SourcePlace,
    object: KubeObject,
    scope: PermissionScope,
  ): Promise<void> => {
    const { name, uid } = object.metadata;
    if (decodeMeta(object)?.labels[cloneSourceLabel] !== undefined) return;
    const key = { name, ...(namespace === "" ? {} : { namespace }) };
    const body = { metadata: { uid, labels: { [cloneSourceLabel]: "" } } };
    try {
      await world.guard.run("patch", { type, namespace, name }, scope, () =>
        world.ownWrites.run(type, key, () =>
          world.client.patch(type, key, body, {
            kind: "merge",
            fieldManager: sourceManager,
            metadataOnly: true,
          }),
        ),
      );
    } catch (error) {
      world.log.debug("a source of copies cannot be labelled", { kind: type.kind, namespace, name, error });
    }
  };

  const load = async (key: string, request: SourceRequest, scope: PermissionScope): Promise<void> => {
    const place = placeOf(request);
    if (place === undefined) {
      const message = `the API server serves no ${request.kind} of ${request.apiVersion}`;
      remember(key, { kind: "failed", message }, version);
      return;
    }
    await watch(place);
    const at = version;
    try {
      const objects = await read(request, place, scope);
      for (const object of objects) await label(place, object, scope);
      // What the client parses is JSON, and nothing else.
      remember(key, { kind: "objects", objects: objects as unknown as readonly JsonObject[] }, at);
    } catch (error) {
      if (isNotFound(error)) remember(key, { kind: "objects", objects: [] }, at);
      else
        remember(
          key,
          { kind: "failed", message: error instanceof Error ? error.message : String(error) },
          at,
        );
    }
  };

  const note = (entry: Watched, change: Omit<SourceChange, "place">): void => {
    version += 1;
    entry.changedAt = version;
    onChange({ place: entry.place, ...change });
  };

  const take = async (entry: Watched, object: KubeObject, epoch: number): Promise<void> => {
    const { uid, name, resourceVersion } = object.metadata;
    const before = entry.objects.get(uid);
    entry.objects.set(uid, { name, resourceVersion, epoch });
    if (before?.resourceVersion === resourceVersion) return;
    if (await world.ownWrites.isOwn(entry.place.type, object)) return;
    if (before !== undefined) note(entry, { name, uid, what: "changed" });
    else if (entry.synced) note(entry, { name, uid, what: "came" });
  };

  const open = (place: SourcePlace): Watched => {
    const known = Promise.withResolvers<void>();
    const entry: Watched = {
      place,
      known: Promise.race([known.promise, timeout(knownWithinMs)]),
      objects: new Map(),
      synced: false,
      changedAt: 0,
      source: world.openSource(
        {
          type: place.type,
          metadataOnly: true,
          ...(place.namespace === "" ? {} : { namespace: place.namespace }),
        },
        {
          onListStart: () => {},
          onPage: async (objects, page) => {
            for (const object of objects) {
              if (!page.superseded(object.metadata.uid)) await take(entry, object, page.epoch);
            }
          },
          onEvent: async (type, object, epoch) => {
            if (type !== "DELETED") return take(entry, object, epoch);
            const { uid, name } = object.metadata;
            if (entry.objects.delete(uid)) note(entry, { name, uid, what: "went" });
          },
          onSynced: (epoch) => {
            for (const [uid, { name, epoch: seen }] of entry.objects) {
              if (seen >= epoch) continue;
              entry.objects.delete(uid);
              note(entry, { name, uid, what: "went" });
            }
            entry.synced = true;
            known.resolve();
            return Promise.resolve();
          },
          onState: (state) => {
            if (state.kind === "degraded") known.resolve();
          },
        },
      ),
    };
    return entry;
  };

  const watch = async (place: SourcePlace): Promise<void> => {
    const key = placeKeyOf(place);
    const entry = watched.get(key) ?? (watched.size < maxPlaces ? open(place) : undefined);
    if (entry === undefined) return;
    const isNew = !watched.has(key);
    watched.set(key, entry);
    await entry.known;
    // What was read before the watch was there may be older than what it tells of.
    if (isNew) version += 1;
  };

  return {
    find(request, scope) {
      const found = memo.get(keyOf(request, scope));
      return found !== undefined && isCurrent(request, found) ? found.answer : pending;
    },
    async settle(requests, scope) {
      await Promise.all(
        requests.map((request) => {
          const key = keyOf(request, scope);
          const running = loading.get(key);
          if (running !== undefined) return running;
          const started = load(key, request, scope).finally(() => loading.delete(key));
          loading.set(key, started);
          return started;
        }),
      );
    },
    watch,
    version: () => version,
    changedSince: (since, requests) =>
      requests.some((request) => {
        const place = placeOf(request);
        return place !== undefined && (watched.get(placeKeyOf(place))?.changedAt ?? 0) > since;
      }),
    isGone(place, uid) {
      const entry = watched.get(placeKeyOf(place));
      return entry !== undefined && entry.synced && !entry.objects.has(uid);
    },
    places: () => [...watched.values()].map(({ place }) => place),
    async stop() {
      await Promise.all([...watched.values()].map(({ source }) => source.stop()));
    },
  };
}

function timeout(delayMs: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, delayMs).unref();
  });
}

/** About how much memory parsed JSON takes; looked at no deeper than it matters. */
function approximateBytes(value: unknown): number {
  if (typeof value === "string") return value.length * 2 + 16;
  if (typeof value !== "object" || value === null) return 8;
  return Object.entries(value).reduce(
    (sum, [key, item]) => sum + key.length + 16 + approximateBytes(item),
    16,
  );
}
