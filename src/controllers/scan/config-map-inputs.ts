import type { KubeObject } from "#api/meta/object-meta.ts";
import { pause } from "#controllers/runtime/clock.ts";
import type { Clock } from "#controllers/runtime/clock.ts";
import type { Source, SourceHandlers } from "#kube/list-watch/source.ts";
import type { ScanPolicy } from "./scan-policy.ts";

export interface ConfigMapName {
  readonly namespace: string;
  readonly name: string;
}

export interface ConfigMapInputsDeps {
  /** Lists and watches the ConfigMaps of a namespace. */
  readonly open: (namespace: string, handlers: SourceHandlers) => Source;
  readonly hash: (object: KubeObject) => string;
  /** A ConfigMap that some policy names appeared, changed or went. */
  readonly onChange: (configMap: ConfigMapName) => void;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** The ConfigMaps that policies name literally, watched in their namespaces for as long as some policy names one. */
export interface ConfigMapInputs {
  /**
   * Watches what these policies name. Resolves when the namespaces that are new have been listed, so that no change
   * falls between the first reading and the watch; those that take too long are told of as changed when they come.
   */
  ensure(policies: Iterable<ScanPolicy>): Promise<void>;
  stop(): Promise<void>;
}

/** Each namespace costs a watch; policies may name more, and those wait for the rescan. */
const maxNamespaces = 100;
const waitMs = 2_000;

/** The names by namespace. A namespaced policy may read its own namespace only, so nothing else is watched for it. */
export function namedConfigMaps(policies: Iterable<ScanPolicy>): Map<string, Set<string>> {
  const named = new Map<string, Set<string>>();
  for (const { idle, compiled } of policies) {
    if (idle !== undefined) continue;
    for (const { namespace, name } of compiled.literalConfigMaps) {
      if (compiled.identity.namespace !== undefined && compiled.identity.namespace !== namespace) continue;
      const names = named.get(namespace) ?? new Set<string>();
      names.add(name);
      named.set(namespace, names);
    }
  }
  return named;
}

interface WatchedNamespace {
  readonly source: Source;
  /** Listed, or known not to be readable. */
  readonly settled: Promise<void>;
}

export function createConfigMapInputs(deps: ConfigMapInputsDeps): ConfigMapInputs {
  const watched = new Map<string, WatchedNamespace>();
  let named: ReadonlyMap<string, ReadonlySet<string>> = new Map();

  const begin = (namespace: string): WatchedNamespace => {
    const { promise: settled, resolve } = Promise.withResolvers<void>();
    const giveUp = (): void => {
      isLate = !isListed;
      resolve();
    };
    const hashes = new Map<string, { hash: string; epoch: number }>();
    let isListed = false;
    let isLate = false;

    const tell = (name: string): void => {
      if (named.get(namespace)?.has(name) === true) deps.onChange({ namespace, name });
    };
    const note = (object: KubeObject, epoch: number): void => {
      const { name } = object.metadata;
      const hash = deps.hash(object);
      const before = hashes.get(name);
      hashes.set(name, { hash, epoch });
      if (before?.hash !== hash && isListed) tell(name);
    };
    const gone = (name: string): void => {
      if (hashes.delete(name)) tell(name);
    };

    const source = deps.open(namespace, {
      onListStart: () => {},
      onPage: (objects, page) => {
        for (const object of objects) if (!page.superseded(object.metadata.uid)) note(object, page.epoch);
        return Promise.resolve();
      },
      onEvent: (type, object, epoch) => {
        if (type === "DELETED") gone(object.metadata.name);
        else note(object, epoch);
        return Promise.resolve();
      },
      onSynced: (epoch) => {
        for (const [name, seen] of hashes) if (seen.epoch < epoch) gone(name);
        // Objects may have been judged by what was there before this list.
        if (!isListed && isLate) for (const name of named.get(namespace) ?? []) tell(name);
        isListed = true;
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
      named = namedConfigMaps(policies);
      const ended = [...watched].filter(([namespace]) => !named.has(namespace));
      for (const [namespace] of ended) watched.delete(namespace);
      const begun: Promise<void>[] = [];
      for (const namespace of named.keys()) {
        if (watched.has(namespace) || watched.size >= maxNamespaces) continue;
        const started = begin(namespace);
        watched.set(namespace, started);
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
