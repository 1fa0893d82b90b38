import PQueue from "p-queue";
import type { PassRequest } from "./pass-request.ts";
import { readsOutside } from "./scan-policy.ts";
import type { ScanPolicy } from "./scan-policy.ts";

/**
 * Where passes wait for their turn: so many go on at once. Those that may wait for services outside have a lane of their
 * own, and do not hold up the others.
 */
export function createPassLanes(
  concurrency: number,
): (request: PassRequest, policies: Iterable<ScanPolicy>) => PQueue {
  const inside = new PQueue({ concurrency });
  const outside = new PQueue({ concurrency });
  return ({ policies: filter }, policies) => {
    const concerned = [...policies].filter(({ key }) => filter === "all" || filter.has(key));
    return concerned.some(readsOutside) ? outside : inside;
  };
}
