import type { ResourceType } from "#api/meta/resource-type.ts";
import type { PolicyReportResult } from "#api/reports/policy-report.ts";
import type { OwnWrites, TriggerNamespaces } from "#controllers/triggers/trigger-feed.ts";
import type { Budget } from "#engine/budget.ts";
import type { CelExceptionSource } from "#engine/cel-policy/cel-exception-source.ts";
import type { ContextRequest, ContextSource, PermissionScope } from "#engine/context/context-source.ts";
import type { ExceptionSource } from "#engine/exceptions/exception-source.ts";
import type { TargetGuard } from "#kube/broker/create-target-guard.ts";
import type { KubeClient } from "#kube/client/kube-client.ts";
import type { Selection, Source, SourceHandlers } from "#kube/list-watch/source.ts";
import type { Logger } from "#telemetry/logger.ts";
import type { ReportOwner } from "#reports/owner.ts";

/** Data that rules ask for, remembered for a moment. */
export interface RunContext extends ContextSource {
  settle(requests: readonly ContextRequest[], scope: PermissionScope): Promise<void>;
}

/** Where results go. Rejects where they could not be taken for now. */
export interface ResultSink {
  merge(owner: ReportOwner, results: readonly PolicyReportResult[]): Promise<void>;
}

/** Everything of the world that generating touches. */
export interface GenerateWorld {
  readonly client: Pick<KubeClient, "get" | "listPage" | "create" | "patch" | "delete">;
  readonly guard: TargetGuard;
  readonly ownWrites: OwnWrites;
  readonly namespaces: TriggerNamespaces;
  readonly types: () => readonly ResourceType[];
  readonly openSource: (selection: Selection, handlers: SourceHandlers) => Source;
  /** A hash that nobody outside can foresee, of content that may be secret. */
  readonly hash: (value: unknown) => string;
  readonly now: () => number;
  readonly monotonicMs: () => number;
  readonly seed: () => number;
  readonly budget: () => Budget;
  /** Answers from outside, shared for a moment by all who know the same version of sources. */
  readonly context: (version: number) => RunContext;
  readonly exceptions?: ExceptionSource;
  readonly celExceptions?: CelExceptionSource;
  readonly pageSize: number;
  readonly log: Logger;
  /** Deletes that follow from one cause are under way at once. */
  readonly concurrency: number;
}
