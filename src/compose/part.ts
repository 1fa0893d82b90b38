import type { DeletionJournal } from "#controllers/journal/create-journal.ts";
import type { SettingsStore } from "#controllers/settings/settings-store.ts";
import type { Settings } from "#controllers/settings/setting-table.ts";
import type { KubeClient } from "#kube/client/kube-client.ts";
import type { Discovery } from "#kube/discovery/create-discovery.ts";
import type { Selection, Source, SourceHandlers } from "#kube/list-watch/source.ts";
import type { Health } from "#telemetry/health.ts";
import type { RootLogger } from "#telemetry/logger.ts";
import type { MetricsPage } from "#telemetry/metrics.ts";
import type { ResultPort } from "./result-port.ts";
import type { PolicyConditions } from "./policy-conditions.ts";

/** What every part of the operator is given. */
export interface PartContext {
  readonly settings: SettingsStore;
  readonly startSettings: Settings;
  readonly client: KubeClient;
  readonly discovery: Discovery;
  readonly openSource: (selection: Selection, handlers: SourceHandlers) => Source;
  readonly metrics: MetricsPage;
  readonly health: Health;
  readonly log: RootLogger;
  readonly hostName: string;
  /** Where parts say what belongs into the status of policies. */
  readonly policyConditions?: PolicyConditions;
  readonly signal: AbortSignal;
}

/** What the parts that delete are given besides. */
export interface DeletingPartContext extends PartContext {
  /** Absent where nothing is written down. */
  readonly journal?: DeletionJournal | undefined;
  /** Where audits and held runs are told of; absent where they are not. */
  readonly results?: ResultPort;
}

/** A running part: ends its watches and workers and lets what is under way finish. */
export interface Part {
  stop(): Promise<void>;
}
