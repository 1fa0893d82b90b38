import { placeKey } from "./downstream.ts";
import type { KnownDownstream } from "./downstream-index.ts";

/** Notices that somebody undoes what a rule makes, over and over. */
export interface FightWatch {
  /** One more time that it was undone; how long to wait before it is made again. */
  note(policyKey: string, downstream: KnownDownstream): number;
  /** Objects of the policy over which there is a fight now. */
  countOf(policyKey: string): number;
}

interface Fight {
  readonly policyKey: string;
  count: number;
  lastMs: number;
}

/** So often in a row is no fight: people do it, and installations. */
const patience = 5;
const quietMs = 300_000;
const maxWaitMs = 300_000;
const maxFights = 10_000;

export function createFightWatch(monotonicMs: () => number): FightWatch {
  const fights = new Map<string, Fight>();
  return {
    note(policyKey, downstream) {
      const key = placeKey(downstream.type, downstream);
      const nowMs = monotonicMs();
      const known = fights.get(key);
      const isOver = known === undefined || nowMs - known.lastMs > quietMs;
      const fight = isOver ? { policyKey, count: 0, lastMs: nowMs } : known;
      fight.count += 1;
      fight.lastMs = nowMs;
      fights.delete(key);
      if (fights.size >= maxFights) {
        const oldest = fights.keys().next();
        if (oldest.done !== true) fights.delete(oldest.value);
      }
      fights.set(key, fight);
      return fight.count <= patience ? 0 : Math.min(maxWaitMs, 1_000 * 2 ** (fight.count - patience));
    },
    countOf: (policyKey) =>
      [...fights.values()].filter(
        (fight) =>
          fight.policyKey === policyKey && fight.count > patience && monotonicMs() - fight.lastMs <= quietMs,
      ).length,
  };
}
