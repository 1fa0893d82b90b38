import { object } from "../schema/build.ts";
import { decode } from "../schema/decode.ts";
import type { Decoded } from "../schema/decode.ts";
import { typeMeta } from "../schema/metadata.ts";
import type { Infer } from "../schema/schema.ts";
import { reportProperties } from "./policy-report.ts";

function reportOf<const K extends string>(kind: K) {
  return object({ ...typeMeta(["openreports.io/v1alpha1"], kind), ...reportProperties });
}

/** Report of openreports.io/v1alpha1. */
export const reportSchema = reportOf("Report");

/** ClusterReport of openreports.io/v1alpha1. */
export const clusterReportSchema = reportOf("ClusterReport");

/** The verdicts on one namespaced resource, in the newer report API. */
export interface Report extends Infer<typeof reportSchema> {}

/** The verdicts on one cluster-scoped resource, in the newer report API. */
export interface ClusterReport extends Infer<typeof clusterReportSchema> {}

/** Reads a Report. */
export function decodeReport(value: unknown): Decoded<Report> {
  return decode<Report>(reportSchema, value);
}

/** Reads a ClusterReport. */
export function decodeClusterReport(value: unknown): Decoded<ClusterReport> {
  return decode<ClusterReport>(clusterReportSchema, value);
}
