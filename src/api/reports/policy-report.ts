import { array, boolean, enumOf, integer, map, object, optional, string } from "../schema/build.ts";
import { decode } from "../schema/decode.ts";
import type { Decoded } from "../schema/decode.ts";
import {
  labelSelectorSchema,
  objectMetaSchema,
  objectReferenceSchema,
  typeMeta,
} from "../schema/metadata.ts";
import type { Infer } from "../schema/schema.ts";

const verdicts = ["pass", "fail", "warn", "error", "skip"] as const;

const timestamp = object({ nanos: integer({ format: "int32" }), seconds: integer({ format: "int64" }) });

/** Since the epoch. */
export interface ReportTimestamp extends Infer<typeof timestamp> {}

const result = object({
  category: optional(string()),
  message: optional(string()),
  policy: string({ description: "Name of the policy, with its namespace where it has one." }),
  properties: optional(map(string())),
  resourceSelector: optional(labelSelectorSchema),
  resources: optional(array(objectReferenceSchema)),
  result: optional(enumOf(verdicts)),
  rule: optional(string()),
  scored: optional(boolean()),
  severity: optional(enumOf(["critical", "high", "low", "medium", "info"])),
  source: optional(string()),
  timestamp: optional(timestamp),
});

/** The verdict of one rule on the resource of the report. */
export interface PolicyReportResult extends Infer<typeof result> {}

/** The results of a report; every report API has the same. */
export const policyReportResultsSchema = array(result);

const summary = object({
  error: optional(integer()),
  fail: optional(integer()),
  pass: optional(integer()),
  skip: optional(integer()),
  warn: optional(integer()),
});

/** How many results there are of each kind. */
export interface PolicyReportSummary extends Infer<typeof summary> {}

/** How many results there are of each kind. */
export const reportSummarySchema = summary;

const configuration = object({
  limits: object({
    maxResults: optional(integer()),
    statusFilter: optional(array(enumOf(verdicts))),
  }),
});

/** What reports of every API hold beside `apiVersion` and `kind`. */
export const reportProperties = {
  configuration: optional(configuration),
  metadata: objectMetaSchema,
  results: optional(policyReportResultsSchema),
  scope: optional(objectReferenceSchema),
  scopeSelector: optional(labelSelectorSchema),
  source: optional(string()),
  summary: optional(summary),
};

function reportOf<const K extends string>(kind: K) {
  return object({ ...typeMeta(["wgpolicyk8s.io/v1alpha2"], kind), ...reportProperties });
}

/** PolicyReport of wgpolicyk8s.io/v1alpha2. */
export const policyReportSchema = reportOf("PolicyReport");

/** ClusterPolicyReport of wgpolicyk8s.io/v1alpha2. */
export const clusterPolicyReportSchema = reportOf("ClusterPolicyReport");

/** The verdicts on one namespaced resource. */
export interface PolicyReport extends Infer<typeof policyReportSchema> {}

/** The verdicts on one cluster-scoped resource. */
export interface ClusterPolicyReport extends Infer<typeof clusterPolicyReportSchema> {}

/** Reads a PolicyReport. */
export function decodePolicyReport(value: unknown): Decoded<PolicyReport> {
  return decode<PolicyReport>(policyReportSchema, value);
}

/** Reads a ClusterPolicyReport. */
export function decodeClusterPolicyReport(value: unknown): Decoded<ClusterPolicyReport> {
  return decode<ClusterPolicyReport>(clusterPolicyReportSchema, value);
}
