import { placeKey } from "./downstream.ts";
import type { Downstream } from "./downstream.ts";

/** What this process wrote last into a downstream. */
export interface Written {
  /** Keyed hash of what was written. */
  readonly content: string;
  /** Hash of which fields were written, without their values. */
  readonly shape: string;
}

/** A downstream with what this process knows of its own writes to it. */
export interface KnownDownstream extends Downstream {
  /** Undefined where this process has not written it, or somebody else has changed it since. */
  readonly written: Written | undefined;
  /** The list in which it was seen last. */
  readonly epoch: number;
}

/** Everything that policies made and that is known, by place, by rule and trigger, and by source. */
export interface DownstreamIndex {
  at(key: string): KnownDownstream | undefined;
  of(ruleKey: string, triggerUid: string): readonly KnownDownstream[];
  ofRule(ruleKey: string): readonly KnownDownstream[];
  ofSource(sourceUid: string): readonly KnownDownstream[];
  hasMade(ruleKey: string, triggerUid: string): boolean;
  put(downstream: KnownDownstream): void;
  remove(key: string): void;
  all(): Iterable<KnownDownstream>;
  countOfRule(ruleKey: string): number;
  readonly size: number;
}

export function createDownstreamIndex(): DownstreamIndex {
  const byPlace = new Map<string, KnownDownstream>();
  const byTrigger = new Map<string, Set<string>>();
  const byRule = new Map<string, Set<string>>();
  const bySource = new Map<string, Set<string>>();
  const triggerKey = (ruleKey: string, uid: string): string => `${ruleKey}\n${uid}`;

  const entriesOf = (one: Downstream): readonly (readonly [Map<string, Set<string>>, string])[] => [
    [byTrigger, triggerKey(one.ruleKey, one.trigger.uid)],
    [byRule, one.ruleKey],
    ...(one.sourceUid === "" ? [] : [[bySource, one.sourceUid] as const]),
  ];

  const remove = (key: string): void => {
    const known = byPlace.get(key);
    if (known === undefined) return;
    byPlace.delete(key);
    for (const [map, name] of entriesOf(known)) {
      const keys = map.get(name);
      keys?.delete(key);
      if (keys?.size === 0) map.delete(name);
    }
  };

  const found = (keys: ReadonlySet<string> | undefined): readonly KnownDownstream[] =>
    [...(keys ?? [])].flatMap((key) => byPlace.get(key) ?? []);

  return {
    at: (key) => byPlace.get(key),
    of: (ruleKey, triggerUid) => found(byTrigger.get(triggerKey(ruleKey, triggerUid))),
    ofRule: (ruleKey) => found(byRule.get(ruleKey)),
    ofSource: (sourceUid) => found(bySource.get(sourceUid)),
    hasMade: (ruleKey, triggerUid) => byTrigger.has(triggerKey(ruleKey, triggerUid)),
    put(downstream) {
      const key = placeKey(downstream.type, downstream);
      remove(key);
      byPlace.set(key, downstream);
      for (const [map, name] of entriesOf(downstream)) {
        const keys = map.get(name) ?? new Set();
        map.set(name, keys.add(key));
      }
    },
    remove,
    all: () => byPlace.values(),
    countOfRule: (ruleKey) => byRule.get(ruleKey)?.size ?? 0,
    get size() {
      return byPlace.size;
    },
  };
}
