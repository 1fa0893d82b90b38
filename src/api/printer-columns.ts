/** One column of `kubectl get`. */
export interface PrinterColumn {
  readonly name: string;
  readonly jsonPath: string;
  readonly type: "string" | "integer" | "boolean" | "date";
  /** 1: shown only with `-o wide`. */
  readonly priority?: 1;
}

const creationTimestamp = ".metadata.creationTimestamp";
const readyCondition = '.status.conditions[?(@.type == "Ready")]';

/** Columns of ClusterPolicy and Policy. */
export const policyColumns: readonly PrinterColumn[] = [
  { name: "ADMISSION", jsonPath: ".spec.admission", type: "boolean" },
  { name: "BACKGROUND", jsonPath: ".spec.background", type: "boolean" },
  { name: "READY", jsonPath: `${readyCondition}.status`, type: "string" },
  { name: "AGE", jsonPath: creationTimestamp, type: "date" },
  { name: "FAILURE POLICY", jsonPath: ".spec.failurePolicy", type: "string", priority: 1 },
  { name: "VALIDATE", jsonPath: ".status.rulecount.validate", type: "integer", priority: 1 },
  { name: "MUTATE", jsonPath: ".status.rulecount.mutate", type: "integer", priority: 1 },
  { name: "GENERATE", jsonPath: ".status.rulecount.generate", type: "integer", priority: 1 },
  { name: "VERIFY IMAGES", jsonPath: ".status.rulecount.verifyimages", type: "integer", priority: 1 },
  { name: "MESSAGE", jsonPath: `${readyCondition}.message`, type: "string" },
];

const cleanupRunColumns: readonly PrinterColumn[] = [
  { name: "LAST", jsonPath: ".status.lastExecutionTime", type: "date" },
  // A date column would show a time to come as invalid.
  { name: "NEXT", jsonPath: ".status.nextExecutionTime", type: "string" },
  { name: "DELETED", jsonPath: ".status.lastRun.deleted", type: "integer" },
  { name: "OUTCOME", jsonPath: ".status.lastRun.outcome", type: "string" },
  { name: "SCANNED", jsonPath: ".status.lastRun.scanned", type: "integer", priority: 1 },
  { name: "MESSAGE", jsonPath: ".status.lastRun.message", type: "string", priority: 1 },
];

/** Columns of CleanupPolicy and ClusterCleanupPolicy. */
export const cleanupColumns: readonly PrinterColumn[] = [
  { name: "Schedule", jsonPath: ".spec.schedule", type: "string" },
  { name: "Age", jsonPath: creationTimestamp, type: "date" },
  ...cleanupRunColumns,
];

/** Columns of GlobalContextEntry. */
export const globalContextColumns: readonly PrinterColumn[] = [
  { name: "AGE", jsonPath: creationTimestamp, type: "date" },
  { name: "REFRESH INTERVAL", jsonPath: ".spec.apiCall.refreshInterval", type: "string" },
  { name: "LAST REFRESH", jsonPath: ".status.lastRefreshTime", type: "date" },
];

/** Columns of UpdateRequest. */
export const updateRequestColumns: readonly PrinterColumn[] = [
  { name: "Policy", jsonPath: ".spec.policy", type: "string" },
  { name: "RuleType", jsonPath: ".spec.requestType", type: "string" },
  { name: "ResourceKind", jsonPath: ".spec.resource.kind", type: "string" },
  { name: "ResourceName", jsonPath: ".spec.resource.name", type: "string" },
  { name: "ResourceNamespace", jsonPath: ".spec.resource.namespace", type: "string" },
  { name: "status", jsonPath: ".status.state", type: "string" },
  { name: "Age", jsonPath: creationTimestamp, type: "date" },
];

/** Columns of kinds that show no more than their age. */
export const ageColumns: readonly PrinterColumn[] = [
  { name: "AGE", jsonPath: creationTimestamp, type: "date" },
];

/** Columns of the CEL policies with a ready state. */
export const readyColumns: readonly PrinterColumn[] = [
  ...ageColumns,
  // A string, although the field is a boolean: so it is with Kyverno, and scripts read it.
  { name: "READY", jsonPath: ".status.conditionStatus.ready", type: "string" },
];

function summaryColumns(path: string): readonly PrinterColumn[] {
  return ["Pass", "Fail", "Warn", "Error", "Skip"].map((name) => ({
    name,
    jsonPath: `${path}.${name.toLowerCase()}`,
    type: "integer",
  }));
}

function withPriority(column: PrinterColumn, priority: 0 | 1): PrinterColumn {
  return priority === 0 ? column : { ...column, priority };
}

/** Columns of the final reports; whether kind and name are only for `-o wide` differs between the two APIs. */
export function reportColumns(scopePriority: 0 | 1): readonly PrinterColumn[] {
  return [
    withPriority({ name: "Kind", jsonPath: ".scope.kind", type: "string" }, scopePriority),
    withPriority({ name: "Name", jsonPath: ".scope.name", type: "string" }, scopePriority),
    ...summaryColumns(".summary"),
    { name: "Age", jsonPath: creationTimestamp, type: "date" },
  ];
}

/** Columns of the intermediate reports. */
export function ephemeralReportColumns(uidPriority: 0 | 1): readonly PrinterColumn[] {
  const label = String.raw`.metadata.labels['audit\.kyverno\.io/`;
  const annotation = String.raw`.metadata.annotations['audit\.kyverno\.io/`;
  return [
    { name: "Source", jsonPath: `${label}source']`, type: "string" },
    { name: "Group", jsonPath: String.raw`${label}resource\.group']`, type: "string" },
    { name: "Kind", jsonPath: String.raw`${label}resource\.kind']`, type: "string" },
    { name: "Owner", jsonPath: String.raw`${annotation}resource\.name']`, type: "string" },
    ...summaryColumns(".spec.summary"),
    { name: "Age", jsonPath: creationTimestamp, type: "date" },
    withPriority({ name: "Uid", jsonPath: String.raw`${label}resource\.uid']`, type: "string" }, uidPriority),
    { name: "Hash", jsonPath: String.raw`${label}resource\.hash']`, type: "string", priority: 1 },
  ];
}

/** Columns of DeletingPolicy and NamespacedDeletingPolicy. */
export const deletingColumns: readonly PrinterColumn[] = [...readyColumns, ...cleanupRunColumns];
