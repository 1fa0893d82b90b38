/** What has been read of a time. */
export interface TimeFields {
  year: number;
  month: number | undefined;
  day: number | undefined;
  yearDay: number | undefined;
  hour: number;
  minute: number;
  second: number;
  nanoseconds: number;
  half: "am" | "pm" | undefined;
  /** Seconds east of UTC, from digits or `Z`. */
  offset: number | undefined;
  /** The offset of a zone's name. It changes how the instant is shown and not which it is, as in Go. */
  shownOffset: number;
}

/** The rest of the text behind an element, `bad` where it does not stand there, or the name of what is out of range. */
export type ReadResult =
  | { readonly kind: "rest"; readonly rest: string }
  | { readonly kind: "bad" }
  | { readonly kind: "range"; readonly what: string; readonly rest: string };

const bad: ReadResult = { kind: "bad" };

const months = "January February March April May June July August September October November December".split(
  " ",
);
const days = "Sunday Monday Tuesday Wednesday Thursday Friday Saturday".split(" ");
const shortMonths = months.map((name) => name.slice(0, 3));
const shortDays = days.map((name) => name.slice(0, 3));

/** Reads one element of a layout at the start of `text` into `fields`. `next` is the element after it. */
export function readElement(
  element: string,
  text: string,
  fields: TimeFields,
  next: string | undefined,
): ReadResult {
  switch (element) {
    case "2006":
      return readDigits(text, 4, 4, (value) => (fields.year = value));
    case "06":
      return readDigits(text, 2, 2, (value) => (fields.year = value + (value >= 69 ? 1900 : 2000)));
    case "January":
      return readName(text, months, (index) => (fields.month = index + 1));
    case "Jan":
      return readName(text, shortMonths, (index) => (fields.month = index + 1));
    case "1":
    case "01":
      return inRange(
        readNumber(element, text, (value) => (fields.month = value)),
        "month",
        () => within(fields.month, 1, 12),
      );
    case "Monday":
      return readName(text, days, () => undefined);
    case "Mon":
      return readName(text, shortDays, () => undefined);
    case "2":
    case "_2":
    case "02": {
      const start = element === "_2" && text.startsWith(" ") ? text.slice(1) : text;
      return readNumber(element, start, (value) => (fields.day = value));
    }
    case "__2":
    case "002": {
      const start = element === "__2" ? text.replace(/^ {1,2}/, "") : text;
      return readDigits(start, element === "002" ? 3 : 1, 3, (value) => (fields.yearDay = value));
    }
    case "PM":
    case "pm":
      return readHalf(element, text, fields);
    case "MST":
      return readZoneName(text, fields);
    default:
      return readClock(element, text, fields, next);
  }
}

function readClock(element: string, text: string, fields: TimeFields, next: string | undefined): ReadResult {
  switch (element) {
    case "15":
      return inRange(
        readNumber(element, text, (value) => (fields.hour = value), false),
        "hour",
        () => within(fields.hour, 0, 23),
      );
    case "3":
    case "03":
      return inRange(
        readNumber(element, text, (value) => (fields.hour = value)),
        "hour",
        () => within(fields.hour, 0, 12),
      );
    case "4":
    case "04":
      return inRange(
        readNumber(element, text, (value) => (fields.minute = value)),
        "minute",
        () => within(fields.minute, 0, 59),
      );
    case "5":
    case "05": {
      const read = inRange(
        readNumber(element, text, (value) => (fields.second = value)),
        "second",
        () => within(fields.second, 0, 59),
      );
      // A fraction may follow even where the layout has none.
      const isAsked = next !== undefined && /^[.,]/.test(next);
      return read.kind === "rest" && !isAsked ? readFraction(read.rest, fields, 1) : read;
    }
    default:
      if (element.startsWith("Z") || element.startsWith("-")) return readOffset(element, text, fields);
      return element.charAt(1) === "9"
        ? readFraction(text, fields, 1)
        : readExactFraction(element, text, fields);
  }
}

type Store = (value: number) => void;

/** One or two digits; two where the element starts with a zero. */
function readNumber(
  element: string,
  text: string,
  store: Store,
  fixed = element.startsWith("0"),
): ReadResult {
  return readDigits(text, fixed ? 2 : 1, 2, store);
}

function readDigits(text: string, least: number, most: number, store: Store): ReadResult {
  let length = 0;
  while (length < most && isDigit(text, length)) length += 1;
  if (length < least) return bad;
  store(Number(text.slice(0, length)));
  return { kind: "rest", rest: text.slice(length) };
}

function isDigit(text: string, at: number): boolean {
  const unit = text.charCodeAt(at);
  return unit >= 0x30 && unit <= 0x39;
}

function within(value: number | undefined, lowest: number, highest: number): boolean {
  return value !== undefined && value >= lowest && value <= highest;
}

function inRange(read: ReadResult, what: string, isInRange: () => boolean): ReadResult {
  return read.kind !== "rest" || isInRange() ? read : { kind: "range", what, rest: read.rest };
}

function readName(text: string, names: readonly string[], store: Store): ReadResult {
  const lower = text.toLowerCase();
  const index = names.findIndex((name) => lower.startsWith(name.toLowerCase()));
  if (index < 0) return bad;
  store(index);
  return { kind: "rest", rest: text.slice(names[index]?.length ?? 0) };
}

function readHalf(element: "PM" | "pm", text: string, fields: TimeFields): ReadResult {
  const half = text.slice(0, 2);
  const lower = half.toLowerCase();
  const isSameCase = half === (element === "PM" ? lower.toUpperCase() : lower);
  if (!isSameCase || (lower !== "am" && lower !== "pm")) return bad;
  fields.half = lower;
  return { kind: "rest", rest: text.slice(2) };
}

/** A dot or comma and any number of digits; nothing where there are none. Digits past the ninth are dropped. */
function readFraction(text: string, fields: TimeFields, least: number): ReadResult {
  const digits = /^[.,]([0-9]+)/.exec(text)?.[1];
  if (digits === undefined || digits.length < least) return { kind: "rest", rest: text };
  fields.nanoseconds = Number(digits.slice(0, 9).padEnd(9, "0"));
  return { kind: "rest", rest: text.slice(digits.length + 1) };
}

function readExactFraction(element: string, text: string, fields: TimeFields): ReadResult {
  const part = text.slice(0, element.length);
  if (part.length < element.length || !/^[.,][0-9]+$/.test(part)) return bad;
  readFraction(part, fields, 1);
  return { kind: "rest", rest: text.slice(element.length) };
}

function readOffset(element: string, text: string, fields: TimeFields): ReadResult {
  if (element.startsWith("Z") && text.startsWith("Z")) {
    fields.offset = 0;
    return { kind: "rest", rest: text.slice(1) };
  }
  const form = offsetForms[element.slice(1)];
  const match = form?.exec(text);
  if (match === null || match === undefined) return bad;
  const [whole, sign, hours = "0", minutes = "0", seconds = "0"] = match;
  const rest = text.slice(whole.length);
  if (Number(hours) > 24) return { kind: "range", what: "time zone offset hour", rest };
  if (Number(minutes) > 60) return { kind: "range", what: "time zone offset minute", rest };
  if (Number(seconds) > 60) return { kind: "range", what: "time zone offset second", rest };
  const offset = (Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds);
  fields.offset = sign === "-" ? -offset : offset;
  return { kind: "rest", rest };
}

const offsetForms: Readonly<Record<string, RegExp>> = {
  "07": /^([+-])([0-9]{2})/,
  "0700": /^([+-])([0-9]{2})([0-9]{2})/,
  "07:00": /^([+-])([0-9]{2}):([0-9]{2})/,
  "070000": /^([+-])([0-9]{2})([0-9]{2})([0-9]{2})/,
  "07:00:00": /^([+-])([0-9]{2}):([0-9]{2}):([0-9]{2})/,
};

/** An abbreviation. Only UTC and offsets to GMT mean something; the others count as UTC, as in Go. */
function readZoneName(text: string, fields: TimeFields): ReadResult {
  const name = zoneName(text);
  if (name === undefined) return bad;
  const hours = /^GMT([+-][0-9]+)$/.exec(name)?.[1];
  fields.shownOffset = hours === undefined ? 0 : Number(hours) * 3600;
  return { kind: "rest", rest: text.slice(name.length) };
}

function zoneName(text: string): string | undefined {
  if (text.startsWith("UTC")) return "UTC";
  const special =
    /^(?:ChST|MeST|GMT(?:[+-](?:2[0-3]|1?[0-9])(?![0-9]))?|[+-](?:2[0-3]|[01]?[0-9])(?![0-9]))/.exec(
      text,
    )?.[0];
  if (special !== undefined) return special;
  const letters = /^[A-Z]{1,6}/.exec(text)?.[0] ?? "";
  if (letters.length === 3) return letters;
  if (letters.length === 4) return letters.endsWith("T") || letters === "WITA" ? letters : undefined;
  return letters.length === 5 && letters.endsWith("T") ? letters : undefined;
}
