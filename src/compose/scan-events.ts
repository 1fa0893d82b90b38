import type { ExceptedRule, Violation } from "#controllers/scan/ports.ts";
import type { ScanPolicy } from "#controllers/scan/scan-policy.ts";
import type { EventContent, ObjectReference } from "#kube/events/event.ts";
import type { EventRecorder } from "#kube/events/event-recorder.ts";
import { exceptionEvents, successEvents, violationEvents } from "#kube/events/scan-events.ts";
import type { PolicyReference } from "#kube/events/scan-events.ts";
import type { ReportOwner } from "#reports/owner.ts";

/** What the scan tells as Events. */
export interface ScanEvents {
  violation(violation: Violation): void;
  excepted(rule: ExceptedRule): void;
  success(owner: ReportOwner, policy: ScanPolicy): void;
  /** The policy cannot judge what it should. */
  blocked(policy: ScanPolicy, message: string): void;
}

/**
 * Violations that a change brought to light have a budget per policy and namespace; those that a first list or a policy
 * edit finds come by the thousand and share one budget per policy, so that they cannot use up a tenant's.
 */
const bulkNamespace = "(bulk)";

function referenceTo({ apiVersion, compiled: { identity, uid } }: ScanPolicy): PolicyReference {
  const { kind, name, namespace } = identity;
  return {
    apiVersion,
    kind,
    name,
    uid,
    ...(namespace === undefined ? {} : { namespace }),
  };
}

/** Classic policies and those in CEL have exceptions of their own. */
function exceptionOf(key: string, { compiled }: ScanPolicy): ObjectReference {
  const [namespace = "", name = ""] = key.split("/");
  const { kind } = compiled.identity;
  const apiVersion =
    kind === "ClusterPolicy" || kind === "Policy" ? "kyverno.io/v2" : "policies.kyverno.io/v1";
  return { apiVersion, kind: "PolicyException", namespace, name };
}

/** Turns what the scan finds into Events. */
export function createScanEvents(recorder: EventRecorder): ScanEvents {
  return {
    violation({ policy, owner, response, urgent }) {
      const reference = referenceTo(policy);
      const { rule, status, message } = response;
      recorder.record({
        policy: reference,
        namespace: urgent ? (owner.namespace ?? "") : bulkNamespace,
        events: violationEvents({ policy: reference, resource: owner, rule, status, message }),
      });
    },
    excepted({ policy, owner, rule, exceptions, urgent }) {
      const reference = referenceTo(policy);
      recorder.record({
        policy: reference,
        namespace: urgent ? (owner.namespace ?? "") : bulkNamespace,
        events: exceptionEvents({
          policy: reference,
          resource: owner,
          rule,
          exceptions: exceptions.map((key) => exceptionOf(key, policy)),
        }),
      });
    },
    success(owner, policy) {
      const reference = referenceTo(policy);
      recorder.record({
        policy: reference,
        namespace: bulkNamespace,
        events: successEvents({ policy: reference, resource: owner, mutated: false }),
      });
    },
    blocked(policy, message) {
      const reference = referenceTo(policy);
      const event: EventContent = {
        controller: "kyverno-scan",
        regarding: reference,
        reason: "PolicyError",
        action: "None",
        note: message,
      };
      recorder.record({ policy: reference, namespace: reference.namespace ?? "", events: [event] });
    },
  };
}
