import { apiVersionOf } from "#api/meta/resource-type.ts";
import type { KubeObject } from "#api/meta/object-meta.ts";
import type { ResourceType } from "#api/meta/resource-type.ts";
import { pause } from "#controllers/runtime/clock.ts";
import type { Clock } from "#controllers/runtime/clock.ts";
import type { Source, SourceHandlers } from "#kube/list-watch/source.ts";
import type { ScanPolicy } from "./scan-policy.ts";

/** A kind of objects that parameterize admission policies: `apiVersion kind`. */
export type ParamKindKey = string;

export function paramKindKey(apiVersion: string, kind: string): ParamKindKey {
  return `${apiVersion} ${kind}`;
}

export interface ParamInputsDeps {
  readonly types: () => readonly ResourceType[];
  readonly open: (type: ResourceType, handlers: SourceHandlers) => Source;
  readonly hash: (object: KubeObject) => string;
  /** An object of the kind appeared, changed or went. */
  readonly onChange: (kind: ParamKindKey) => void;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** The kinds that parameterize policies, watched for as long as some policy names one. */
export interface ParamInputs {
  /** Watches what these policies name; resolves when kinds that are new were listed, or take too long. */
  ensure(policies: Iterable<ScanPolicy>): Promise<void>;
  stop(): Promise<void>;
}

/** Each kind costs a watch; parameters of others wait for the rescan. */
const maxKinds = 20;
const waitMs = 2_000;

interface WatchedKind {
  readonly source: Source;
  readonly settled: Promise<void>;
}

/** True where objects of the kind parameterize the policy. */
export function hasParamKind({ compiled, idle }: ScanPolicy, wanted: ParamKindKey): boolean {
  if (idle !== undefined) return false;
  const kinds = compiled.paramKinds ?? [];
  return kinds.some(({ apiVersion = "", kind = "" }) => paramKindKey(apiVersion, kind) === wanted);
}

export function createParamInputs(deps: ParamInputsDeps): ParamInputs {
  const watched = new Map<ParamKindKey, WatchedKind>();

  const begin = (key: ParamKindKey, type: ResourceType): WatchedKind => {
    const { promise: settled, resolve } = Promise.withResolvers<void>();
    const hashes = new Map<string, { readonly hash: string; readonly epoch: number }>();
    let isListed = false;
    let isLate = false;
    const giveUp = (): void => {
      isLate = !isListed;
      resolve();
    };
    const tell = (): void => {
      if (isListed) deps.onChange(key);
    };
    const note = (object: KubeObject, epoch: number): void => {
      const { uid } = object.metadata;
      const hash = deps.hash(object);
      const before = hashes.get(uid);
      hashes.set(uid, { hash, epoch });
      if (before?.hash !== hash) tell();
    };
    const source = deps.open(type, {
      onListStart: () => {},
      onPage: (objects, page) => {
        for (const object of objects) if (!page.superseded(object.metadata.uid)) note(object, page.epoch);
        return Promise.resolve();
      },
      onEvent: (event, object, epoch) => {
        if (event !== "DELETED") note(object, epoch);
        else if (hashes.delete(object.metadata.uid)) tell();
        return Promise.resolve();
      },
      onSynced: (epoch) => {
        const gone = [...hashes].filter(([, seen]) => seen.epoch < epoch);
        for (const [uid] of gone) hashes.delete(uid);
        const isNews = gone.length > 0 || (!isListed && isLate);
        isListed = true;
        if (isNews) tell();
        resolve();
        return Promise.resolve();
      },
      onState: (state) => {
        if (state.kind === "degraded") giveUp();
      },
    });
    void pause(deps.clock, waitMs, deps.signal).then(giveUp);
    return { source, settled };
  };

  return {
    async ensure(policies) {
      const wanted = wantedKinds(policies, deps.types());
      const ended = [...watched].filter(([key]) => !wanted.has(key));
      for (const [key] of ended) watched.delete(key);
      const begun: Promise<void>[] = [];
      for (const [key, type] of wanted) {
        if (watched.has(key) || watched.size >= maxKinds) continue;
        const started = begin(key, type);
        watched.set(key, started);
        begun.push(started.settled);
      }
      await Promise.all([...begun, ...ended.map(([, { source }]) => source.stop())]);
    },
    async stop() {
      await Promise.all([...watched.values()].map(({ source }) => source.stop()));
      watched.clear();
    },
  };
}

/** Served kinds that some policy names; a CRD may bring others later, and then the plan is made anew. */
function wantedKinds(
  policies: Iterable<ScanPolicy>,
  types: readonly ResourceType[],
): ReadonlyMap<ParamKindKey, ResourceType> {
  const wanted = new Map<ParamKindKey, ResourceType>();
  for (const { compiled, idle } of policies) {
    if (idle !== undefined) continue;
    for (const { apiVersion = "", kind = "" } of compiled.paramKinds ?? []) {
      const type = types.find(
        (one) => apiVersionOf(one) === apiVersion && one.kind === kind && !one.resource.includes("/"),
      );
      if (type?.verbs.includes("watch") === true) wanted.set(paramKindKey(apiVersion, kind), type);
    }
  }
  return wanted;
}
