import type { PolicyReportResult } from "#api/reports/policy-report.ts";
import type { RuleStatus } from "#engine/response.ts";
import { sortResults } from "./sort-results.ts";

/** etcd takes 1.5 MiB per request by default; metadata and what the API server adds need some of it. */
export const defaultMaxResultBytes = 1_258_291;

/** The source of the result that tells what was left out. */
const markerSource = "rearguard";
/** The property of that result: `pass=120,skip=4`. */
const leftOutProperty = "results-left-out";

/** What goes first when a report is too large. */
const leastWanted = ["pass", "skip", "warn", "error", "fail"] as const satisfies readonly RuleStatus[];
/** From here on texts are cut before results are dropped: a violation is worth more than its wording. */
const cutBefore: RuleStatus = "warn";
const cutLength = 1024;
/** Kept free for the marker. */
const markerBytes = 1024;

export interface TrimmedResults {
  readonly results: readonly PolicyReportResult[];
  readonly trimmed: boolean;
}

/**
 * The results as they are where they fit into `maxBytes` of JSON. Else passes are left out first, skips next and fails
 * last, and one more result, a `warn`, says how many of each are missing. The same results are always cut the same way.
 */
export function trimResults(
  results: readonly PolicyReportResult[],
  maxBytes: number,
  timestampSeconds: number,
): TrimmedResults {
  if (fits(results, maxBytes)) return { results, trimmed: false };
  let kept = sortResults(results).map(measure);
  const leftOut = new Map<RuleStatus, number>();
  let bytes = total(kept);
  for (const status of leastWanted) {
    if (bytes <= maxBytes - markerBytes) break;
    if (status === cutBefore) {
      kept = kept.map(({ result }) => measure(cutTexts(result)));
      bytes = total(kept);
    }
    const dropped = dropFrom(kept, status, bytes - (maxBytes - markerBytes));
    if (dropped.count === 0) continue;
    leftOut.set(status, dropped.count);
    ({ kept } = dropped);
    bytes = total(kept);
  }
  const marker = buildMarker(leftOut, timestampSeconds);
  return { results: sortResults([...kept.map(({ result }) => result), marker]), trimmed: true };
}

/** True for the result that `trimResults` adds. */
export function isMarker(result: PolicyReportResult): boolean {
  return result.source === markerSource && Object.hasOwn(result.properties ?? {}, leftOutProperty);
}

interface Measured {
  readonly result: PolicyReportResult;
  readonly bytes: number;
}

function measure(result: PolicyReportResult): Measured {
  return { result, bytes: utf8Length(JSON.stringify(result)) + 1 };
}

function total(results: readonly Measured[]): number {
  return results.reduce((sum, { bytes }) => sum + bytes, 0);
}

/** JSON writes a unit as six bytes at most. */
const maxBytesPerUnit = 6;
/** Names of fields, times, numbers and punctuation of a result. */
const maxFrameBytes = 1024;

/** At least as much as the result takes as JSON, or infinity for one with fields that are not worth a look. */
function atMostBytes(result: PolicyReportResult): number {
  const { source = "", policy, rule = "", message = "", severity = "", category = "", properties } = result;
  if (result.resources !== undefined || result.resourceSelector !== undefined)
    return Number.POSITIVE_INFINITY;
  let units =
    source.length + policy.length + rule.length + message.length + severity.length + category.length;
  for (const key in properties) units += key.length + (properties[key] ?? "").length + 1;
  return units * maxBytesPerUnit + maxFrameBytes;
}

function fits(results: readonly PolicyReportResult[], maxBytes: number): boolean {
  let atMost = 0;
  for (const result of results) atMost += atMostBytes(result);
  // Nearly all reports are small, and writing each result only to measure it costs as much as its write.
  if (atMost <= maxBytes) return true;
  let bytes = 0;
  for (const result of results) {
    bytes += measure(result).bytes;
    if (bytes > maxBytes) return false;
  }
  return true;
}

/** Leaves out results of one status, from the end of the order, until `excess` bytes are saved. */
function dropFrom(
  results: readonly Measured[],
  status: RuleStatus,
  excess: number,
): { readonly kept: Measured[]; readonly count: number } {
  const kept: Measured[] = [];
  let saved = 0;
  let count = 0;
  for (const item of results.toReversed()) {
    if (item.result.result === status && saved < excess) {
      saved += item.bytes;
      count++;
    } else kept.push(item);
  }
  return { kept: kept.reverse(), count };
}

function cutTexts(result: PolicyReportResult): PolicyReportResult {
  const properties = Object.entries(result.properties ?? {}).map(
    ([key, value]) => [key, cutText(value)] as const,
  );
  return {
    ...result,
    ...(result.message === undefined ? {} : { message: cutText(result.message) }),
    ...(result.properties === undefined ? {} : { properties: Object.fromEntries(properties) }),
  };
}

function cutText(text: string): string {
  if (text.length <= cutLength) return text;
  const cut = text.slice(0, cutLength - 1);
  // Half of a surrogate pair is no text.
  return `${cut.isWellFormed() ? cut : cut.slice(0, -1)}…`;
}

function buildMarker(leftOut: ReadonlyMap<RuleStatus, number>, seconds: number): PolicyReportResult {
  const counts = [...leftOut].map(([status, count]) => `${status}=${count}`).join(",");
  return {
    source: markerSource,
    policy: "report-too-large",
    timestamp: { seconds, nanos: 0 },
    result: "warn",
    scored: true,
    message:
      counts === ""
        ? "The report is too large for the API server: long messages were cut."
        : `The report is too large for the API server: results were left out (${counts}).`,
    properties: { [leftOutProperty]: counts, process: "background scan" },
  };
}

function utf8Length(text: string): number {
  let bytes = text.length;
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    // A surrogate pair is two units and four bytes.
    if (unit >= 0x80) bytes += unit < 0x800 || (unit >= 0xd800 && unit <= 0xdfff) ? 1 : 2;
  }
  return bytes;
}
