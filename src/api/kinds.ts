import { cleanupPolicySchema, clusterCleanupPolicySchema } from "./kyverno/cleanup-policy.ts";
import {
  clusterPolicySchema,
  clusterPolicyV2beta1Schema,
  policySchema,
  policyV2beta1Schema,
} from "./kyverno/cluster-policy.ts";
import { policyExceptionSchema } from "./kyverno/exception.ts";
import { globalContextEntrySchema } from "./kyverno/global-context-entry.ts";
import { updateRequestSchema } from "./kyverno/update-request.ts";
import { celPolicyExceptionSchema } from "./policies/cel-exception.ts";
import { deletingPolicySchema, namespacedDeletingPolicySchema } from "./policies/deleting-policy.ts";
import { generatingPolicySchema, namespacedGeneratingPolicySchema } from "./policies/generating-policy.ts";
import {
  imageValidatingPolicySchema,
  namespacedImageValidatingPolicySchema,
} from "./policies/image-validating-policy.ts";
import { mutatingPolicySchema, namespacedMutatingPolicySchema } from "./policies/mutating-policy.ts";
import { namespacedValidatingPolicySchema, validatingPolicySchema } from "./policies/validating-policy.ts";
import * as columns from "./printer-columns.ts";
import type { PrinterColumn } from "./printer-columns.ts";
import { clusterEphemeralReportSchema, ephemeralReportSchema } from "./reports/ephemeral-report.ts";
import { clusterReportSchema, reportSchema } from "./reports/open-report.ts";
import { clusterPolicyReportSchema, policyReportSchema } from "./reports/policy-report.ts";
import type { Schema } from "./schema/schema.ts";

/** One version of a kind. All listed versions are served. */
export interface KindVersion {
  readonly name: string;
  readonly schema: Schema<unknown>;
  /** The version in which objects are kept; exactly one per kind. */
  readonly storage?: boolean;
  readonly deprecated?: boolean;
}

/** A custom kind as its CRD declares it. */
export interface CustomKind {
  readonly group: string;
  readonly kind: string;
  readonly plural: string;
  readonly scope: "Cluster" | "Namespaced";
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
  readonly versions: readonly KindVersion[];
  readonly columns: readonly PrinterColumn[];
  readonly hasStatus: boolean;
  /** JSON paths that field selectors may name. */
  readonly selectableFields?: readonly string[];
}

type Names = Pick<CustomKind, "kind" | "plural" | "scope"> & { readonly shortName?: string };

function kyvernoKind(
  names: Names,
  versions: readonly KindVersion[],
  printed: readonly PrinterColumn[],
): CustomKind {
  const { shortName, ...rest } = names;
  return {
    group: "kyverno.io",
    ...rest,
    shortNames: shortName === undefined ? [] : [shortName],
    categories: ["kyverno"],
    versions,
    columns: printed,
    hasStatus: true,
  };
}

function celKind(
  names: Names,
  schema: Schema<unknown>,
  printed: readonly PrinterColumn[],
  selectableFields: readonly string[] = [],
): CustomKind {
  const alpha = { name: "v1alpha1", schema, deprecated: true };
  return {
    ...kyvernoKind(
      names,
      [
        { name: "v1", schema },
        ...(names.scope === "Cluster" || names.kind === "PolicyException" ? [alpha] : []),
        { name: "v1beta1", schema, storage: true },
      ],
      printed,
    ),
    group: "policies.kyverno.io",
    ...(selectableFields.length === 0 ? {} : { selectableFields }),
  };
}

function reportKind(
  group: string,
  version: string,
  names: Names,
  schema: Schema<unknown>,
  printed: readonly PrinterColumn[],
): CustomKind {
  return {
    ...kyvernoKind(names, [{ name: version, schema, storage: true }], printed),
    group,
    categories: group === "reports.kyverno.io" ? ["kyverno"] : [],
    hasStatus: false,
  };
}

const evaluationMode = [".spec.evaluation.mode"];

const classicKinds: readonly CustomKind[] = [
  kyvernoKind(
    { kind: "ClusterPolicy", plural: "clusterpolicies", scope: "Cluster", shortName: "cpol" },
    [
      { name: "v1", schema: clusterPolicySchema, storage: true },
      { name: "v2beta1", schema: clusterPolicyV2beta1Schema },
    ],
    columns.policyColumns,
  ),
  kyvernoKind(
    { kind: "Policy", plural: "policies", scope: "Namespaced", shortName: "pol" },
    [
      { name: "v1", schema: policySchema, storage: true },
      { name: "v2beta1", schema: policyV2beta1Schema },
    ],
    columns.policyColumns,
  ),
  {
    ...kyvernoKind(
      { kind: "PolicyException", plural: "policyexceptions", scope: "Namespaced", shortName: "polex" },
      [
        { name: "v2", schema: policyExceptionSchema, storage: true },
        { name: "v2beta1", schema: policyExceptionSchema, deprecated: true },
      ],
      [],
    ),
    hasStatus: false,
  },
  kyvernoKind(
    { kind: "CleanupPolicy", plural: "cleanuppolicies", scope: "Namespaced", shortName: "cleanpol" },
    [
      { name: "v2", schema: cleanupPolicySchema, storage: true },
      { name: "v2beta1", schema: cleanupPolicySchema, deprecated: true },
    ],
    columns.cleanupColumns,
  ),
  kyvernoKind(
    {
      kind: "ClusterCleanupPolicy",
      plural: "clustercleanuppolicies",
      scope: "Cluster",
      shortName: "ccleanpol",
    },
    [
      { name: "v2", schema: clusterCleanupPolicySchema, storage: true },
      { name: "v2beta1", schema: clusterCleanupPolicySchema, deprecated: true },
    ],
    columns.cleanupColumns,
  ),
  kyvernoKind(
    { kind: "GlobalContextEntry", plural: "globalcontextentries", scope: "Cluster", shortName: "gctxentry" },
    [
      { name: "v2", schema: globalContextEntrySchema },
      { name: "v2alpha1", schema: globalContextEntrySchema, deprecated: true },
      { name: "v2beta1", schema: globalContextEntrySchema, storage: true },
    ],
    columns.globalContextColumns,
  ),
  kyvernoKind(
    { kind: "UpdateRequest", plural: "updaterequests", scope: "Namespaced", shortName: "ur" },
    [{ name: "v2", schema: updateRequestSchema, storage: true }],
    columns.updateRequestColumns,
  ),
];

const celKinds: readonly CustomKind[] = [
  celKind(
    { kind: "ValidatingPolicy", plural: "validatingpolicies", scope: "Cluster", shortName: "vpol" },
    validatingPolicySchema,
    columns.readyColumns,
    evaluationMode,
  ),
  celKind(
    {
      kind: "NamespacedValidatingPolicy",
      plural: "namespacedvalidatingpolicies",
      scope: "Namespaced",
      shortName: "nvpol",
    },
    namespacedValidatingPolicySchema,
    columns.readyColumns,
    evaluationMode,
  ),
  celKind(
    { kind: "MutatingPolicy", plural: "mutatingpolicies", scope: "Cluster", shortName: "mpol" },
    mutatingPolicySchema,
    columns.readyColumns,
    evaluationMode,
  ),
  celKind(
    {
      kind: "NamespacedMutatingPolicy",
      plural: "namespacedmutatingpolicies",
      scope: "Namespaced",
      shortName: "nmpol",
    },
    namespacedMutatingPolicySchema,
    columns.readyColumns,
    evaluationMode,
  ),
  celKind(
    { kind: "GeneratingPolicy", plural: "generatingpolicies", scope: "Cluster", shortName: "gpol" },
    generatingPolicySchema,
    columns.ageColumns,
  ),
  celKind(
    {
      kind: "NamespacedGeneratingPolicy",
      plural: "namespacedgeneratingpolicies",
      scope: "Namespaced",
      shortName: "ngpol",
    },
    namespacedGeneratingPolicySchema,
    columns.ageColumns,
  ),
  celKind(
    { kind: "DeletingPolicy", plural: "deletingpolicies", scope: "Cluster", shortName: "dpol" },
    deletingPolicySchema,
    columns.deletingColumns,
  ),
  celKind(
    {
      kind: "NamespacedDeletingPolicy",
      plural: "namespaceddeletingpolicies",
      scope: "Namespaced",
      shortName: "ndpol",
    },
    namespacedDeletingPolicySchema,
    columns.deletingColumns,
  ),
  celKind(
    {
      kind: "ImageValidatingPolicy",
      plural: "imagevalidatingpolicies",
      scope: "Cluster",
      shortName: "ivpol",
    },
    imageValidatingPolicySchema,
    columns.readyColumns,
  ),
  celKind(
    {
      kind: "NamespacedImageValidatingPolicy",
      plural: "namespacedimagevalidatingpolicies",
      scope: "Namespaced",
      shortName: "nivpol",
    },
    namespacedImageValidatingPolicySchema,
    columns.readyColumns,
  ),
  {
    ...celKind(
      { kind: "PolicyException", plural: "policyexceptions", scope: "Namespaced" },
      celPolicyExceptionSchema,
      [],
    ),
    categories: [],
    hasStatus: false,
  },
];

const reportKinds: readonly CustomKind[] = [
  reportKind(
    "reports.kyverno.io",
    "v1",
    { kind: "EphemeralReport", plural: "ephemeralreports", scope: "Namespaced", shortName: "ephr" },
    ephemeralReportSchema,
    columns.ephemeralReportColumns(1),
  ),
  reportKind(
    "reports.kyverno.io",
    "v1",
    {
      kind: "ClusterEphemeralReport",
      plural: "clusterephemeralreports",
      scope: "Cluster",
      shortName: "cephr",
    },
    clusterEphemeralReportSchema,
    columns.ephemeralReportColumns(0),
  ),
  reportKind(
    "wgpolicyk8s.io",
    "v1alpha2",
    { kind: "PolicyReport", plural: "policyreports", scope: "Namespaced", shortName: "polr" },
    policyReportSchema,
    columns.reportColumns(0),
  ),
  reportKind(
    "wgpolicyk8s.io",
    "v1alpha2",
    { kind: "ClusterPolicyReport", plural: "clusterpolicyreports", scope: "Cluster", shortName: "cpolr" },
    clusterPolicyReportSchema,
    columns.reportColumns(0),
  ),
  reportKind(
    "openreports.io",
    "v1alpha1",
    { kind: "Report", plural: "reports", scope: "Namespaced", shortName: "reps" },
    reportSchema,
    columns.reportColumns(1),
  ),
  reportKind(
    "openreports.io",
    "v1alpha1",
    { kind: "ClusterReport", plural: "clusterreports", scope: "Cluster", shortName: "creps" },
    clusterReportSchema,
    columns.reportColumns(1),
  ),
];

/** Every custom kind that we read or write, as the CRDs of Kyverno 1.19 declare them. */
export const customKinds: readonly CustomKind[] = [...classicKinds, ...celKinds, ...reportKinds];

/** The entry of a document's kind and version, or undefined where it is none of ours. */
export function findKindVersion(
  apiVersion: unknown,
  kind: unknown,
): { readonly kind: CustomKind; readonly version: KindVersion } | undefined {
  for (const candidate of customKinds) {
    const version = candidate.versions.find(({ name }) => `${candidate.group}/${name}` === apiVersion);
    if (candidate.kind === kind && version !== undefined) {
      return { kind: candidate, version };
    }
  }
  return undefined;
}
