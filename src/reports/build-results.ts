import type { PolicyReportResult } from "#api/reports/policy-report.ts";
import type { RuleResponse, RuleStatus } from "#engine/response.ts";
import type { PolicyRef } from "./policy-ref.ts";

/** What results of a policy carry besides the verdict. */
export interface ResultPolicy extends PolicyRef {
  /** The property `process`: what the policy is configured for, whoever judges. */
  readonly process: string;
  /** False turns `fail` into `warn`. */
  readonly scored: boolean;
  readonly severity?: string | undefined;
  readonly category?: string | undefined;
}

export interface BuildResultsOptions {
  /** When it was judged, since the epoch. */
  readonly timestampSeconds: number;
  /** Verdicts that are reported at all; looked at before `fail` becomes `warn`. */
  readonly allowedResults: ReadonlySet<RuleStatus>;
}

type Severity = NonNullable<PolicyReportResult["severity"]>;

const severities: ReadonlySet<string> = new Set<Severity>(["critical", "high", "medium", "low", "info"]);

function isSeverity(text: string | undefined): text is Severity {
  return text !== undefined && severities.has(text);
}

/** The results that rule responses become in a report, in the order of the responses. */
export function buildResults(
  policy: ResultPolicy,
  responses: readonly RuleResponse[],
  options: BuildResultsOptions,
): readonly PolicyReportResult[] {
  return responses
    .filter((response) => options.allowedResults.has(response.status))
    .map((response) => buildResult(policy, response, options.timestampSeconds));
}

function buildResult(policy: ResultPolicy, response: RuleResponse, seconds: number): PolicyReportResult {
  const message = messageOf(response);
  // Empty texts and `scored: false` are left out, as everything that reads reports expects it.
  return {
    source: policy.source,
    policy: policy.policy,
    ...(response.rule === "" ? {} : { rule: response.rule }),
    ...(policy.category === undefined || policy.category === "" ? {} : { category: policy.category }),
    ...(isSeverity(policy.severity) ? { severity: policy.severity } : {}),
    timestamp: { seconds, nanos: 0 },
    result: response.status === "fail" && !policy.scored ? "warn" : response.status,
    ...(policy.scored ? { scored: true } : {}),
    ...(message === "" ? {} : { message }),
    properties: propertiesOf(policy, response),
  };
}

/** `message` of the rule's report properties outranks `<status>Message`, which outranks the rule's own message. */
function messageOf({ status, message, properties }: RuleResponse): string {
  for (const key of ["message", `${status}Message`]) {
    const override = Object.hasOwn(properties, key) ? properties[key] : undefined;
    if (override !== undefined && override !== "") return override;
  }
  return message;
}

function propertiesOf(policy: ResultPolicy, response: RuleResponse): Readonly<Record<string, string>> {
  const entries = Object.entries(response.properties);
  if (response.exceptions !== undefined && response.exceptions.length > 0) {
    entries.push(["exceptions", response.exceptions.map(nameOnly).join(",")]);
  }
  entries.push(["process", policy.process]);
  // fromEntries defines keys, so that `__proto__` stays an ordinary one; of two equal keys the later counts.
  return Object.fromEntries(entries);
}

function nameOnly(key: string): string {
  return key.slice(key.indexOf("/") + 1);
}
