/**
 * What existing installations set and what has no effect here, with the reason: accepted in silence, so that a chart's
 * values and arguments need no edit.
 */
const admissionOnly = "it concerns admission, which is not done here";
const otherRuntime = "this process has no such part";

export const configMapKeysWithoutEffect: ReadonlyMap<string, string> = new Map(
  [
    "excludeGroups",
    "excludeUsernames",
    "excludeRoles",
    "excludeClusterRoles",
    "webhooks",
    "webhookAnnotations",
    "webhookLabels",
    "matchConditions",
  ].map((key) => [key, admissionOnly]),
);

export const flagsWithoutEffect: ReadonlyMap<string, string> = new Map([
  ["admissionReports", admissionOnly],
  ["aggregateReports", "results go into reports at once"],
  ["aggregationWorkers", "results go into reports at once"],
  ["maxBackgroundReports", "no intermediate reports are stored"],
  ["reportsCRDsSanityChecks", "a kind that is not served degrades alone"],
  ["crdWatcher", "kinds that appear later are always picked up"],
  ["resyncPeriod", "nothing is cached that could be resynced"],
  ["enableConfigMapCaching", otherRuntime],
  ["enableDeferredLoading", "context is always loaded when it is used"],
  ["clientRateLimitQPS", "the API server's priority and fairness decides"],
  ["clientRateLimitBurst", "the API server's priority and fairness decides"],
  ["eventsRateLimitQPS", "events have a budget per policy and namespace"],
  ["eventsRateLimitBurst", "events have a budget per policy and namespace"],
  ["autoMemLimitEnabled", otherRuntime],
  ["autoMemLimitRatio", otherRuntime],
  ["otelConfig", "metrics are served to Prometheus"],
  ["otelCollector", "metrics are served to Prometheus"],
  ["transportCreds", "metrics are served to Prometheus"],
  ["exemplarFilter", "metrics are served to Prometheus"],
  ["metricsPort", "metricsAddress says where metrics are served"],
  ["metricsHost", "metricsAddress says where metrics are served"],
  ["enableTracing", otherRuntime],
  ["tracingPort", otherRuntime],
  ["tracingAddress", otherRuntime],
  ["tracingCreds", otherRuntime],
  ["profile", otherRuntime],
  ["profilePort", otherRuntime],
  ["profileAddress", otherRuntime],
  ["v", "logLevel says what is logged"],
  ["loggingtsFormat", "times are always RFC 3339"],
  ["disableLogColor", "colour is for terminals only"],
  ["cleanupServerHost", otherRuntime],
  ["cleanupServerPort", otherRuntime],
]);

/** Variables with our prefix that are for the tools around the operator. */
export const variablesWithoutEffect: ReadonlyMap<string, string> = new Map([
  ["REARGUARD_CONFORMANCE", "it is for the conformance runners"],
]);
