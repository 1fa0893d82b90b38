import { isTooManyRequests, isTransient } from "../client/api-error.ts";
import type { KubeClient } from "../client/kube-client.ts";
import type { Pauses } from "./pause.ts";

/** While nothing answers, one source asks this often, whatever the pauses of all of them are. */
const defaultProbeMs = 2_000;

/**
 * What the sources of one client tell each other, so that an outage of the API server ends for all of them when it ends for
 * one, and is noticed soon however long it was. A source that fails while others do not has a trouble of its own and keeps
 * its pauses.
 */
export interface Outage {
  /** Takes one more source in. */
  join(): OutageMember;
}

export interface OutageMember {
  /** Waits after a failure, at most `ms`. */
  pause(pauses: Pauses, ms: number, error: unknown): Promise<void>;
  /** The server did what this source asked of it. */
  answered(): void;
  leave(): void;
}

const outages = new WeakMap<KubeClient, Outage>();

/** The one that all sources of the client share. */
export function outageOf(client: KubeClient): Outage {
  const known = outages.get(client);
  if (known !== undefined) return known;
  const created = createOutage();
  outages.set(client, created);
  return created;
}

export function createOutage(probeMs = defaultProbeMs): Outage {
  const members = new Set<OutageMember>();
  const troubled = new Set<OutageMember>();
  /** Who waits, the longest wait first. */
  const waiting = new Set<{ readonly pauses: Pauses }>();
  let probing: NodeJS.Timeout | undefined;

  const probe = (): void => {
    probing = undefined;
    const [longest] = waiting;
    if (longest === undefined) return;
    waiting.delete(longest);
    longest.pauses.wake();
    arrangeProbes();
  };
  const arrangeProbes = (): void => {
    if (waiting.size > 0 && troubled.size === members.size) {
      probing ??= setTimeout(probe, probeMs);
    } else {
      clearTimeout(probing);
      probing = undefined;
    }
  };

  return {
    join: () => {
      const member: OutageMember = {
        pause: async (pauses, ms, error) => {
          if (!mayBeOutage(error)) return pauses.pause(ms);
          const wait = { pauses };
          troubled.add(member);
          waiting.add(wait);
          arrangeProbes();
          try {
            await pauses.pause(ms);
          } finally {
            waiting.delete(wait);
            arrangeProbes();
          }
        },
        answered: () => {
          if (!troubled.delete(member)) return;
          for (const { pauses } of waiting) pauses.wake();
          arrangeProbes();
        },
        leave: () => {
          members.delete(member);
          troubled.delete(member);
          arrangeProbes();
        },
      };
      members.add(member);
      return member;
    },
  };
}

/** A failure that can come from the whole server; 429 comes from one that is well enough to say when to return. */
function mayBeOutage(error: unknown): boolean {
  return isTransient(error) && !isTooManyRequests(error);
}
