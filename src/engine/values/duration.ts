/**
 * Go's durations: `1h30m`, `300ms`, `-1.5s`, `0`. Values are nanoseconds within an int64.
 */

const nanosecondsPerUnit: ReadonlyMap<string, bigint> = new Map([
  ["ns", 1n],
  ["us", 1_000n],
  ["µs", 1_000n],
  ["μs", 1_000n],
  ["ms", 1_000_000n],
  ["s", 1_000_000_000n],
  ["m", 60_000_000_000n],
  ["h", 3_600_000_000_000n],
]);

const limit = 1n << 63n;

/** The nanoseconds that `text` stands for, or undefined where it is no duration. */
export function parseDuration(text: string): bigint | undefined {
  if (text === "0" || text === "+0" || text === "-0") return 0n;
  // All others end with the letter of a unit, which most texts do not.
  const last = text.charCodeAt(text.length - 1);
  if (last !== 0x73 && last !== 0x6d && last !== 0x68) return undefined;
  const parsed = scanDuration(text);
  return typeof parsed === "bigint" ? parsed : undefined;
}

/** What Go says of a text that is no duration; undefined for one that is. */
export function durationError(text: string): string | undefined {
  const parsed = scanDuration(text);
  return typeof parsed === "string" ? parsed : undefined;
}

/** The nanoseconds, or what is wrong with `text`. */
function scanDuration(text: string): bigint | string {
  const invalid = `time: invalid duration ${quote(text)}`;
  let position = 0;
  const negative = text.startsWith("-");
  if (negative || text.startsWith("+")) position++;
  if (text.length === position + 1 && text[position] === "0") return 0n;
  if (position === text.length) return invalid;
  let total = 0n;
  while (position < text.length) {
    const whole = digitsFrom(text, position);
    position += whole.length;
    let fraction = "";
    if (text[position] === ".") {
      position++;
      fraction = digitsFrom(text, position);
      position += fraction.length;
    }
    if (whole === "" && fraction === "") return invalid;
    const unitStart = position;
    while (position < text.length && !isDigit(text, position) && text[position] !== ".") position++;
    if (position === unitStart) return `time: missing unit in duration ${quote(text)}`;
    const unitName = text.slice(unitStart, position);
    const unit = nanosecondsPerUnit.get(unitName);
    if (unit === undefined) return `time: unknown unit ${quote(unitName)} in duration ${quote(text)}`;
    const significant = whole.replace(/^0+/, "");
    if (significant.length > 19) return invalid;
    total += BigInt(significant === "" ? "0" : significant) * unit + fractionOf(fraction, unit);
    if (total > limit) return invalid;
  }
  if (negative) return -total;
  return total === limit ? invalid : total;
}

/** The nanoseconds of a decimal fraction of `unit`, computed in floating point as Go does. */
function fractionOf(digits: string, unit: bigint): bigint {
  if (digits === "") return 0n;
  // Digits that no longer fit an int64 are dropped.
  let value = BigInt(digits.slice(0, 18));
  let scale = 10 ** Math.min(digits.length, 18);
  const next = digits[18];
  if (next !== undefined) {
    const longer = value * 10n + BigInt(next);
    if (value <= (limit - 1n) / 10n && longer <= limit) {
      value = longer;
      scale *= 10;
    }
  }
  return BigInt(Math.trunc(Number(value) * (Number(unit) / scale)));
}

/** `nanoseconds` as Go prints durations: `180h10m0s`, `1.5s`, `300ms`, `0s`. */
export function formatDuration(nanoseconds: bigint): string {
  if (nanoseconds === 0n) return "0s";
  const sign = nanoseconds < 0n ? "-" : "";
  const magnitude = nanoseconds < 0n ? -nanoseconds : nanoseconds;
  if (magnitude < 1_000n) return `${sign}${magnitude}ns`;
  if (magnitude < 1_000_000n) return `${sign}${decimal(magnitude, 3)}µs`;
  if (magnitude < 1_000_000_000n) return `${sign}${decimal(magnitude, 6)}ms`;
  const minutes = magnitude / 60_000_000_000n;
  const seconds = `${decimal(magnitude % 60_000_000_000n, 9)}s`;
  if (minutes === 0n) return sign + seconds;
  const hours = minutes / 60n;
  return hours === 0n ? `${sign}${minutes}m${seconds}` : `${sign}${hours}h${minutes % 60n}m${seconds}`;
}

/** `value` with the decimal point moved left by `places`, without trailing zeros. */
function decimal(value: bigint, places: number): string {
  const digits = value.toString().padStart(places + 1, "0");
  const fraction = digits.slice(-places).replace(/0+$/, "");
  const whole = digits.slice(0, -places);
  return fraction === "" ? whole : `${whole}.${fraction}`;
}

function isDigit(text: string, position: number): boolean {
  const unit = text.charCodeAt(position);
  return unit >= 0x30 && unit <= 0x39;
}

function digitsFrom(text: string, start: number): string {
  let end = start;
  while (end < text.length && isDigit(text, end)) end++;
  return text.slice(start, end);
}

/** `text` in the quotes of Go's time package, which writes what is not printable ASCII as bytes. */
function quote(text: string): string {
  let quoted = "";
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    if (character === '"' || character === "\\") quoted += `\\${character}`;
    else if (code >= 0x20 && code < 0x80) quoted += character;
    else for (const byte of utf8Of(code)) quoted += `\\x${byte.toString(16).padStart(2, "0")}`;
  }
  return `"${quoted}"`;
}

function utf8Of(code: number): readonly number[] {
  if (code < 0x80) return [code];
  if (code < 0x800) return [0xc0 | (code >> 6), continuation(code)];
  if (code < 0x10000) return [0xe0 | (code >> 12), continuation(code >> 6), continuation(code)];
  return [0xf0 | (code >> 18), continuation(code >> 12), continuation(code >> 6), continuation(code)];
}

function continuation(code: number): number {
  return 0x80 | (code & 0x3f);
}
