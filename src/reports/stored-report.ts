import { managedByKyverno, managedByLabel } from "#api/labels.ts";
import { decodeMeta } from "#api/meta/object-meta.ts";
import type { KubeObject, ObjectMeta } from "#api/meta/object-meta.ts";
import { policyReportResultsSchema } from "#api/reports/policy-report.ts";
import type { PolicyReportResult } from "#api/reports/policy-report.ts";
import { decode } from "#api/schema/decode.ts";
import { isRecord } from "#api/schema/path.ts";
import { compareText } from "./canonical-results.ts";
import { ownerReferenceOf, scopeOf, summarize } from "./build-report.ts";
import type { ReportOwner } from "./owner.ts";
import { sortResults } from "./sort-results.ts";

/** A report as the API server holds it. */
export interface StoredReport {
  readonly object: KubeObject;
  readonly meta: ObjectMeta;
  /** The object that it is about, by its scope; absent where the scope is missing or incomplete. */
  readonly owner?: ReportOwner;
  readonly results: readonly PolicyReportResult[];
  /** False where another tool made it: then it is never touched. */
  readonly managed: boolean;
}

/** Reads a report of either format; undefined for what is no object. Results that are none read as none. */
export function decodeStoredReport(object: KubeObject): StoredReport | undefined {
  const meta = decodeMeta(object);
  if (meta === undefined) return undefined;
  const results = decode(policyReportResultsSchema, object["results"] ?? []);
  const owner = decodeOwner(object["scope"]);
  return {
    object,
    meta,
    ...(owner === undefined ? {} : { owner }),
    results: results.ok ? results.value : [],
    managed: isManaged(meta),
  };
}

/** True where the label says that this family of controllers made it. */
export function isManaged({ labels }: Pick<ObjectMeta, "labels">): boolean {
  return Object.hasOwn(labels, managedByLabel) && labels[managedByLabel] === managedByKyverno;
}

function decodeOwner(scope: unknown): ReportOwner | undefined {
  if (!isRecord(scope)) return undefined;
  const text = (key: string): string => {
    const value = Object.hasOwn(scope, key) ? scope[key] : undefined;
    return typeof value === "string" ? value : "";
  };
  const owner = { apiVersion: text("apiVersion"), kind: text("kind"), name: text("name"), uid: text("uid") };
  if (Object.values(owner).includes("")) return undefined;
  const namespace = text("namespace");
  return namespace === "" ? owner : { ...owner, namespace };
}

/** True where everything around the results is as `buildReport` makes it, whatever else others have added. */
export function isWellFormed({ object, meta, owner, results }: StoredReport): boolean {
  if (owner === undefined || owner.uid !== meta.name || owner.namespace !== meta.namespace) return false;
  return (
    sameFields(object["scope"], scopeOf(owner)) &&
    meta.ownerReferences.length === 1 &&
    sameFields(meta.ownerReferences[0], ownerReferenceOf(owner)) &&
    sameFields(object["summary"], summarize(results)) &&
    isSorted(results)
  );
}

/** True where the report holds anything that a plain replacement would take away: labels, annotations, other fields. */
export function hasForeignParts({ object, meta }: StoredReport): boolean {
  const metadata = object.metadata as Readonly<Record<string, unknown>>;
  const finalizers = Object.hasOwn(metadata, "finalizers") ? metadata["finalizers"] : undefined;
  return (
    Object.keys(meta.labels).length > 1 ||
    Object.keys(meta.annotations).length > 0 ||
    (Array.isArray(finalizers) && finalizers.length > 0) ||
    Object.keys(object).some((key) => !ownFields.has(key))
  );
}

const ownFields: ReadonlySet<string> = new Set([
  "apiVersion",
  "kind",
  "metadata",
  "results",
  "scope",
  "summary",
]);

function sameFields(value: unknown, wanted: object): boolean {
  if (!isRecord(value)) return false;
  const sorted = (fields: object): string =>
    JSON.stringify(Object.entries(fields).toSorted(([a], [b]) => compareText(a, b)));
  return sorted(value) === sorted(wanted);
}

/** Times do not count: what Kyverno orders by them is left as it is. */
function isSorted(results: readonly PolicyReportResult[]): boolean {
  const keys = (list: readonly PolicyReportResult[]): string =>
    JSON.stringify(list.map(({ policy, rule, source }) => [policy, rule ?? "", source ?? ""]));
  return keys(results) === keys(sortResults(results));
}
