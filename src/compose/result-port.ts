import { createHash } from "node:crypto";
import { managedByKyverno, managedByLabel } from "#api/labels.ts";
import type { ResourceType } from "#api/meta/resource-type.ts";
import type { PolicyReportResult } from "#api/reports/policy-report.ts";
import type { ResultIntake } from "#controllers/reports/create-report-keeper.ts";
import { isAlreadyExists, isNotFound } from "#kube/client/api-error.ts";
import type { KubeClient } from "#kube/client/kube-client.ts";
import type { Discovery } from "#kube/discovery/create-discovery.ts";
import { ownerReferenceOf, summarize } from "#reports/build-report.ts";
import { canonicalResults } from "#reports/canonical-results.ts";
import { uidLabel } from "#reports/ephemeral-owner.ts";
import type { ReportOwner } from "#reports/owner.ts";

/** Where producers beside the scan hand in what they say of an object. */
export interface ResultPort {
  /**
   * Merges results into the report of the owner: each takes the place of what the same rule said of the same target.
   * Rejects where that could not be done for now; the caller tries again.
   */
  merge(owner: ReportOwner, results: readonly PolicyReportResult[]): Promise<void>;
}

/** The results of all producers of this process on their way to the one writer of reports. */
export interface ResultRelay {
  /** The writer of reports runs in this process from now on; `undefined`: no longer. */
  provide(intake: ResultIntake | undefined): void;
  /** The way in for a producer that writes with `client`. */
  through(client: KubeClient, discovery: Pick<Discovery, "types">): ResultPort;
}

/**
 * Hands results to the writer of reports where it runs in this process, and else leaves an EphemeralReport for the process
 * that owns the object's report.
 */
export function createResultRelay(): ResultRelay {
  let local: ResultIntake | undefined;
  return {
    provide(intake) {
      local = intake;
    },
    through: (client, discovery) => ({
      async merge(owner, results) {
        if (results.length === 0) return;
        if (local !== undefined) await local.mergeEvents(owner, results);
        else await leave(client, discovery, owner, results);
      },
    }),
  };
}

async function leave(
  client: KubeClient,
  discovery: Pick<Discovery, "types">,
  owner: ReportOwner,
  results: readonly PolicyReportResult[],
): Promise<void> {
  const namespaced = owner.namespace !== undefined;
  const type = findType(discovery, namespaced ? "EphemeralReport" : "ClusterEphemeralReport");
  // Where nothing serves them, nobody merges them either.
  if (type === undefined) return;
  const name = `${owner.uid.slice(0, 40)}-${digestOf(results)}`;
  const report = {
    apiVersion: "reports.kyverno.io/v1",
    kind: type.kind,
    metadata: {
      name,
      ...(namespaced ? { namespace: owner.namespace } : {}),
      labels: { [managedByLabel]: managedByKyverno, [uidLabel]: owner.uid },
      ownerReferences: [ownerReferenceOf(owner)],
    },
    spec: { owner: ownerReferenceOf(owner), summary: summarize(results), results },
  };
  try {
    await client.create(type, owner.namespace, report);
  } catch (error) {
    // The same results wait already, or their namespace goes and the report with it.
    if (!isAlreadyExists(error) && !isNotFound(error)) throw error;
  }
}

function findType(discovery: Pick<Discovery, "types">, kind: string): ResourceType | undefined {
  return discovery
    .types()
    .find((type) => type.group === "reports.kyverno.io" && type.kind === kind && type.preferred);
}

/** Equal results leave one report, however often they are handed in. */
function digestOf(results: readonly PolicyReportResult[]): string {
  return createHash("sha256").update(canonicalResults(results)).digest("hex").slice(0, 16);
}
