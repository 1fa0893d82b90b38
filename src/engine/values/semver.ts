/** A version `major.minor.patch` with optional pre-release; build metadata has no part in the order. */
export interface Semver {
  /** Decimal digits without leading zeros: they are compared by length and text, so size does not matter. */
  readonly core: readonly [major: string, minor: string, patch: string];
  readonly preRelease: readonly string[];
}

const maxUint64 = "18446744073709551615";

/**
 * A version by the letter of Semantic Versioning 2.0.0, or undefined: no `v`, three numbers below 2^64 without leading
 * zeros.
 */
export function parseSemver(text: string): Semver | undefined {
  const plus = text.indexOf("+");
  const build = plus < 0 ? [] : text.slice(plus + 1).split(".");
  const version = plus < 0 ? text : text.slice(0, plus);
  const hyphen = version.indexOf("-");
  const preRelease = hyphen < 0 ? [] : version.slice(hyphen + 1).split(".");
  const [major, minor, patch, ...rest] = (hyphen < 0 ? version : version.slice(0, hyphen)).split(".");
  if (major === undefined || minor === undefined || patch === undefined || rest.length > 0) return undefined;
  if (!isNumber(major) || !isNumber(minor) || !isNumber(patch)) return undefined;
  if (!build.every(isIdentifier)) return undefined;
  if (!preRelease.every((part) => isIdentifier(part) && (!isDigits(part) || isNumber(part))))
    return undefined;
  return { core: [major, minor, patch], preRelease };
}

/** Negative, zero or positive as `left` is older than, equal to or newer than `right`. */
export function compareSemver(left: Semver, right: Semver): number {
  for (const [index, part] of left.core.entries()) {
    const difference = compareNumbers(part, right.core[index] ?? "0");
    if (difference !== 0) return difference;
  }
  if (left.preRelease.length === 0 || right.preRelease.length === 0) {
    return right.preRelease.length - left.preRelease.length;
  }
  const length = Math.min(left.preRelease.length, right.preRelease.length);
  for (let index = 0; index < length; index++) {
    const difference = compareIdentifiers(left.preRelease[index] ?? "", right.preRelease[index] ?? "");
    if (difference !== 0) return difference;
  }
  return left.preRelease.length - right.preRelease.length;
}

function compareIdentifiers(left: string, right: string): number {
  const leftIsNumber = isDigits(left);
  if (leftIsNumber !== isDigits(right)) return leftIsNumber ? -1 : 1;
  return leftIsNumber ? compareNumbers(left, right) : compareAscii(left, right);
}

function compareNumbers(left: string, right: string): number {
  return left.length === right.length ? compareAscii(left, right) : left.length - right.length;
}

function compareAscii(left: string, right: string): number {
  if (left === right) return 0;
  return left < right ? -1 : 1;
}

function isDigits(text: string): boolean {
  return /^[0-9]+$/.test(text);
}

function isIdentifier(text: string): boolean {
  return /^[0-9A-Za-z-]+$/.test(text);
}

function isNumber(text: string): boolean {
  if (!isDigits(text) || (text.length > 1 && text.startsWith("0"))) return false;
  return compareNumbers(text, maxUint64) <= 0;
}
