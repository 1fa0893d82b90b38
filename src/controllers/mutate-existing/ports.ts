import type { ResourceType } from "#api/meta/resource-type.ts";
import type { PolicyReportResult } from "#api/reports/policy-report.ts";
import type { OwnWrites, TriggerNamespaces } from "#controllers/triggers/trigger-feed.ts";
import type { Budget } from "#engine/budget.ts";
import type { CelExceptionSource } from "#engine/cel-policy/cel-exception-source.ts";
import type { ContextRequest, ContextSource, PermissionScope } from "#engine/context/context-source.ts";
import type { ExceptionSource } from "#engine/exceptions/exception-source.ts";
import type { TargetGuard } from "#kube/broker/create-target-guard.ts";
import type { KubeClient } from "#kube/client/kube-client.ts";
import type { ReportOwner } from "#reports/owner.ts";

/** Data that rules ask for, remembered for one run. */
export interface RunContext extends ContextSource {
  settle(requests: readonly ContextRequest[], scope: PermissionScope): Promise<void>;
}

/** Where results go. Rejects where they could not be taken for now. */
export interface ResultSink {
  merge(owner: ReportOwner, results: readonly PolicyReportResult[]): Promise<void>;
}

/** Everything of the world that a run touches. */
export interface MutateWorld {
  readonly client: Pick<KubeClient, "get" | "listPage" | "update">;
  readonly guard: TargetGuard;
  readonly ownWrites: OwnWrites;
  readonly namespaces: Pick<TriggerNamespaces, "labelsOf">;
  readonly types: () => readonly ResourceType[];
  readonly ownNamespace: string;
  readonly now: () => number;
  readonly monotonicMs: () => number;
  readonly seed: () => number;
  readonly budget: () => Budget;
  readonly openContext: () => RunContext;
  readonly exceptions?: ExceptionSource;
  readonly celExceptions?: CelExceptionSource;
  /** False as long as the exceptions that are there are not all known. */
  readonly isReady?: () => boolean;
  /** Objects that the operator is told to leave alone. */
  readonly isFiltered: (subject: {
    readonly type: ResourceType;
    readonly subresource: string;
    readonly namespace: string;
    readonly name: string;
  }) => boolean;
  readonly pageSize: number;
  /** Writes of one run that are under way at once. */
  readonly concurrency: number;
}
