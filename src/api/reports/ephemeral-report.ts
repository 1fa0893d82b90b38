import { object, optional } from "../schema/build.ts";
import { decode } from "../schema/decode.ts";
import type { Decoded } from "../schema/decode.ts";
import { objectMetaSchema, ownerReferenceSchema, typeMeta } from "../schema/metadata.ts";
import type { Infer } from "../schema/schema.ts";
import { policyReportResultsSchema, reportSummarySchema } from "./policy-report.ts";

const spec = object({
  owner: ownerReferenceSchema,
  results: optional(policyReportResultsSchema),
  summary: optional(reportSummarySchema),
});

function reportOf<const K extends string>(kind: K) {
  return object({ ...typeMeta(["reports.kyverno.io/v1"], kind), metadata: objectMetaSchema, spec });
}

/** EphemeralReport of reports.kyverno.io/v1. */
export const ephemeralReportSchema = reportOf("EphemeralReport");

/** ClusterEphemeralReport of reports.kyverno.io/v1. */
export const clusterEphemeralReportSchema = reportOf("ClusterEphemeralReport");

/** Results on their way into the report of a namespaced resource. */
export interface EphemeralReport extends Infer<typeof ephemeralReportSchema> {}

/** Results on their way into the report of a cluster-scoped resource. */
export interface ClusterEphemeralReport extends Infer<typeof clusterEphemeralReportSchema> {}

/** Reads an EphemeralReport. */
export function decodeEphemeralReport(value: unknown): Decoded<EphemeralReport> {
  return decode<EphemeralReport>(ephemeralReportSchema, value);
}

/** Reads a ClusterEphemeralReport. */
export function decodeClusterEphemeralReport(value: unknown): Decoded<ClusterEphemeralReport> {
  return decode<ClusterEphemeralReport>(clusterEphemeralReportSchema, value);
}
