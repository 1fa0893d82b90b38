import { splitApiVersion } from "#api/meta/resource-type.ts";
import type { ObjectMeta } from "#api/meta/object-meta.ts";
import type { KindFamily, PolicyFacts } from "#reports/policy-facts.ts";
import { isStale, reportScopeOf } from "#reports/stale-results.ts";
import { hasForeignParts, isWellFormed } from "#reports/stored-report.ts";
import type { StoredReport } from "#reports/stored-report.ts";
import { isMarker } from "#reports/trim.ts";
import { isOfScan } from "./desired-report.ts";
import { ledgerFlag } from "./ledger.ts";
import type { LedgerEntry } from "./ledger.ts";
import { verdictsOf } from "./result-hash.ts";
import type { ResultHash, Verdict } from "./result-hash.ts";

/** No owner is called that. */
const unknownOwner = "\0\0";
const unknownFamily: KindFamily = { group: "", kind: "" };

/** The kind of a report's object by its owner reference. */
function familyOfOwner({ ownerReferences }: ObjectMeta): KindFamily {
  const [owner] = ownerReferences;
  return owner === undefined
    ? unknownFamily
    : { group: splitApiVersion(owner.apiVersion).group, kind: owner.kind };
}

export interface Learned {
  readonly entry: LedgerEntry;
  readonly verdicts: readonly Verdict[];
}

/** What a stored report tells the ledger: the scan's verdicts, and what about it needs care. */
export function learnReport(stored: StoredReport, facts: PolicyFacts, resultHash: ResultHash): Learned {
  const { meta, owner, results } = stored;
  const scope = owner === undefined ? undefined : reportScopeOf(owner);
  const lasting = results.filter((result) => !isMarker(result) && !isStale(result, scope, facts));
  const own = lasting.filter((result) => isOfScan(result, facts));
  const markers = results.filter(isMarker).length;
  const isShared = own.length < lasting.length || hasForeignParts(stored);
  const flags =
    (isShared ? ledgerFlag.shared : 0) |
    (markers > 0 ? ledgerFlag.trimmed : 0) |
    (lasting.length + markers < results.length ? ledgerFlag.stale : 0) |
    (isWellFormed(stored) ? 0 : ledgerFlag.marked);
  return {
    entry: {
      resourceVersion: meta.resourceVersion,
      family: scope ?? familyOfOwner(meta),
      ...(meta.namespace === undefined ? {} : { namespace: meta.namespace }),
      ownerHash: owner === undefined ? unknownOwner : resultHash.ofOwner(owner),
      flags,
    },
    verdicts: verdictsOf(own, resultHash),
  };
}

/** What the metadata of a report that nobody told of before gives away: it is to be read before it is written. */
export function learnMetadata(meta: ObjectMeta): LedgerEntry {
  return {
    resourceVersion: meta.resourceVersion,
    family: familyOfOwner(meta),
    ...(meta.namespace === undefined ? {} : { namespace: meta.namespace }),
    ownerHash: unknownOwner,
    flags: ledgerFlag.marked | ledgerFlag.shared,
  };
}
