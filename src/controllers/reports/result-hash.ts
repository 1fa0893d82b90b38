import { hash } from "node:crypto";
import type { PolicyReportResult } from "#api/reports/policy-report.ts";
import { canonicalResults } from "#reports/canonical-results.ts";
import type { ReportOwner } from "#reports/owner.ts";
import { policyRefKey } from "#reports/policy-ref.ts";
import type { PolicyRef } from "#reports/policy-ref.ts";
import { policyOf } from "#reports/producer.ts";

/** What a report says of one policy, as far as it is kept. */
export interface Verdict {
  readonly policy: PolicyRef;
  /** 64 bits as 4 UTF-16 units. */
  readonly hash: string;
  /** One of the results is a `fail` or a `warn`. */
  readonly failing: boolean;
}

/** Hashes with a key that nobody outside knows: messages hold text that tenants write. */
export interface ResultHash {
  ofResults(results: readonly PolicyReportResult[]): string;
  /** 32 bits of what an owner is called, as 2 UTF-16 units. */
  ofOwner(owner: ReportOwner): string;
}

export function createResultHash(key: Uint8Array): ResultHash {
  const prefix = Buffer.from(key).toString("hex");
  const units = (text: string, count: number): string => {
    const digest = hash("sha256", `${prefix}${text}`, "binary");
    let taken = "";
    for (let at = 0; at < 2 * count; at += 2)
      taken += String.fromCharCode(digest.charCodeAt(at) + digest.charCodeAt(at + 1) * 256);
    return taken;
  };
  return {
    ofResults: (results) => units(canonicalResults(results), 4),
    ofOwner: ({ apiVersion, kind, namespace, name }) =>
      units(JSON.stringify([apiVersion, kind, namespace ?? "", name]), 2),
  };
}

function isFailing({ result }: PolicyReportResult): boolean {
  return result === "fail" || result === "warn";
}

/** One verdict per policy that `results` speak of. */
export function verdictsOf(
  results: readonly PolicyReportResult[],
  resultHash: ResultHash,
): readonly Verdict[] {
  const byPolicy = Map.groupBy(results, (result) => policyRefKey(policyOf(result)));
  return [...byPolicy.values()].map((own) => {
    const [first] = own as [PolicyReportResult];
    return { policy: policyOf(first), hash: resultHash.ofResults(own), failing: own.some(isFailing) };
  });
}
