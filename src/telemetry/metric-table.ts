export interface MetricRow {
  readonly kind: "counter" | "gauge" | "histogram";
  readonly name: string;
  readonly help: string;
  readonly labels: readonly string[];
  /** Upper bounds; absent: the configured default. */
  readonly buckets?: readonly number[];
  /** The label by which `metricsConfig.namespaces` includes or excludes samples. */
  readonly namespaceLabel?: string;
}

const policyResultLabels = [
  "policy_validation_mode",
  "policy_type",
  "policy_background_mode",
  "policy_namespace",
  "policy_name",
  "resource_kind",
  "resource_namespace",
  "resource_request_operation",
  "rule_name",
  "rule_result",
  "rule_type",
  "rule_execution_cause",
  "dry_run",
] as const;

const policyLabels = [
  "policy_validation_mode",
  "policy_type",
  "policy_background_mode",
  "policy_namespace",
  "policy_name",
] as const;

const secondBuckets = [0.005, 0.025, 0.1, 0.25, 0.5, 1, 2, 5, 15, 60, 300, 1_800] as const;

const cleanupPolicyLabels = ["policy_type", "policy_namespace", "policy_name"] as const;
const cleanupLabels = [...cleanupPolicyLabels, "resource_namespace", "deletion_propagation"] as const;
const ttlLabels = ["resource_namespace", "resource_group", "resource_version", "resource_resource"] as const;

/**
 * Every metric there is. The names and labels that start with `kyverno_` are those that Kyverno's dashboards and alerts
 * query; the others are ours.
 */
export const metricTable = {
  info: { kind: "gauge", name: "kyverno_info", help: "Version of this process.", labels: ["version"] },
  policyResults: {
    kind: "counter",
    name: "kyverno_policy_results_total",
    help: "Results of rules by policy, resource and outcome.",
    labels: policyResultLabels,
    namespaceLabel: "resource_namespace",
  },
  policyExecutionDuration: {
    kind: "histogram",
    name: "kyverno_policy_execution_duration_seconds",
    help: "Time that rules took.",
    labels: policyResultLabels,
    namespaceLabel: "resource_namespace",
  },
  policyRuleInfo: {
    kind: "gauge",
    name: "kyverno_policy_rule_info_total",
    help: "Rules of the policies that exist: 1 each.",
    labels: [
      "policy_namespace",
      "policy_name",
      "status_ready",
      "policy_validation_mode",
      "policy_type",
      "policy_background_mode",
      "rule_name",
      "rule_type",
    ],
    namespaceLabel: "policy_namespace",
  },
  policyChanges: {
    kind: "counter",
    name: "kyverno_policy_changes_total",
    help: "Policies created, updated and deleted.",
    labels: [...policyLabels, "policy_change_type"],
    namespaceLabel: "policy_namespace",
  },
  clientQueries: {
    kind: "counter",
    name: "kyverno_client_queries_total",
    help: "Requests to the API server by operation and kind.",
    labels: ["operation", "client_type", "resource_kind", "resource_namespace"],
    namespaceLabel: "resource_namespace",
  },
  controllerReconciles: {
    kind: "counter",
    name: "kyverno_controller_reconcile_total",
    help: "Runs of controllers.",
    labels: ["controller_name"],
  },
  controllerRequeues: {
    kind: "counter",
    name: "kyverno_controller_requeue_total",
    help: "Work that failed and waits for its next try.",
    labels: ["controller_name", "num_requeues"],
  },
  controllerDrops: {
    kind: "counter",
    name: "kyverno_controller_drop_total",
    help: "Work that was given up. Nothing is, so this stays at 0; alerts on it keep working.",
    labels: ["controller_name"],
  },
  eventsDropped: {
    kind: "counter",
    name: "kyverno_events_dropped_total",
    help: "Events that were not sent because the queue was full or the server refused them.",
    labels: [],
  },
  oldestVerdictAge: {
    kind: "gauge",
    name: "rearguard_oldest_verdict_age_seconds",
    help: "Age of the oldest verdict: how stale a report can be.",
    labels: [],
  },
  objectsKnown: {
    kind: "gauge",
    name: "rearguard_objects",
    help: "Objects that are known and judged.",
    labels: ["resource"],
  },
  kinds: {
    kind: "gauge",
    name: "rearguard_kinds",
    help: "Kinds that are read, by state: live, syncing or degraded.",
    labels: ["state"],
  },
  pendingPasses: {
    kind: "gauge",
    name: "rearguard_pending_passes",
    help: "Passes over a kind that wait or are going on.",
    labels: [],
  },
  writeQueueDepth: {
    kind: "gauge",
    name: "rearguard_report_write_queue_depth",
    help: "Reports whose verdict changed and that are not written yet.",
    labels: [],
  },
  workQueueDepth: {
    kind: "gauge",
    name: "rearguard_work_queue_depth",
    help: "Keys of a work queue by state: ready, delayed or in_work.",
    labels: ["queue", "state"],
  },
  workQueueOldest: {
    kind: "gauge",
    name: "rearguard_work_queue_oldest_seconds",
    help: "How long the oldest key has been ready (ready) or in work (in_work).",
    labels: ["queue", "state"],
  },
  reportWrites: {
    kind: "counter",
    name: "rearguard_report_writes_total",
    help: "Writes of reports by verb and outcome.",
    labels: ["verb", "outcome"],
  },
  evaluations: {
    kind: "counter",
    name: "rearguard_evaluations_total",
    help: "Objects judged, by what caused it.",
    labels: ["cause"],
  },
  policyCompilations: {
    kind: "counter",
    name: "rearguard_policy_compilations_total",
    help: "Policies compiled: each once for every change of what counts of it.",
    labels: ["kind"],
  },
  passDuration: {
    kind: "histogram",
    name: "rearguard_pass_duration_seconds",
    help: "Time that a pass over a kind took.",
    labels: ["cause"],
    buckets: secondBuckets,
  },
  watchRestarts: {
    kind: "counter",
    name: "rearguard_watch_restarts_total",
    help: "Watches opened again, by reason.",
    labels: ["resource", "reason"],
  },
  apiRequests: {
    kind: "counter",
    name: "rearguard_api_requests_total",
    help: "Requests to the API server by verb, resource and status; the status is 0 where no answer came.",
    labels: ["verb", "resource", "status"],
  },
  apiRequestDuration: {
    kind: "histogram",
    name: "rearguard_api_request_duration_seconds",
    help: "Time until the API server's answer.",
    labels: ["verb", "resource"],
  },
  policyCalls: {
    kind: "counter",
    name: "rearguard_policy_calls_total",
    help: "Calls that policies caused, by kind of call and outcome.",
    labels: ["kind", "outcome"],
  },
  registryCalls: {
    kind: "counter",
    name: "rearguard_registry_calls_total",
    help: "Requests to image registries by host and HTTP status; `error` where no answer came.",
    labels: ["host", "status"],
  },
  registryBacklog: {
    kind: "gauge",
    name: "rearguard_registry_waiting_requests",
    help: "Requests that wait because a registry asked for time.",
    labels: ["host"],
  },
  imageVerifications: {
    kind: "counter",
    name: "rearguard_image_verifications_total",
    help: "Verifications of images by outcome.",
    labels: ["outcome"],
  },
  imageCache: {
    kind: "counter",
    name: "rearguard_image_verdict_cache_total",
    help: "Questions about images that a kept verdict answered, and that none did.",
    labels: ["result"],
  },
  openBreakers: {
    kind: "gauge",
    name: "rearguard_policy_call_breakers_open",
    help: "Calls of policies that are held back because access is forbidden.",
    labels: [],
  },
  events: {
    kind: "counter",
    name: "rearguard_events_total",
    help: "Events by reason and outcome.",
    labels: ["reason", "outcome"],
  },
  leaseHeld: {
    kind: "gauge",
    name: "rearguard_lease_held",
    help: "1 while this process holds the Lease.",
    labels: ["lease"],
  },
  settingsProblems: {
    kind: "gauge",
    name: "rearguard_settings_problems",
    help: "Settings that are not understood and therefore not in force.",
    labels: [],
  },
  eventLoopSlice: {
    kind: "histogram",
    name: "rearguard_event_loop_slice_seconds",
    help: "How long judging kept the event loop before it yielded.",
    labels: [],
    buckets: [0.001, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 1],
  },
  cleanupDeleted: {
    kind: "counter",
    name: "kyverno_cleanup_controller_deletedobjects_total",
    help: "Objects that cleanup policies deleted.",
    labels: [...cleanupLabels, "resource_kind"],
    namespaceLabel: "resource_namespace",
  },
  cleanupErrors: {
    kind: "counter",
    name: "kyverno_cleanup_controller_errors_total",
    help: "Objects that cleanup policies could not delete.",
    labels: [...cleanupLabels, "resource_kind"],
    namespaceLabel: "resource_namespace",
  },
  deletingDeleted: {
    kind: "counter",
    name: "kyverno_deleting_controller_deletedobjects_total",
    help: "Objects that deleting policies deleted.",
    labels: [...cleanupLabels, "resource"],
    namespaceLabel: "resource_namespace",
  },
  deletingErrors: {
    kind: "counter",
    name: "kyverno_deleting_controller_errors_total",
    help: "Objects that deleting policies could not delete.",
    labels: [...cleanupLabels, "resource"],
    namespaceLabel: "resource_namespace",
  },
  cleanupRuns: {
    kind: "counter",
    name: "rearguard_cleanup_runs_total",
    help: "Runs of policies that delete, by outcome: completed, audited, held, missed or failed.",
    labels: [...cleanupPolicyLabels, "outcome"],
    namespaceLabel: "policy_namespace",
  },
  cleanupRunDuration: {
    kind: "histogram",
    name: "rearguard_cleanup_run_duration_seconds",
    help: "Time that runs of policies that delete took.",
    labels: ["policy_type"],
    buckets: secondBuckets,
  },
  cleanupScanned: {
    kind: "counter",
    name: "rearguard_cleanup_scanned_total",
    help: "Objects that policies that delete looked at.",
    labels: ["policy_type"],
  },
  cleanupMatched: {
    kind: "counter",
    name: "rearguard_cleanup_matched_total",
    help: "Objects that runs of a policy that deletes selected.",
    labels: cleanupPolicyLabels,
    namespaceLabel: "policy_namespace",
  },
  cleanupLateness: {
    kind: "histogram",
    name: "rearguard_cleanup_lateness_seconds",
    help: "How long after its time a run of a policy that deletes began.",
    labels: ["policy_type"],
    buckets: [0.1, 0.5, 1, 5, 15, 60, 300, 3_600, 86_400],
  },
  cleanupAuditResults: {
    kind: "gauge",
    name: "rearguard_cleanup_audit_results",
    help: "Results of audits and held runs that stand in reports.",
    labels: [],
  },
  cleanupSkipped: {
    kind: "counter",
    name: "rearguard_cleanup_skipped_total",
    help: "Objects that a policy selects and that stay, by reason.",
    labels: [...cleanupPolicyLabels, "reason"],
    namespaceLabel: "policy_namespace",
  },
  cleanupNextRun: {
    kind: "gauge",
    name: "rearguard_cleanup_next_run_seconds",
    help: "Time until a policy runs next; below zero it is late.",
    labels: cleanupPolicyLabels,
    namespaceLabel: "policy_namespace",
  },
  generatedObjects: {
    kind: "counter",
    name: "rearguard_generated_objects_total",
    help: "Objects that policies made, by outcome: created, changed, deleted, held (deletions that wait for a confirmation) or failed (runs with a problem).",
    labels: [...cleanupPolicyLabels, "rule_name", "outcome"],
    namespaceLabel: "policy_namespace",
  },
  generateDuration: {
    kind: "histogram",
    name: "rearguard_generate_duration_seconds",
    help: "Time from taking a trigger until everything that its rule asks for is written.",
    labels: ["policy_type"],
    buckets: secondBuckets,
  },
  generateStanding: {
    kind: "gauge",
    name: "rearguard_generate_standing",
    help: "Policies that generate: how many policies, rules, generated objects and places of sources are known, deletions that are held, and triggers that are ready or wait.",
    labels: ["what"],
  },
  mutateExistingTargets: {
    kind: "counter",
    name: "rearguard_mutate_existing_targets_total",
    help: "Targets that policies wanted to change, by outcome: changed, same, gone, failed, error or quarrel.",
    labels: [...cleanupPolicyLabels, "outcome"],
    namespaceLabel: "policy_namespace",
  },
  mutateExistingStanding: {
    kind: "gauge",
    name: "rearguard_mutate_existing_standing",
    help: "Policies that change existing objects: how many policies, rules, triggers that wait, triggers that fail, and objects over which they are in a quarrel.",
    labels: ["what"],
  },
  updateRequests: {
    kind: "counter",
    name: "rearguard_update_requests_total",
    help: "UpdateRequests of others, by type and outcome: completed, failed or given-up.",
    labels: ["type", "outcome"],
  },
  updateRequestsWaiting: {
    kind: "gauge",
    name: "rearguard_update_requests_waiting",
    help: "UpdateRequests of others that wait for their turn.",
    labels: [],
  },
  ttlDeleted: {
    kind: "counter",
    name: "kyverno_ttl_controller_deletedobjects_total",
    help: "Objects deleted because their time to live was over.",
    labels: ttlLabels,
    namespaceLabel: "resource_namespace",
  },
  ttlErrors: {
    kind: "counter",
    name: "kyverno_ttl_controller_errors_total",
    help: "Objects whose time to live is over and that could not be deleted.",
    labels: ttlLabels,
    namespaceLabel: "resource_namespace",
  },
  ttlInfo: {
    kind: "gauge",
    name: "kyverno_ttl_controller_info",
    help: "Kinds whose objects are watched for a time to live: 1 each.",
    labels: ["resource_group", "resource_version", "resource_resource"],
  },
  ttlKindsDegraded: {
    kind: "gauge",
    name: "rearguard_ttl_kinds_degraded",
    help: "Kinds that cannot be watched or deleted, so that labels on them do nothing; 1 each.",
    labels: ["resource", "reason"],
  },
  ttlInvalid: {
    kind: "gauge",
    name: "rearguard_ttl_invalid_labels",
    help: "Objects whose time to live cannot be read.",
    labels: [],
  },
  ttlPending: {
    kind: "gauge",
    name: "rearguard_ttl_pending",
    help: "Objects that wait for the end of their time to live.",
    labels: [],
  },
  ttlLateness: {
    kind: "histogram",
    name: "rearguard_ttl_lateness_seconds",
    help: "How long after the end of its time to live an object was deleted.",
    labels: [],
    buckets: secondBuckets,
  },
  journalEntries: {
    kind: "counter",
    name: "rearguard_journal_entries_total",
    help: "Objects that were written down before they were deleted.",
    labels: [],
  },
  journalFailures: {
    kind: "counter",
    name: "rearguard_journal_failures_total",
    help: "Writes of the journal that failed, so that nothing was deleted; by reason.",
    labels: ["reason"],
  },
  journalBytes: {
    kind: "gauge",
    name: "rearguard_journal_bytes",
    help: "Compressed size of the journal.",
    labels: [],
  },
  seriesDropped: {
    kind: "counter",
    name: "rearguard_metrics_series_dropped_total",
    help: "Samples counted under the label value other, because their metric has as many series as it may.",
    labels: ["metric"],
  },
} as const satisfies Readonly<Record<string, MetricRow>>;

export type MetricTable = typeof metricTable;
