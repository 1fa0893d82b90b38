import type { BrokerScope } from "#api/broker/broker-request.ts";
import type { Logger } from "#telemetry/logger.ts";
import { isForbidden } from "../client/api-error.ts";
import type { KubeClient } from "../client/kube-client.ts";
import type { Clock } from "../clock.ts";
import { createForbiddenBreaker } from "./forbidden-breaker.ts";
import type { Access } from "./forbidden-breaker.ts";
import { refuseTarget } from "./target-rules.ts";
import type { TargetPlace } from "./target-rules.ts";

/** What a policy has targets for. */
export type TargetPurpose = "generate" | "mutate-existing";

export type TargetVerb = "get" | "list" | "create" | "update" | "patch" | "delete";

/** A call that is not made for any policy: trying again changes nothing. */
export class TargetRefused extends Error {
  override readonly name = "TargetRefused";
}

/** A call that is not made now, because it was forbidden before: it is tried again after a pause. */
export class TargetHeldBack extends Error {
  override readonly name = "TargetHeldBack";
}

/** The way through which policies read and change their targets. */
export interface TargetGuard {
  /**
   * Makes `call`, which must do what `verb` and `place` say, under the authority of a policy. Rejects with
   * `TargetRefused`, `TargetHeldBack`, or what the call rejected with. Where that is a 403 that a review of our own rights
   * confirms, calls of that rule with the same verb, kind and namespace are held back for a while.
   */
  run<T>(verb: TargetVerb, place: TargetPlace, scope: BrokerScope, call: () => Promise<T>): Promise<T>;
  /** Rights have changed: what was held back may be tried again. False where nothing was. */
  retryForbidden(): boolean;
  openBreakers(): number;
}

export interface TargetGuardOptions {
  readonly purpose: TargetPurpose;
  readonly client: Pick<KubeClient, "review">;
  /** The namespace that this process and Kyverno live in. */
  readonly ownNamespace: string;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Logger;
  readonly onCall: (purpose: TargetPurpose, outcome: "value" | "failed" | "refused") => void;
}

export function createTargetGuard(options: TargetGuardOptions): TargetGuard {
  const { purpose, client, ownNamespace, log, onCall } = options;
  const breaker = createForbiddenBreaker(options);
  return {
    async run(verb, place, scope, call) {
      const refusal = refuseTarget(place, scope, ownNamespace);
      if (refusal !== undefined) {
        onCall(purpose, "refused");
        throw new TargetRefused(refusal);
      }
      const access = accessOf(verb, place);
      const held = breaker.heldBack(scope, access);
      if (held !== undefined) {
        onCall(purpose, "refused");
        throw new TargetHeldBack(held);
      }
      try {
        const answer = await call();
        breaker.close(scope, access);
        onCall(purpose, "value");
        return answer;
      } catch (error) {
        onCall(purpose, "failed");
        if (isForbidden(error) && !(await isAllowed(client, access, log))) {
          breaker.open(scope, access, error.message);
          log.warn("a policy needs rights that this process does not have", { purpose, ...scope, ...access });
        }
        throw error;
      }
    },
    retryForbidden() {
      const wereHeld = breaker.size() > 0;
      breaker.closeAll();
      return wereHeld;
    },
    openBreakers: () => breaker.size(),
  };
}

function accessOf(verb: TargetVerb, { type, namespace, subresource = "" }: TargetPlace): Access {
  return { verb, group: type.group, resource: type.resource, subresource, namespace };
}

/** What authorization says of our own rights. Where it cannot be asked, a refusal may have other reasons. */
async function isAllowed(client: Pick<KubeClient, "review">, access: Access, log: Logger): Promise<boolean> {
  try {
    const answer = (await client.review("/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", {
      apiVersion: "authorization.k8s.io/v1",
      kind: "SelfSubjectAccessReview",
      spec: { resourceAttributes: access },
    })) as { readonly status?: { readonly allowed?: unknown } } | null;
    return answer?.status?.allowed !== false;
  } catch (error) {
    log.debug("cannot ask for own rights", { error });
    return true;
  }
}
