import { QueryError } from "../errors.ts";
import { daysFromCivil, daysInMonth } from "./civil-time.ts";
import type { Instant } from "./civil-time.ts";
import { readElement } from "./time-fields.ts";
import type { TimeFields } from "./time-fields.ts";
import { layoutPieces, rfc3339 } from "./time-layout.ts";
import { utf8Bytes } from "./utf8.ts";

/** Reads an RFC 3339 timestamp. Throws a `QueryError` with Go's message. */
export function parseTimestamp(text: string): Instant {
  return parseTime(rfc3339, text);
}

/** No time and no layout is longer than this. */
const maxLength = 1024;

/** Reads a time in one of Go's reference layouts; without a zone it is UTC. Throws a `QueryError` with Go's message. */
export function parseTime(layout: string, text: string): Instant {
  if (layout.length > maxLength || text.length > maxLength) {
    throw timeError(text, `longer than ${maxLength} characters`);
  }
  const fields: TimeFields = {
    year: 0,
    month: undefined,
    day: undefined,
    yearDay: undefined,
    hour: 0,
    minute: 0,
    second: 0,
    nanoseconds: 0,
    half: undefined,
    offset: undefined,
    shownOffset: 0,
  };
  readFields(layout, text, fields);
  const minutes = (daysOf(fields, text) * 24 + hourOf(fields)) * 60 + fields.minute;
  return {
    seconds: minutes * 60 + fields.second - (fields.offset ?? 0),
    nanoseconds: fields.nanoseconds,
    offset: fields.offset ?? fields.shownOffset,
  };
}

function readFields(layout: string, text: string, fields: TimeFields): void {
  const pieces = layoutPieces(layout);
  let rest = text;
  for (const [index, piece] of pieces.entries()) {
    const skipped = skipText(rest, piece.text);
    if (!skipped.isThere) throw cannotParse(text, layout, skipped.rest, piece.text);
    rest = skipped.rest;
    if (piece.element === undefined) {
      if (rest !== "") throw timeError(text, `extra text: ${quoted(rest)}`);
      return;
    }
    const next = pieces[index + 1];
    const read = readElement(piece.element, rest, fields, next?.text === "" ? next.element : undefined);
    if (read.kind === "bad") throw cannotParse(text, layout, rest, piece.element);
    if (read.kind === "range") throw timeError(text, `${read.what} out of range`);
    rest = read.rest;
  }
}

/** Skips fixed text; any number of blanks is as good as one. */
function skipText(text: string, fixed: string): { readonly isThere: boolean; readonly rest: string } {
  let at = 0;
  let wanted = 0;
  while (wanted < fixed.length) {
    if (fixed.charAt(wanted) === " ") {
      if (at < text.length && text.charAt(at) !== " ") return { isThere: false, rest: text.slice(at) };
      while (fixed.charAt(wanted) === " ") wanted += 1;
      while (text.charAt(at) === " ") at += 1;
    } else if (text.charAt(at) !== fixed.charAt(wanted)) {
      return { isThere: false, rest: text.slice(at) };
    } else {
      wanted += 1;
      at += 1;
    }
  }
  return { isThere: true, rest: text.slice(at) };
}

function hourOf({ hour, half }: TimeFields): number {
  if (half === "pm" && hour < 12) return hour + 12;
  return half === "am" && hour === 12 ? 0 : hour;
}

/** Days since 1970 of the date that was read; what was not read is the first. */
function daysOf({ year, month, day, yearDay }: TimeFields, text: string): number {
  if (yearDay === undefined) {
    if (day !== undefined && (day < 1 || day > daysInMonth(year, month ?? 1))) {
      throw timeError(text, "day out of range");
    }
    return daysFromCivil(year, month ?? 1, day ?? 1);
  }
  const start = daysFromCivil(year, 1, 1);
  if (yearDay < 1 || yearDay > daysFromCivil(year + 1, 1, 1) - start) {
    throw timeError(text, "day-of-year out of range");
  }
  const days = start + yearDay - 1;
  if (
    month !== undefined &&
    (days < daysFromCivil(year, month, 1) || days >= daysFromCivil(year, month + 1, 1))
  ) {
    throw timeError(text, "day-of-year does not match month");
  }
  if (month !== undefined && day !== undefined && days !== daysFromCivil(year, month, day)) {
    throw timeError(text, "day-of-year does not match day");
  }
  return days;
}

function cannotParse(text: string, layout: string, rest: string, element: string): QueryError {
  return new QueryError(
    "failed",
    `parsing time ${quoted(text)} as ${quoted(layout)}: cannot parse ${quoted(rest)} as ${quoted(element)}`,
  );
}

function timeError(text: string, reason: string): QueryError {
  return new QueryError("failed", `parsing time ${quoted(text)}: ${reason}`);
}

/** Go's `time` package writes the bytes of everything but printable ASCII in hexadecimal. */
function quoted(text: string): string {
  let shown = "";
  for (const byte of utf8Bytes(text.length > 256 ? `${text.slice(0, 256)}...` : text)) {
    if (byte < 0x20 || byte >= 0x7f) shown += `\\x${byte.toString(16).padStart(2, "0")}`;
    else shown += (byte === 0x22 || byte === 0x5c ? "\\" : "") + String.fromCharCode(byte);
  }
  return `"${shown}"`;
}
