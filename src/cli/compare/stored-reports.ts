import type { KubeObject } from "#api/meta/object-meta.ts";
import type { ResourceType } from "#api/meta/resource-type.ts";
import { isRecord } from "#api/schema/path.ts";
import type { KubeClient } from "#kube/client/kube-client.ts";
import { fetchPages } from "#kube/list-watch/fetch-pages.ts";
import { generatedResourcesProperty, patchedTargetProperty } from "#reports/producer.ts";

import type { ComparedResult } from "./compare-results.ts";

/** The object that reports are about. */
export interface ReportedObject {
  readonly apiVersion: string;
  readonly kind: string;
  /** Empty for a cluster-scoped object. */
  readonly namespace: string;
  readonly name: string;
}

/** What the reports of a cluster say of one object. */
export interface StoredResults {
  readonly object: ReportedObject;
  readonly results: readonly ComparedResult[];
}

/** Reports by the uid of their objects, and which could not be read. */
export interface StoredReports {
  readonly byUid: Map<string, StoredResults>;
  readonly problems: readonly string[];
}

const reportKinds: ReadonlySet<string> = new Set([
  "openreports.io/ClusterReport",
  "openreports.io/Report",
  "wgpolicyk8s.io/ClusterPolicyReport",
  "wgpolicyk8s.io/PolicyReport",
]);

/**
 * Reads what reports say, page by page; of each result only what is compared is kept. `takes` chooses the results by
 * policy and rule; results that tell what was generated or changed are never taken.
 */
export async function readStoredReports(
  client: KubeClient,
  served: readonly ResourceType[],
  namespace: string | undefined,
  takes: (source: string, result: ComparedResult) => boolean,
): Promise<StoredReports> {
  const byUid = new Map<string, StoredResults>();
  const problems: string[] = [];
  const types = served.filter(
    ({ group, kind, resource, preferred }) =>
      preferred && !resource.includes("/") && reportKinds.has(`${group}/${kind}`),
  );
  for (const type of types) {
    if (namespace !== undefined && !type.namespaced) continue;
    const within = namespace === undefined ? {} : { namespace };
    try {
      await fetchPages(client, { type, ...within }, async (reports) => {
        for (const report of reports) note(report, byUid, takes);
        await Promise.resolve();
      });
    } catch (error) {
      problems.push(`${type.kind} (${type.group}) cannot be read: ${(error as Error).message}`);
    }
  }
  if (types.length === 0) problems.push("the cluster serves no kind of report");
  return { byUid, problems };
}

function note(
  report: KubeObject,
  byUid: Map<string, StoredResults>,
  takes: (source: string, result: ComparedResult) => boolean,
): void {
  const { scope, results } = report;
  if (!isRecord(scope) || !Array.isArray(results)) return;
  const uid = textOf(scope, "uid");
  const taken = (results as readonly unknown[]).flatMap((raw) => {
    if (!isRecord(raw) || isAboutOthers(raw)) return [];
    const result = {
      policy: textOf(raw, "policy"),
      rule: textOf(raw, "rule"),
      result: textOf(raw, "result"),
      message: textOf(raw, "message"),
    };
    return takes(textOf(raw, "source"), result) ? [result] : [];
  });
  if (uid === "" || taken.length === 0) return;
  const object = {
    apiVersion: textOf(scope, "apiVersion"),
    kind: textOf(scope, "kind"),
    namespace: textOf(scope, "namespace"),
    name: textOf(scope, "name"),
  };
  byUid.set(uid, { object, results: [...(byUid.get(uid)?.results ?? []), ...taken] });
}

function isAboutOthers(raw: Readonly<Record<string, unknown>>): boolean {
  const { properties } = raw;
  if (!isRecord(properties)) return false;
  return [generatedResourcesProperty, patchedTargetProperty].some((name) => Object.hasOwn(properties, name));
}

function textOf(record: Readonly<Record<string, unknown>>, key: string): string {
  const value = Object.hasOwn(record, key) ? record[key] : undefined;
  return typeof value === "string" ? value : "";
}
