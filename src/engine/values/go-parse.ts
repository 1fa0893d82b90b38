/** Texts that Go's `strconv` reads as numbers. */

const maxInt64 = (1n << 63n) - 1n;
const minInt64 = -(1n << 63n);

/** `strconv.ParseInt(text, 10, 64)`: an optional sign and decimal digits within an int64. */
export function parseInt64(text: string): bigint | undefined {
  if (!/^[+-]?[0-9]+$/.test(text)) return undefined;
  const digits = text.replace(/^[+-]?0*/, "");
  if (digits.length > 19) return undefined;
  const value = BigInt(`${text.startsWith("-") ? "-" : ""}0${digits}`);
  return value >= minInt64 && value <= maxInt64 ? value : undefined;
}

/**
 * `strconv.ParseFloat(text, 64)`: decimal and hexadecimal floats, `Inf` and `NaN` in any case, underscores between
 * digits. Undefined for anything else and for what is out of range.
 */
export function parseFloat64(text: string): number | undefined {
  const special = /^(?:([+-]?)inf(?:inity)?|nan)$/i.exec(text);
  if (special !== null) {
    if (special[1] === undefined) return Number.NaN;
    return special[1] === "-" ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  }
  const plain = withoutUnderscores(text);
  if (plain === undefined) return undefined;
  const value = /^[+-]?0x/i.test(plain) ? hexFloat(plain) : decimalFloat(plain);
  return value !== undefined && Number.isFinite(value) ? value : undefined;
}

function decimalFloat(text: string): number | undefined {
  return /^[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:e[+-]?[0-9]+)?$/i.test(text) ? Number(text) : undefined;
}

function hexFloat(text: string): number | undefined {
  const match = /^([+-]?)0x([0-9a-f]*)\.?([0-9a-f]*)p([+-]?[0-9]+)$/i.exec(text);
  if (match === null) return undefined;
  const [, sign = "", whole = "", fraction = "", exponent = "0"] = match;
  if (whole === "" && fraction === "") return undefined;
  const mantissa = Number(BigInt(`0x${whole}${fraction}`));
  const value = mantissa === 0 ? 0 : mantissa * 2 ** (Number(exponent) - 4 * fraction.length);
  return sign === "-" ? -value : value;
}

/** `text` without underscores, or undefined where one does not stand between digits (a base prefix counts as one). */
function withoutUnderscores(text: string): string | undefined {
  if (!text.includes("_")) return text;
  const isHex = /^[+-]?0x/i.test(text);
  const stray = isHex ? /(?:^|[^0-9a-fx])_|_(?:[^0-9a-f]|$)/i : /(?:^|[^0-9])_|_(?:[^0-9]|$)/;
  return stray.test(text) ? undefined : text.replaceAll("_", "");
}
