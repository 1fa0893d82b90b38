import PQueue from "p-queue";
import type { BrokerScope } from "#api/broker/broker-request.ts";

export interface CallLanes {
  /**
   * Runs `call` when its policy's turn has come; undefined where too many calls of that policy wait already. What is
   * running for one policy never takes all the room there is.
   */
  run<T>(scope: BrokerScope, call: () => Promise<T>): Promise<T> | undefined;
}

/** Calls that go on at once: `perPolicy` for one policy, `total` for all; at most `maxWaiting` of one policy wait. */
export function createCallLanes({
  perPolicy,
  total,
  maxWaiting,
}: {
  readonly perPolicy: number;
  readonly total: number;
  readonly maxWaiting: number;
}): CallLanes {
  const lanes = new Map<string, PQueue>();
  const all = new PQueue({ concurrency: total });
  return {
    run({ policyKind, policyNamespace = "", policyName }, call) {
      const key = JSON.stringify([policyKind, policyNamespace, policyName]);
      let lane = lanes.get(key);
      if (lane === undefined) {
        lane = new PQueue({ concurrency: perPolicy });
        lane.once("idle", () => lanes.delete(key));
        lanes.set(key, lane);
      }
      if (lane.size >= maxWaiting) return undefined;
      return lane.add(() => all.add(call));
    },
  };
}
