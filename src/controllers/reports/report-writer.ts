import type { PolicyReportResult } from "#api/reports/policy-report.ts";
import { ApiError } from "#kube/client/api-error.ts";
import { buildReport } from "#reports/build-report.ts";
import type { ReportFormat } from "#reports/build-report.ts";
import type { ReportOwner } from "#reports/owner.ts";
import type { KindFamily, PolicyFacts } from "#reports/policy-facts.ts";
import { decodeStoredReport, hasForeignParts } from "#reports/stored-report.ts";
import type { StoredReport } from "#reports/stored-report.ts";
import { isMarker, trimResults } from "#reports/trim.ts";
import type { TrimmedResults } from "#reports/trim.ts";
import { desiredResults, isOfScan, isUpToDate, replaceResults } from "./desired-report.ts";
import type { EchoFilter } from "./echo-filter.ts";
import { ledgerFlag } from "./ledger.ts";
import type { Ledger, LedgerEntry } from "./ledger.ts";
import type { ReportWork } from "./pending-work.ts";
import { mayBeWritten } from "./report-store.ts";
import type { ReportPlace, ReportStore } from "./report-store.ts";
import { verdictsOf } from "./result-hash.ts";
import type { ResultHash } from "./result-hash.ts";

/** Whether an object exists, as far as the one who watches its kind can tell. */
export type IsAlive = (family: KindFamily, uid: string) => "alive" | "gone" | "unknown";

export interface WriterObserver {
  /** A write was carried out. */
  written(verb: "create" | "update" | "delete"): void;
  /** A report was read and needs no write. */
  unchanged(): void;
  /** Results did not fit. */
  trimmed(place: ReportPlace): void;
}

export interface ReportWriterDeps {
  readonly store: ReportStore;
  readonly ledger: Ledger;
  readonly echoes: EchoFilter;
  readonly facts: PolicyFacts;
  readonly isAlive: IsAlive;
  readonly resultHash: ResultHash;
  readonly format: ReportFormat;
  readonly maxResultBytes: number;
  /** Wall time in ms. */
  readonly now: () => number;
  /** Newer work on the report is waiting, so that the ledger speaks of that already. */
  readonly hasNewer: (uid: string) => boolean;
  readonly observer: WriterObserver;
}

export type WriteResult =
  | "settled"
  /** Another tool's object has the name: nothing was written. */
  | "foreign";

type Step = WriteResult | "again";

/** Others changed the report each time before it could be written. */
class ReportContended extends Error {
  override readonly name = "ReportContended";
  readonly status = 409;
}

const maxSteps = 6;
const { shared, trimmed, marked, stale, foreign, gone, unwatched } = ledgerFlag;
/** What a look at the stored report answers. */
const learned = shared | trimmed | marked | stale | foreign;

/**
 * Brings one stored report to what is wanted, with as few requests as possible: a new one is posted, one that holds only
 * the scan's results is replaced at its known resourceVersion, everything else is read, merged and replaced. Rejects
 * with what the store rejected with; then it is to be called again, and reads first where the write may have been done.
 */
export function createReportWriter(
  deps: ReportWriterDeps,
): (uid: string, work: ReportWork | undefined) => Promise<WriteResult> {
  return async (uid, work) => {
    for (let step = 0; step < maxSteps; step++) {
      const entry = deps.ledger.get(uid);
      if (entry === undefined) return "settled";
      try {
        const result = await writeOnce({ deps, uid, entry, work, place: placeOf(uid, entry) });
        if (result !== "again") return result;
      } catch (error) {
        if (mayBeWritten(error)) setFlags(deps.ledger, uid, marked);
        throw error;
      }
    }
    throw new ReportContended(`the report ${uid} was changed by others ${maxSteps} times in a row`);
  };
}

interface Attempt {
  readonly deps: ReportWriterDeps;
  readonly uid: string;
  readonly place: ReportPlace;
  readonly entry: LedgerEntry;
  readonly work: ReportWork | undefined;
}

function placeOf(uid: string, { namespace }: LedgerEntry): ReportPlace {
  return namespace === undefined ? { name: uid } : { namespace, name: uid };
}

function setFlags(ledger: Ledger, uid: string, flags: number): void {
  ledger.update(uid, { flags: ledger.flags(uid) | flags });
}

function clearFlags(ledger: Ledger, uid: string, flags: number): void {
  ledger.update(uid, { flags: ledger.flags(uid) & ~flags });
}

function writeOnce(attempt: Attempt): Promise<Step> {
  const { entry, work } = attempt;
  const isMerge = work !== undefined && (work.scan === undefined || work.events !== undefined);
  if ((entry.flags & gone) !== 0) return removeWhole(attempt);
  if ((entry.flags & learned) !== 0 || isMerge) return readAndWrite(attempt);
  const scan = work?.scan ?? ((entry.flags & unwatched) === 0 ? undefined : []);
  if (scan === undefined) return Promise.resolve("settled");
  if (scan.length === 0) return removeKnown(attempt);
  // Work of the scan names the owner; without work there are no results.
  return work === undefined ? Promise.resolve("settled") : writeOwn(attempt, work.owner, scan);
}

function trim({ deps, place }: Attempt, results: readonly PolicyReportResult[]): TrimmedResults {
  const outcome = trimResults(results, deps.maxResultBytes, Math.floor(deps.now() / 1000));
  if (outcome.trimmed) deps.observer.trimmed(place);
  return outcome;
}

/** The whole report is the scan's. */
async function writeOwn(
  attempt: Attempt,
  owner: ReportOwner,
  scan: readonly PolicyReportResult[],
): Promise<Step> {
  const { deps, uid, place, entry } = attempt;
  const outcome = trim(attempt, scan);
  const flags = outcome.trimmed ? trimmed : 0;
  if (entry.resourceVersion === "") return create(attempt, owner, outcome.results, flags);
  const { format } = deps;
  const { resourceVersion } = entry;
  const report = buildReport({ format, owner, results: outcome.results, resourceVersion });
  const replaced = await unlessGone(attempt, () => deps.store.replace(place, report));
  switch (replaced.kind) {
    case "written":
      return noteWritten(attempt, "update", replaced.resourceVersion, flags);
    case "conflict":
      setFlags(deps.ledger, uid, marked);
      return "again";
    case "missing":
      deps.ledger.update(uid, { resourceVersion: "" });
      return "again";
    case "hopeless":
      return noteAbsent(attempt);
    default:
      return replaced satisfies never;
  }
}

async function create(
  attempt: Attempt,
  owner: ReportOwner,
  results: readonly PolicyReportResult[],
  flags: number,
): Promise<Step> {
  const { deps, uid, place } = attempt;
  const report = buildReport({ format: deps.format, owner, results });
  const created = await unlessGone(attempt, () => deps.store.create(place, report));
  switch (created.kind) {
    case "written":
      return noteWritten(attempt, "create", created.resourceVersion, flags);
    case "exists":
      setFlags(deps.ledger, uid, marked);
      return "again";
    case "namespace-gone":
    case "hopeless":
      return noteAbsent(attempt);
    default:
      return created satisfies never;
  }
}

/** A refusal on behalf of an object that is gone is an end, not a failure. */
async function unlessGone<T>(
  { deps, uid, entry }: Attempt,
  write: () => Promise<T>,
): Promise<T | { readonly kind: "hopeless" }> {
  try {
    return await write();
  } catch (error) {
    const refused = error instanceof ApiError && [403, 404, 422].includes(error.status);
    if (refused && deps.isAlive(entry.family, uid) === "gone") return { kind: "hopeless" };
    throw error;
  }
}

async function readAndWrite(attempt: Attempt): Promise<Step> {
  const { deps, uid, place, work, entry } = attempt;
  const object = await deps.store.get(place);
  if (object === undefined) return createMissing(attempt);
  const stored = decodeStoredReport(object);
  if (stored === undefined) throw new Error(`the report ${uid} has no metadata`);
  if (!stored.managed) {
    setFlags(deps.ledger, uid, foreign | marked);
    return "foreign";
  }
  const change = { work, dropScan: (entry.flags & unwatched) !== 0 };
  const wanted = desiredResults(stored, change, deps.facts);
  const resourceVersion = stored.meta.resourceVersion;
  if (wanted.length === 0) return remove(attempt, { uid: stored.meta.uid, resourceVersion });
  const owner = work?.scan === undefined ? (stored.owner ?? work?.owner) : work.owner;
  const outcome = trim(attempt, wanted);
  const flags = learnedFlags(attempt, stored, outcome);
  if (isUpToDate(stored, owner, outcome.results)) {
    noteStored(attempt, owner, resourceVersion, flags, outcome.results);
    deps.observer.unchanged();
    return "settled";
  }
  const report = replaceResults(stored, owner, outcome.results);
  const replaced = await unlessGone(attempt, () => deps.store.replace(place, report));
  switch (replaced.kind) {
    case "written":
      deps.observer.written("update");
      deps.echoes.remember(uid, resourceVersion);
      noteStored(attempt, owner, replaced.resourceVersion, flags, outcome.results);
      return "settled";
    case "conflict":
    case "missing":
      // It is marked still: the next step reads again.
      setFlags(deps.ledger, uid, marked);
      return "again";
    case "hopeless":
      return noteAbsent(attempt);
    default:
      return replaced satisfies never;
  }
}

/** There is no report after all: what is known goes into a new one. */
async function createMissing(attempt: Attempt): Promise<Step> {
  const { deps, uid, work } = attempt;
  clearFlags(deps.ledger, uid, learned);
  deps.ledger.update(uid, { resourceVersion: "" });
  const wanted = desiredResults({ results: [] }, { work, dropScan: false }, deps.facts);
  if (work === undefined || wanted.length === 0) return forgetUnlessNewer(attempt);
  const outcome = trim(attempt, wanted);
  const hasOthers = outcome.results.some((result) => !isMarker(result) && !isOfScan(result, deps.facts));
  const flags = (outcome.trimmed ? trimmed : 0) | (hasOthers ? shared : 0);
  return create(attempt, work.owner, outcome.results, flags);
}

function removeKnown(attempt: Attempt): Promise<Step> {
  const { resourceVersion } = attempt.entry;
  return resourceVersion === ""
    ? Promise.resolve(forgetUnlessNewer(attempt))
    : remove(attempt, { resourceVersion });
}

/** The object is gone, so whatever the report holds has no meaning any more. */
async function removeWhole(attempt: Attempt): Promise<Step> {
  const { deps, place, entry } = attempt;
  if ((entry.flags & (marked | foreign)) === 0) return removeKnown(attempt);
  const object = await deps.store.get(place);
  const stored = object === undefined ? undefined : decodeStoredReport(object);
  if (stored === undefined || !stored.managed) return forgetUnlessNewer(attempt);
  return remove(attempt, { uid: stored.meta.uid, resourceVersion: stored.meta.resourceVersion });
}

async function remove(
  attempt: Attempt,
  preconditions: { readonly uid?: string; readonly resourceVersion: string },
): Promise<Step> {
  const { deps, uid, place } = attempt;
  const outcome = await deps.store.remove(place, preconditions);
  switch (outcome) {
    case "removed":
      deps.observer.written("delete");
      deps.echoes.rememberDeleted(uid);
      return forgetUnlessNewer(attempt);
    case "missing":
      return forgetUnlessNewer(attempt);
    case "conflict":
      setFlags(deps.ledger, uid, marked);
      return "again";
    default:
      return outcome satisfies never;
  }
}

/** Nothing is stored any more; the entry stays where newer work is about to write again. */
function forgetUnlessNewer({ deps, uid }: Attempt): Step {
  if (deps.hasNewer(uid)) {
    deps.ledger.update(uid, { resourceVersion: "", flags: deps.ledger.flags(uid) & ~(learned | unwatched) });
  } else deps.ledger.delete(uid);
  return "settled";
}

/** Nothing can be stored; what was accepted is remembered, so that the same verdict is not tried again. */
function noteAbsent({ deps, uid }: Attempt): Step {
  deps.ledger.update(uid, { resourceVersion: "", flags: deps.ledger.flags(uid) & ~(learned | unwatched) });
  return "settled";
}

function noteWritten(
  attempt: Attempt,
  verb: "create" | "update",
  resourceVersion: string,
  flags: number,
): Step {
  attempt.deps.observer.written(verb);
  rememberVersion(attempt, resourceVersion, flags);
  return "settled";
}

function rememberVersion({ deps, uid, entry }: Attempt, resourceVersion: string, flags: number): void {
  const { ledger, echoes } = deps;
  if (entry.resourceVersion !== "") echoes.remember(uid, entry.resourceVersion);
  echoes.remember(uid, resourceVersion);
  // What the scan wanted meanwhile (`gone`, `unwatched` again) is not answered by this write.
  const answered = learned | (entry.flags & unwatched);
  ledger.update(uid, { resourceVersion, flags: (ledger.flags(uid) & ~answered) | flags });
}

function noteStored(
  attempt: Attempt,
  owner: ReportOwner | undefined,
  resourceVersion: string,
  flags: number,
  results: readonly PolicyReportResult[],
): void {
  const { deps, uid, work } = attempt;
  rememberVersion(attempt, resourceVersion, flags);
  if (work?.scan !== undefined || deps.hasNewer(uid)) return;
  // Only what was stored tells what the scan's part is now.
  const entry = deps.ledger.get(uid);
  const own = results.filter((result) => isOfScan(result, deps.facts));
  if (entry === undefined) return;
  const ownerHash = owner === undefined ? entry.ownerHash : deps.resultHash.ofOwner(owner);
  deps.ledger.set(uid, { ...entry, ownerHash }, verdictsOf(own, deps.resultHash));
}

function learnedFlags({ deps }: Attempt, stored: StoredReport, outcome: TrimmedResults): number {
  const hasOthers = outcome.results.some((result) => !isMarker(result) && !isOfScan(result, deps.facts));
  const isShared = hasOthers || hasForeignParts(stored);
  return (outcome.trimmed ? trimmed : 0) | (isShared ? shared : 0);
}
