/** An exact float as `numerator / 2^shift`. */
function exactBinary(value: number): { readonly numerator: bigint; readonly shift: number } {
  let shift = 0;
  let scaled = Math.abs(value);
  while (!Number.isInteger(scaled)) {
    scaled *= 2;
    shift++;
  }
  return { numerator: BigInt(scaled), shift };
}

function isNegative(value: number): boolean {
  return value < 0 || Object.is(value, -0);
}

/** `value * 10^places`, rounded half to even on the exact value, as Go rounds. */
function scaledDigits(value: number, places: number): bigint {
  const { numerator, shift } = exactBinary(value);
  const up = places > 0 ? 10n ** BigInt(places) : 1n;
  const down = (places < 0 ? 10n ** BigInt(-places) : 1n) << BigInt(shift);
  const scaled = numerator * up;
  const quotient = scaled / down;
  const twice = (scaled % down) * 2n;
  return twice > down || (twice === down && quotient % 2n === 1n) ? quotient + 1n : quotient;
}

/** `%.<precision>f` of a finite float. */
export function fixedText(value: number, precision: number): string {
  const digits = scaledDigits(value, precision)
    .toString()
    .padStart(precision + 1, "0");
  const whole = digits.slice(0, digits.length - precision);
  const fraction = precision === 0 ? "" : `.${digits.slice(digits.length - precision)}`;
  return `${isNegative(value) ? "-" : ""}${whole}${fraction}`;
}

/** `%.<precision>e` of a finite float. */
export function exponentText(value: number, precision: number): string {
  let exponent = value === 0 ? 0 : Number(value.toExponential().split("e")[1] ?? "0");
  let digits = scaledDigits(value, precision - exponent).toString();
  if (digits.length > precision + 1) {
    exponent++;
    digits = scaledDigits(value, precision - exponent).toString();
  }
  digits = digits.padStart(precision + 1, "0");
  const fraction = precision === 0 ? "" : `.${digits.slice(1)}`;
  const power = String(Math.abs(exponent)).padStart(2, "0");
  return `${isNegative(value) ? "-" : ""}${digits.charAt(0)}${fraction}e${exponent < 0 ? "-" : "+"}${power}`;
}
