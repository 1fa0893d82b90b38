import type { Violation } from "#controllers/scan/ports.ts";
import type { EventRecorder } from "#kube/events/event-recorder.ts";
import { violationEvents } from "#kube/events/scan-events.ts";

/**
 * Violations that a change brought to light have a budget per policy and namespace; those that a first list or a policy
 * edit finds come by the thousand and share one budget per policy, so that they cannot use up a tenant's.
 */
const bulkNamespace = "(bulk)";

/** Turns first violations into Events. */
export function createViolationEvents(recorder: EventRecorder): (violation: Violation) => void {
  return ({ policy, owner, response, urgent }) => {
    const { kind, name, namespace } = policy.compiled.identity;
    const reference = {
      apiVersion: "kyverno.io/v1",
      kind,
      name,
      uid: policy.compiled.uid,
      ...(namespace === undefined ? {} : { namespace }),
    };
    recorder.record({
      policy: reference,
      namespace: urgent ? (owner.namespace ?? "") : bulkNamespace,
      events: violationEvents({
        policy: reference,
        resource: owner,
        rule: response.rule,
        status: response.status,
        message: response.message,
      }),
    });
  };
}
