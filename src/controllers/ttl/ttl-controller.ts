import type { ObjectMeta } from "#api/meta/object-meta.ts";
import { resourceTypeKey } from "#api/meta/resource-type.ts";
import type { ResourceType } from "#api/meta/resource-type.ts";
import type { Timer } from "#controllers/runtime/clock.ts";
import type { KubeClient } from "#kube/client/kube-client.ts";
import type { Selection, Source, SourceHandlers } from "#kube/list-watch/source.ts";
import { createExpiry } from "./expire.ts";
import type { ExpireObserver, ExpireOptions } from "./expire.ts";
import { createTtlKind } from "./ttl-kind.ts";
import { allowsObject, allowsTtl, ttlLabel } from "./ttl-object.ts";
import type { TtlScope } from "./ttl-object.ts";
import { TtlTable } from "./ttl-table.ts";

export interface TtlObserver extends ExpireObserver {
  /** The label of an object cannot be read. */
  invalid(type: ResourceType, meta: ObjectMeta, problem: string): void;
}

export interface TtlControllerDeps extends Pick<
  ExpireOptions,
  "client" | "clock" | "ownNamespace" | "namespaceOf" | "journal" | "concurrency" | "signal"
> {
  readonly openSource: (selection: Selection, handlers: SourceHandlers) => Source;
  readonly types: () => readonly ResourceType[];
  readonly scope: () => TtlScope;
  /** Whether this process may delete objects of a kind in all namespaces. */
  readonly mayDelete: (type: ResourceType) => Promise<boolean>;
  readonly observer: TtlObserver;
}

export interface TtlController {
  /** Discovery or rights changed: kinds may have come, gone, or become deletable. */
  kindsChanged(): void;
  /** Kinds whose objects are watched. */
  watched(): readonly ResourceType[];
  /** Kinds on which the label does nothing, and why. */
  degraded(): readonly { readonly type: ResourceType; readonly reason: string }[];
  readonly table: Pick<TtlTable, "pending" | "invalid">;
  stop(): Promise<void>;
}

/** Wall clocks are set: no timer runs longer than this without a look at the time. */
const longestSleepMs = 30_000;
/** The time at which an object is due has passed before it is deleted. */
const graceMs = 2;

interface Watched {
  readonly type: ResourceType;
  readonly source: Source;
  readonly handlers: ReturnType<typeof createTtlKind>;
  degraded?: string;
}

/** Deletes labelled objects when their time is over. Only the holder of the Lease may start it. */
export function createTtlController(deps: TtlControllerDeps): TtlController {
  const { clock, observer, signal } = deps;
  const table = new TtlTable();
  const expiry = createExpiry({
    ...deps,
    table,
    allows: (entry) => allowsObject(deps.scope(), entry.type, entry),
  });
  const watched = new Map<string, Watched>();
  const forbidden = new Map<string, ResourceType>();
  let timer: Timer | undefined;
  let running: Promise<void> = Promise.resolve();
  let planning: Promise<void> = Promise.resolve();

  const arm = (): void => {
    timer?.cancel();
    timer = undefined;
    const nextMs = table.nextMs();
    if (nextMs === undefined || signal.aborted) return;
    const delayMs = Math.min(longestSleepMs, Math.max(0, nextMs - clock.now() + graceMs));
    timer = clock.setTimer(delayMs, fire);
  };

  const fire = (): void => {
    timer = undefined;
    // What is due goes at once; what takes long does not keep the next ones waiting.
    running = Promise.all([running, expiry.run()]).then(arm);
    arm();
  };

  const listener = {
    seen(type: ResourceType, meta: ObjectMeta): void {
      const problem = table.note(type, meta);
      if (problem !== undefined && allowsObject(deps.scope(), type, meta))
        observer.invalid(type, meta, problem);
      arm();
    },
    gone: (uid: string): void => table.forget(uid),
    stateOf(type: ResourceType, state: { readonly kind: string; readonly reason?: string }): void {
      const kind = watched.get(resourceTypeKey(type));
      if (kind === undefined) return;
      if (state.kind === "degraded") kind.degraded = state.reason ?? "cannot be read";
      else delete kind.degraded;
    },
  };

  const plan = async (): Promise<void> => {
    const wanted = new Map(
      deps
        .types()
        .filter((type) => allowsTtl(deps.scope(), type))
        .map((type) => [resourceTypeKey(type), type] as const),
    );
    for (const [key, kind] of watched) {
      if (wanted.has(key)) continue;
      watched.delete(key);
      await kind.source.stop();
      kind.handlers.forgetAll();
    }
    forbidden.clear();
    for (const [key, type] of wanted) {
      if (signal.aborted) return;
      if (watched.has(key)) continue;
      if (!(await deps.mayDelete(type))) forbidden.set(key, type);
      else open(key, type);
    }
  };

  const open = (key: string, type: ResourceType): void => {
    const handlers = createTtlKind(type, listener);
    const source = deps.openSource({ type, labelSelector: ttlLabel, metadataOnly: true }, handlers);
    watched.set(key, { type, source, handlers });
  };

  const kindsChanged = (): void => {
    planning = planning.then(plan).catch(() => {});
  };
  kindsChanged();

  return {
    kindsChanged,
    watched: () => [...watched.values()].map(({ type }) => type),
    degraded: () => [
      ...[...forbidden.values()].map((type) => ({ type, reason: "delete is not allowed" })),
      ...[...watched.values()].flatMap(({ type, degraded }) =>
        degraded === undefined ? [] : [{ type, reason: degraded }],
      ),
    ],
    table,
    async stop() {
      timer?.cancel();
      await planning;
      await Promise.all([...watched.values()].map(({ source }) => source.stop()));
      await running;
    },
  };
}

/** Asks the API server whether this process may delete objects of a kind in all namespaces; false where it cannot tell. */
export async function mayDeleteEverywhere(
  client: Pick<KubeClient, "review">,
  { group, resource }: ResourceType,
  signal: AbortSignal,
): Promise<boolean> {
  const body = {
    apiVersion: "authorization.k8s.io/v1",
    kind: "SelfSubjectAccessReview",
    spec: { resourceAttributes: { verb: "delete", group, resource } },
  };
  const path = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews";
  const answer = await client.review(path, body, { signal });
  const status = (answer as { readonly status?: { readonly allowed?: unknown } } | undefined)?.status;
  return status?.allowed === true;
}
