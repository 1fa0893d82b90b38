import type { ResourceType } from "#api/meta/resource-type.ts";
import { resourceTypeKey } from "#api/meta/resource-type.ts";
import type { ScanObserver } from "#controllers/scan/ports.ts";
import type { ScanPolicy } from "#controllers/scan/scan-policy.ts";
import type { RuleResponse } from "#engine/response.ts";
import type { ReportOwner } from "#reports/owner.ts";
import type { Logger } from "#telemetry/logger.ts";
import type { Metrics } from "#telemetry/metrics.ts";
import type { ScanEvents } from "./scan-events.ts";

/** State of a kind as people are told of it. */
export interface KindStanding {
  readonly type: ResourceType;
  readonly state: "syncing" | "live" | "degraded";
  readonly reason?: string;
  /** Monotonic ms since when. */
  readonly sinceMs: number;
}

export interface ObservedScan extends ScanObserver {
  /** By `resourceTypeKey`. */
  readonly kinds: ReadonlyMap<string, KindStanding>;
}

function resultLabels(policy: ScanPolicy, owner: ReportOwner, response: RuleResponse) {
  const { identity, background } = policy.compiled;
  return {
    policy_validation_mode: policy.action,
    policy_type: identity.namespace === undefined ? "cluster" : "namespaced",
    policy_background_mode: String(background),
    policy_namespace: identity.namespace ?? "-",
    policy_name: identity.name,
    resource_kind: owner.kind,
    resource_namespace: owner.namespace ?? "-",
    resource_request_operation: "create",
    rule_name: response.rule,
    rule_result: response.status,
    rule_type: response.type,
    rule_execution_cause: "background_scan",
    dry_run: "false",
  };
}

/** What the scan says, as metrics, log lines and Events. */
export function createScanObserver(deps: {
  readonly metrics: Metrics;
  readonly log: Logger;
  readonly events: ScanEvents;
  readonly wantsSuccesses: () => boolean;
  readonly monotonicMs: () => number;
}): ObservedScan {
  const { metrics, log } = deps;
  const kinds = new Map<string, KindStanding>();

  return {
    kinds,
    violation: (violation) => deps.events.violation(violation),
    excepted: (rule) => deps.events.excepted(rule),
    success: (owner, policy) => deps.events.success(owner, policy),
    wantsSuccesses: () => deps.wantsSuccesses(),
    policyBlocked(policy, message) {
      log.warn("policy cannot judge what it should", { policy: policy.key, reason: message });
      deps.events.blocked(policy, message);
    },
    judged(owner, judgements) {
      metrics.controllerReconciles.inc({ controller_name: "background-scan-controller" });
      for (const { policy, responses } of judgements) {
        for (const response of responses) metrics.policyResults.inc(resultLabels(policy, owner, response));
      }
    },
    kindState(type, state) {
      const key = resourceTypeKey(type);
      if (state.kind === "stopped") {
        kinds.delete(key);
        return;
      }
      const before = kinds.get(key);
      const reason = state.reason === undefined ? {} : { reason: state.reason };
      if (before?.state === state.kind && before.reason === state.reason) return;
      kinds.set(key, { type, state: state.kind, sinceMs: deps.monotonicMs(), ...reason });
      if (state.kind === "degraded") log.warn("kind cannot be read, trying again", { kind: key, ...reason });
      else if (before?.state === "degraded") log.info("kind can be read again", { kind: key });
    },
    passFinished(type, { reason, seconds }) {
      metrics.controllerReconciles.inc({ controller_name: "resource-report-controller" });
      metrics.passDuration.observe({ cause: reason }, seconds);
      log.debug("pass finished", { kind: resourceTypeKey(type), reason, seconds });
    },
    passFailed(type, error) {
      log.warn("judging failed, trying again", { kind: resourceTypeKey(type), error });
    },
    planFailed(error) {
      log.error("planning what to watch failed, trying again", { error });
    },
    sliceCut(ms) {
      metrics.eventLoopSlice.observe({}, ms / 1000);
    },
  };
}
