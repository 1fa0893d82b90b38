import type { EventContent, ReportingController } from "./event.ts";
import type { PolicyReference } from "./scan-events.ts";

const maxNamespaces = 10;
const maxPolicies = 1_000;

interface Tally {
  readonly policy: PolicyReference;
  readonly controller: ReportingController;
  count: number;
  readonly namespaces: Set<string>;
  hasMoreNamespaces: boolean;
}

/** What was beyond the budget, by policy, until it is told in one Event each. */
export interface EventSummary {
  /** False where too many policies are being summed up already. */
  add(policy: PolicyReference, namespace: string, controller: ReportingController): boolean;
  /** The Events, one for each policy; counting begins anew. */
  take(): readonly EventContent[];
  readonly isEmpty: boolean;
}

export function createEventSummary(): EventSummary {
  const tallies = new Map<string, Tally>();
  return {
    add(policy, namespace, controller) {
      const key = `${policy.uid} ${controller}`;
      let tally = tallies.get(key);
      if (tally === undefined) {
        if (tallies.size >= maxPolicies) return false;
        tally = { policy, controller, count: 0, namespaces: new Set(), hasMoreNamespaces: false };
        tallies.set(key, tally);
      }
      tally.count++;
      if (tally.namespaces.size < maxNamespaces) tally.namespaces.add(namespace);
      else if (!tally.namespaces.has(namespace)) tally.hasMoreNamespaces = true;
      return true;
    },
    take() {
      const events = [...tallies.values()].map(summaryEvent);
      tallies.clear();
      return events;
    },
    get isEmpty() {
      return tallies.size === 0;
    },
  };
}

function summaryEvent({ policy, controller, count, namespaces, hasMoreNamespaces }: Tally): EventContent {
  const named = [...namespaces].filter((name) => name !== "").sort();
  const places = [...named, ...(hasMoreNamespaces ? ["others"] : [])].join(", ");
  const where = places === "" ? "" : ` (namespaces: ${places})`;
  const what = count === 1 ? "1 more violation" : `${count} more violations`;
  return {
    controller,
    regarding: policy,
    reason: "PolicyViolation",
    action: "Resource Passed",
    note: `${what}${where} without an event of their own; the policy reports list them all`,
  };
}
