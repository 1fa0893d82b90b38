/**
 * Kubernetes quantities, exactly: `100m`, `1.5Gi`, `1e3`. A quantity is `unscaled * 10^exponent`.
 *
 * Kubernetes keeps nothing finer than `n`: what is finer is rounded away from zero when it is parsed. Two of its defects
 * are not repeated: a value past the largest suffix keeps that suffix instead of losing it, and absurdly large exponents
 * are compared without computing their powers.
 */
export interface Quantity {
  readonly unscaled: bigint;
  readonly exponent: number;
  readonly family: QuantityFamily;
}

/** How a quantity is written: `Ki`, `k` or `e3`. */
type QuantityFamily = "binary" | "decimal" | "exponent";

const nano = -9;
const maxBinary = (1n << 63n) - 1n;
/** Arithmetic with powers of ten past this gives no result. */
const maxArithmeticExponent = 1_000;

const decimalExponents: ReadonlyMap<string, number> = new Map([
  ["", 0],
  ["n", -9],
  ["u", -6],
  ["m", -3],
  ["k", 3],
  ["M", 6],
  ["G", 9],
  ["T", 12],
  ["P", 15],
  ["E", 18],
]);
const decimalSuffixes = new Map([...decimalExponents].map(([suffix, exponent]) => [exponent, suffix]));
const binarySuffixes: readonly string[] = ["", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"];

/** The quantity that `text` stands for, or undefined where it is none. */
export function parseQuantity(text: string): Quantity | undefined {
  // Most texts that are no quantity are told by their first character.
  if (text === "" || !"0123456789+-.eEinumkKMGTP".includes(text.charAt(0))) return undefined;
  const negative = text.startsWith("-");
  const start = negative || text.startsWith("+") ? 1 : 0;
  const whole = endOfDigits(text, start);
  const point = text[whole] === "." ? whole + 1 : whole;
  const fraction = point > whole ? endOfDigits(text, point) : point;
  const suffix = suffixOf(text.slice(fraction));
  if (suffix === undefined) return undefined;
  const digits = text.slice(start, whole).replace(/^0+/, "");
  const decimals = text.slice(point, fraction);
  const magnitude = BigInt(`0${digits}${decimals}`);
  if (magnitude === 0n) {
    return hasZero(text.slice(start, fraction), suffix)
      ? { unscaled: 0n, exponent: 0, family: suffix.family }
      : undefined;
  }
  const scaled =
    suffix.family === "binary"
      ? binaryMagnitude(magnitude, digits.length, decimals.length, suffix.power)
      : decimalMagnitude(
          magnitude,
          Math.max(digits.length, 1) + decimals.length,
          suffix.power - decimals.length,
        );
  const family = suffix.family === "binary" && isBelowOne(scaled) ? "decimal" : suffix.family;
  return { unscaled: negative ? -scaled.unscaled : scaled.unscaled, exponent: scaled.exponent, family };
}

/** A suffix alone (and a lone sign) is zero, as long as the suffix is not too large or too small. */
function hasZero(number: string, suffix: Suffix): boolean {
  if (number !== "" && number !== ".") return true;
  return suffix.family === "binary" ? suffix.power < 50 : suffix.power >= nano;
}

interface Magnitude {
  readonly unscaled: bigint;
  readonly exponent: number;
}

/** Short numbers keep their scale; what has more than 18 digits or is finer than nano is carried in nanos. */
function decimalMagnitude(magnitude: bigint, digits: number, exponent: number): Magnitude {
  if (digits <= 18 && exponent >= nano) return { unscaled: magnitude, exponent };
  return inNanos(magnitude, exponent);
}

function binaryMagnitude(magnitude: bigint, digits: number, decimals: number, power: number): Magnitude {
  const unscaled = magnitude << BigInt(power);
  if (decimals === 0 && 15 - Math.max(digits, 1) - Math.trunc((power * 3) / 10) - 1 >= 0) {
    return { unscaled, exponent: 0 };
  }
  const nanos = inNanos(unscaled, -decimals);
  const cap = maxBinary * 10n ** 9n;
  return nanos.exponent === nano && nanos.unscaled > cap ? { unscaled: cap, exponent: nano } : nanos;
}

/** The value in nanos, rounded up; where that would take a huge power of ten the value is left as it is. */
function inNanos(magnitude: bigint, exponent: number): Magnitude {
  const shift = exponent - nano;
  if (shift > maxArithmeticExponent) return { unscaled: magnitude, exponent };
  if (shift >= 0) return { unscaled: magnitude * 10n ** BigInt(shift), exponent: nano };
  if (-shift > magnitude.toString().length) return { unscaled: 1n, exponent: nano };
  const divisor = 10n ** BigInt(-shift);
  return { unscaled: (magnitude + divisor - 1n) / divisor, exponent: nano };
}

function isBelowOne(value: Magnitude): boolean {
  return value.exponent < 0 && value.unscaled < 10n ** BigInt(-value.exponent);
}

interface Suffix {
  readonly family: QuantityFamily;
  /** Of two for the binary family, of ten for the others. */
  readonly power: number;
}

function suffixOf(text: string): Suffix | undefined {
  const power = decimalExponents.get(text);
  if (power !== undefined) return { family: "decimal", power };
  const binary = binarySuffixes.indexOf(text);
  if (binary > 0) return { family: "binary", power: binary * 10 };
  if (text.length < 2 || (text[0] !== "e" && text[0] !== "E")) return undefined;
  const digitsStart = text[1] === "+" || text[1] === "-" ? 2 : 1;
  const digits = text.slice(digitsStart);
  if (digits === "" || endOfDigits(digits, 0) !== digits.length) return undefined;
  const significant = digits.replace(/^0+/, "");
  if (significant.length > 19) return undefined;
  const exponent = BigInt(`${text[1] === "-" ? "-" : ""}0${significant}`);
  if (exponent >= 1n << 63n || exponent < -(1n << 63n)) return undefined;
  // Kubernetes keeps exponents in 32 bits.
  return { family: "exponent", power: Number(BigInt.asIntN(32, exponent)) };
}

function endOfDigits(text: string, start: number): number {
  let end = start;
  while (end < text.length && text.charCodeAt(end) >= 0x30 && text.charCodeAt(end) <= 0x39) end++;
  return end;
}

/** Negative, zero or positive as `left` is less than, equal to or greater than `right`. */
export function compareQuantities(left: Quantity, right: Quantity): number {
  if (left.exponent === right.exponent) return order(left.unscaled, right.unscaled);
  const sign = signOf(left.unscaled);
  if (sign !== signOf(right.unscaled) || sign === 0) return order(left.unscaled, right.unscaled);
  const difference = topDigit(left) - topDigit(right);
  if (difference !== 0) return difference * sign;
  // Equal leading digits: the exponents differ by no more than the numbers have digits.
  const shift = left.exponent - right.exponent;
  return shift > 0
    ? order(left.unscaled * 10n ** BigInt(shift), right.unscaled)
    : order(left.unscaled, right.unscaled * 10n ** BigInt(-shift));
}

function order(left: bigint, right: bigint): number {
  if (left === right) return 0;
  return left < right ? -1 : 1;
}

function signOf(value: bigint): number {
  return order(value, 0n);
}

/** The power of ten of the leading digit. */
function topDigit(quantity: Quantity): number {
  const length = quantity.unscaled.toString().length - (quantity.unscaled < 0n ? 1 : 0);
  return length + quantity.exponent;
}

/**
 * `left + right` in the family of `left`, or of `right` where `left` is zero. Undefined where the two lie so far apart
 * that the sum is not worth computing.
 */
export function addQuantities(left: Quantity, right: Quantity): Quantity | undefined {
  if (left.unscaled === 0n) return right;
  if (right.unscaled === 0n) return left;
  const exponent = Math.min(left.exponent, right.exponent);
  const apart = Math.max(left.exponent, right.exponent) - exponent;
  if (apart > maxArithmeticExponent) return undefined;
  return {
    unscaled: scaledTo(left, exponent) + scaledTo(right, exponent),
    exponent,
    family: left.family,
  };
}

/** `left - right`; families and limits as for `addQuantities`. */
export function subtractQuantities(left: Quantity, right: Quantity): Quantity | undefined {
  return addQuantities(left, { ...right, unscaled: -right.unscaled });
}

/** `left * right` in the family of `left`. */
export function multiplyQuantities(left: Quantity, right: Quantity): Quantity {
  return {
    unscaled: left.unscaled * right.unscaled,
    exponent: left.exponent + right.exponent,
    family: left.family,
  };
}

/**
 * `left / right` in the family of `left`, cut toward zero at the finer decimal place of the two. Undefined for a zero
 * divisor, and where the two lie so far apart that the quotient is not worth computing.
 */
export function divideQuantities(left: Quantity, right: Quantity): Quantity | undefined {
  if (right.unscaled === 0n) return undefined;
  const exponent = Math.min(left.exponent, right.exponent);
  const shift = left.exponent - right.exponent - exponent;
  if (Math.abs(shift) > maxArithmeticExponent) return undefined;
  const dividend = shift > 0 ? left.unscaled * 10n ** BigInt(shift) : left.unscaled;
  const divisor = shift < 0 ? right.unscaled * 10n ** BigInt(-shift) : right.unscaled;
  return { unscaled: dividend / divisor, exponent, family: left.family };
}

function scaledTo(quantity: Quantity, exponent: number): bigint {
  return quantity.unscaled * 10n ** BigInt(quantity.exponent - exponent);
}

/** The float64 nearest to the quantity, computed as Kubernetes does; infinite where it is out of range. */
export function quantityToFloat(quantity: Quantity): number {
  const base = Number(quantity.unscaled);
  return quantity.exponent === 0 || base === 0 ? base : base * Number(`1e${quantity.exponent}`);
}

/** The canonical form: no fraction, the largest suffix of the family that leaves an integer. */
export function formatQuantity(quantity: Quantity): string {
  if (quantity.unscaled === 0n) return "0";
  return (quantity.family === "binary" ? formatBinary(quantity) : undefined) ?? formatDecimal(quantity);
}

/** Undefined for what the binary family cannot show: fractions, and what is less than 1Ki. */
function formatBinary(quantity: Quantity): string | undefined {
  if (Math.abs(quantity.exponent) > maxArithmeticExponent) return undefined;
  let value = quantity.unscaled;
  if (quantity.exponent >= 0) {
    value *= 10n ** BigInt(quantity.exponent);
  } else {
    const divisor = 10n ** BigInt(-quantity.exponent);
    if (value % divisor !== 0n) return undefined;
    value /= divisor;
  }
  if (value > -1024n && value < 1024n) return undefined;
  let index = 0;
  while (index < binarySuffixes.length - 1 && value % 1024n === 0n) {
    value /= 1024n;
    index++;
  }
  return `${value}${binarySuffixes[index] ?? ""}`;
}

function formatDecimal(quantity: Quantity): string {
  const rounded =
    quantity.exponent < nano ? inNanosAwayFromZero(quantity.unscaled, quantity.exponent) : quantity;
  const digits = rounded.unscaled.toString();
  let mantissa = withoutLastZeros(digits);
  let exponent = rounded.exponent + (digits.length - mantissa.length);
  const usable = quantity.family === "exponent" ? exponent : Math.min(exponent, 18);
  const target = Math.floor(usable / 3) * 3;
  mantissa += "0".repeat(exponent - target);
  exponent = target;
  if (quantity.family === "exponent") return exponent === 0 ? mantissa : `${mantissa}e${exponent}`;
  return mantissa + (decimalSuffixes.get(exponent) ?? "");
}

function inNanosAwayFromZero(unscaled: bigint, exponent: number): Magnitude {
  const magnitude = inNanos(unscaled < 0n ? -unscaled : unscaled, exponent);
  return unscaled < 0n ? { unscaled: -magnitude.unscaled, exponent: magnitude.exponent } : magnitude;
}

/** A regular expression would try each run of zeros within the digits, which may be thousands. */
function withoutLastZeros(digits: string): string {
  let end = digits.length;
  while (end > 0 && digits.charCodeAt(end - 1) === zeroUnit) end -= 1;
  return digits.slice(0, end);
}

const zeroUnit = 0x30;
