import type { KubeObject } from "#api/meta/object-meta.ts";
import type { ResourceType } from "#api/meta/resource-type.ts";
import type { Clock } from "#controllers/runtime/clock.ts";
import { pause } from "#controllers/runtime/clock.ts";
import type { Logger } from "#telemetry/logger.ts";
import type { Held } from "./trigger-entry.ts";

/** Objects of one kind that a rule is to be asked about. */
export interface PassRequest {
  readonly ruleKey: string;
  readonly uids: ReadonlySet<string> | "all";
  readonly cause: "existing" | "revisit";
  /** Released when all objects were handed over; whoever takes one holds it longer. */
  readonly held: readonly Held[];
}

export interface PassDeps {
  readonly list: (
    type: ResourceType,
    namespace: string | undefined,
    handle: (objects: readonly KubeObject[]) => Promise<void>,
  ) => Promise<unknown>;
  /** The namespace that is enough for a rule; undefined: all. */
  readonly namespaceOf: (ruleKey: string) => string | undefined;
  readonly onObject: (request: PassRequest, object: KubeObject) => Promise<void> | void;
  readonly clock: Clock;
  readonly log: Logger;
  readonly signal: AbortSignal;
}

/** Reads one kind in pages on request: never twice at once, and once more for what is asked for meanwhile. */
export interface Passes {
  request(request: PassRequest): void;
  /** Requests of the rule go. */
  forgetRule(ruleKey: string): void;
  idle(): Promise<void>;
}

const settleMs = 20;
const maxRetryMs = 60_000;

export function createPasses(type: ResourceType, deps: PassDeps): Passes {
  let requests: PassRequest[] = [];
  let running: Promise<void> | undefined;

  const release = (request: PassRequest): void => {
    for (const one of request.held) one.release();
  };

  const take = (): PassRequest[] => {
    const taken = requests;
    requests = [];
    return taken;
  };

  const pass = async (taken: readonly PassRequest[]): Promise<void> => {
    const namespaces = new Set(taken.map(({ ruleKey }) => deps.namespaceOf(ruleKey)));
    const [only] = namespaces;
    const namespace = namespaces.size === 1 && type.namespaced ? only : undefined;
    await deps.list(type, namespace, async (objects) => {
      for (const object of objects) {
        for (const request of taken) {
          if (request.uids !== "all" && !request.uids.has(object.metadata.uid)) continue;
          await deps.onObject(request, object);
        }
      }
    });
  };

  const run = async (): Promise<void> => {
    let delayMs = settleMs;
    while (requests.length > 0 && !deps.signal.aborted) {
      // What comes together is read together.
      await pause(deps.clock, delayMs, deps.signal);
      const taken = take();
      try {
        await pass(taken);
        taken.forEach(release);
        delayMs = settleMs;
      } catch (error) {
        if (deps.signal.aborted) return;
        deps.log.warn("existing objects cannot be read, trying again", { resource: type.resource, error });
        requests.push(...taken);
        delayMs = Math.min(maxRetryMs, Math.max(1_000, delayMs * 2));
      }
    }
  };

  const begin = (): void => {
    running ??= run().finally(() => {
      running = undefined;
      if (requests.length > 0 && !deps.signal.aborted) begin();
    });
  };

  return {
    request(request) {
      const uids = request.uids;
      const same = requests.findIndex(
        (one) => one.ruleKey === request.ruleKey && one.cause === request.cause,
      );
      const known = requests[same];
      if (known === undefined) requests.push(request);
      else {
        const union = known.uids === "all" || uids === "all" ? "all" : known.uids.union(uids);
        requests[same] = { ...known, uids: union, held: [...known.held, ...request.held] };
      }
      begin();
    },
    forgetRule(ruleKey) {
      requests.filter((request) => request.ruleKey === ruleKey).forEach(release);
      requests = requests.filter((request) => request.ruleKey !== ruleKey);
    },
    async idle() {
      await running;
    },
  };
}
