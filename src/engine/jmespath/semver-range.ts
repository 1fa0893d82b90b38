import { QueryError } from "../errors.ts";
import { compareSemver, parseSemver } from "../values/semver.ts";
import type { Semver } from "../values/semver.ts";

export type SemverRange = (version: Semver) => boolean;

const tests: Readonly<Record<string, (order: number) => boolean>> = {
  "": (order) => order === 0,
  "=": (order) => order === 0,
  "==": (order) => order === 0,
  "!": (order) => order !== 0,
  "!=": (order) => order !== 0,
  ">": (order) => order > 0,
  ">=": (order) => order >= 0,
  "<": (order) => order < 0,
  "<=": (order) => order <= 0,
};

/**
 * A range of versions in the syntax of Go's `blang/semver`: comparators joined by blanks (all must hold) and `||` (one
 * must), with `x` for the last parts of a version. Throws a `QueryError`.
 */
export function parseSemverRange(text: string): SemverRange {
  const alternatives = splitAlternatives(splitComparators(text)).map((comparators) =>
    comparators.flatMap(expandWildcard).map(parseComparator),
  );
  return (version) => alternatives.some((all) => all.every((holds) => holds(version)));
}

/** Blanks separate comparators, but not after an operator. Parts of one character are ignored, as in the original. */
function splitComparators(text: string): readonly string[] {
  return text
    .replace(/([<>=]) +/g, "$1")
    .split(" ")
    .filter((part) => part.length > 1);
}

function splitAlternatives(parts: readonly string[]): readonly (readonly string[])[] {
  if (parts[0] === "||") throw rangeError("First element in range is '||'");
  if (parts.length === 0 || parts.at(-1) === "||") throw rangeError("Last element in range is '||'");
  const alternatives: string[][] = [[]];
  for (const part of parts) {
    if (part === "||") alternatives.push([]);
    else alternatives.at(-1)?.push(part);
  }
  if (alternatives.some((all) => all.length === 0)) throw rangeError("Empty element between '||' in range");
  return alternatives;
}

function splitVersion(comparator: string): readonly [operator: string, version: string] {
  const digit = comparator.search(/[0-9]/);
  if (digit < 0) throw rangeError(`Could not get version from string: ${JSON.stringify(comparator)}`);
  return [comparator.slice(0, digit).trim(), comparator.slice(digit)];
}

/**
 * `1.2.x` as comparators without a wildcard. "Not `4.x`" asks for older and newer at once and so never holds; the
 * original does the same.
 */
function expandWildcard(comparator: string): readonly string[] {
  if (!comparator.includes("x")) return [comparator];
  const [operator, version] = splitVersion(comparator);
  const lowest = lowestOf(version);
  const next = nextAfter(version, lowest);
  switch (operator) {
    case ">":
      return [`>=${next}`];
    case ">=":
      return [`>=${lowest}`];
    case "<":
      return [`<${lowest}`];
    case "<=":
      return [`<${next}`];
    case "":
    case "=":
    case "==":
      return [`>=${lowest}`, `<${next}`];
    case "!":
    case "!=":
      return [`<${lowest}`, `>=${next}`];
    default:
      return [comparator];
  }
}

function lowestOf(version: string): string {
  const flat = version.replace(".x.x", ".x").replace(".x", ".0");
  return flat.split(".").length === 2 ? `${flat}.0` : flat;
}

/**
 * The version that ends the range of a wildcard: the next major for `4.x`, the next minor for three parts. That makes
 * `4.x.x` the same as `4.0.x`, as in the original.
 */
function nextAfter(version: string, lowest: string): string {
  const parts = version.split(".");
  const place = parts.at(-1) === "x" ? parts.length - 2 : -1;
  if (place !== 0 && place !== 1) return "";
  const numbers = lowest.split(".");
  numbers[place] = String(Number(numbers[place] ?? "0") + 1);
  return numbers.join(".");
}

function parseComparator(comparator: string): SemverRange {
  const [operator, text] = splitVersion(comparator);
  const holds = Object.hasOwn(tests, operator) ? tests[operator] : undefined;
  const shown = JSON.stringify(operator + text);
  if (holds === undefined) {
    throw comparatorError(comparator, `Could not parse comparator ${JSON.stringify(operator)} in ${shown}`);
  }
  const bound = parseSemver(text);
  if (bound === undefined) {
    throw comparatorError(
      comparator,
      `Could not parse version ${JSON.stringify(text)} in ${shown}: ${versionProblem(text)}`,
    );
  }
  return (version) => holds(compareSemver(version, bound));
}

const partNames = ["major", "minor", "patch"];

/** What is wrong with a version, in the words of the original for the usual cases. */
function versionProblem(text: string): string {
  const [major, minor, ...rest] = text.split(".");
  if (major === undefined || minor === undefined || rest.length === 0)
    return "No Major.Minor.Patch elements found";
  const patch = rest.join(".").replace(/[-+].*$/, "");
  for (const [index, part] of [major, minor, patch].entries()) {
    const name = partNames[index] ?? "";
    if (!/^[0-9]*$/.test(part)) return `Invalid character(s) found in ${name} number ${JSON.stringify(part)}`;
    if (part.length > 1 && part.startsWith("0")) {
      const title = name.charAt(0).toUpperCase() + name.slice(1);
      return `${title} number must not contain leading zeroes ${JSON.stringify(part)}`;
    }
  }
  return "Invalid version";
}

function comparatorError(comparator: string, reason: string): QueryError {
  return rangeError(`Could not parse Range ${JSON.stringify(comparator)}: ${reason}`);
}

function rangeError(message: string): QueryError {
  return new QueryError("failed", message);
}
