const binary: readonly string[] = ["", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"];
const decimal: readonly string[] = ["n", "u", "m", "", "k", "M", "G", "T", "P", "E"];
const pattern = /^([+-]?)(\d*)(?:\.(\d*))?(Ki|Mi|Gi|Ti|Pi|Ei|n|u|m|k|M|G|T|P|E|[eE][+-]?\d+)?$/;

/**
 * A quantity in its canonical form: `1000m` is `1`, `1024Mi` is `1Gi`, `0.5` is `500m`. Returns undefined for a text that
 * is no quantity. As the API server writes it: the largest suffix of the same family that leaves no fraction.
 */
export function canonicalQuantity(text: string): string | undefined {
  const parts = pattern.exec(text.trim());
  if (parts === null) return undefined;
  const [, sign = "", whole = "", fraction = "", suffix = ""] = parts;
  if (whole === "" && fraction === "") return undefined;
  const negative = sign === "-" ? "-" : "";
  // In units of 10^-9, rounded up, as nothing smaller is kept.
  const nano = toNano(
    BigInt(`${whole}${fraction}` === "" ? "0" : `${whole}${fraction}`),
    fraction.length,
    suffix,
  );
  if (nano === 0n) return "0";
  if (suffix.endsWith("i") && nano % 1_000_000_000n === 0n) {
    const units = nano / 1_000_000_000n;
    // Below 1024 the API server falls back to decimal.
    return units < 1024n ? `${negative}${units}` : negative + shorten(units, 1024n, binary);
  }
  if (/^[eE]/.test(suffix)) return negative + withExponent(nano);
  return negative + shorten(nano, 1000n, decimal);
}

function toNano(digits: bigint, fractionDigits: number, suffix: string): bigint {
  let numerator = digits * 1_000_000_000n;
  let denominator = 10n ** BigInt(fractionDigits);
  const binaryPower = binary.indexOf(suffix);
  if (/^[eE]/.test(suffix)) {
    const exponent = Math.min(Math.max(Number(suffix.slice(1)), -30), 30);
    if (exponent >= 0) numerator *= 10n ** BigInt(exponent);
    else denominator *= 10n ** BigInt(-exponent);
  } else if (binaryPower > 0) {
    numerator *= 1024n ** BigInt(binaryPower);
  } else {
    const power = decimal.indexOf(suffix) - 3;
    if (power >= 0) numerator *= 1000n ** BigInt(power);
    else denominator *= 1000n ** BigInt(-power);
  }
  return (numerator + denominator - 1n) / denominator;
}

function shorten(value: bigint, base: bigint, suffixes: readonly string[]): string {
  let power = 0;
  let left = value;
  while (left % base === 0n && power < suffixes.length - 1) {
    left /= base;
    power += 1;
  }
  return `${left}${suffixes[power]}`;
}

function withExponent(nano: bigint): string {
  let exponent = -9;
  let left = nano;
  while (left % 1000n === 0n) {
    left /= 1000n;
    exponent += 3;
  }
  return exponent === 0 ? String(left) : `${left}e${exponent}`;
}
