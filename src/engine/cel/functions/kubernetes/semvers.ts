import { compareSemver, parseSemver } from "../../../values/semver.ts";
import type { Semver } from "../../../values/semver.ts";
import { traversalCost } from "../../compile/sizes.ts";
import { CelError } from "../../values/cel-error.ts";
import type { CelValue } from "../../values/cel-value.ts";
import { intOf } from "../../values/numbers.ts";
import type { FunctionSpec, Library } from "../function-spec.ts";
import { Opaque } from "./opaque.ts";

const source = "Kubernetes, CEL semver library";

type SemverValue = Opaque<Semver>;

function semver(text: string, normalize: boolean): SemverValue {
  const normal = normalize ? normalized(text) : text;
  const version = parseSemver(normal);
  if (version === undefined) throw new CelError(reasonOf(normal));
  return new Opaque("kubernetes.Semver", version, (left, right) => compareSemver(left, right) === 0);
}

/** Without the `v`, with the missing numbers, without leading zeros. */
function normalized(text: string): string {
  const bare = text.startsWith("v") ? text.slice(1) : text;
  const end = bare.search(/[-+]/);
  const core = (end < 0 ? bare : bare.slice(0, end))
    .split(".")
    .map((part) => part.replace(/^0+(?=[0-9])/, ""));
  while (core.length < 3) core.push("0");
  return core.join(".") + (end < 0 ? "" : bare.slice(end));
}

function reasonOf(text: string): string {
  if (text === "") return "Version string empty";
  const [major = "", minor, ...rest] = text.split(".");
  const core = [major, minor ?? "", rest.join(".")];
  if (rest.length === 0) return "No Major.Minor.Patch elements found";
  const names = ["major", "minor", "patch"];
  for (const [index, part] of core.entries()) {
    const digits = index === 2 ? (part.split(/[-+]/)[0] ?? "") : part;
    if (!/^[0-9]+$/.test(digits)) {
      return `Invalid character(s) found in ${names[index]} number ${JSON.stringify(digits)}`;
    }
    if (digits.length > 1 && digits.startsWith("0")) {
      const title = `${names[index]?.charAt(0).toUpperCase()}${names[index]?.slice(1)}`;
      return `${title} number must not contain leading zeroes ${JSON.stringify(digits)}`;
    }
  }
  return `Invalid character(s) found in prerelease ${JSON.stringify(text.split("-").slice(1).join("-"))}`;
}

function isSemver(text: string, normalize: boolean): boolean {
  return parseSemver(normalize ? normalized(text) : text) !== undefined;
}

function part(name: string, index: 0 | 1 | 2, example: string): FunctionSpec {
  return {
    name,
    source,
    overloads: [
      {
        signature: `(kubernetes.Semver).${name}(): int`,
        call: ({ value }: SemverValue) => intOf(BigInt(value.core[index])),
      },
    ],
    examples: [
      [`semver('1.2.3-beta').${name}()`, example],
      [`dyn(1).${name}()`, { error: `no such overload: ${name}(int)` }],
    ],
  };
}

function comparison(
  name: string,
  result: string,
  test: (order: number) => CelValue,
  example: string,
): FunctionSpec {
  return {
    name: `${name} of a version`,
    source,
    overloads: [
      {
        signature: `(kubernetes.Semver).${name}(kubernetes.Semver): ${result}`,
        call: (left: SemverValue, right: SemverValue) => test(compareSemver(left.value, right.value)),
      },
    ],
    examples: [
      [`semver('1.2.3').${name}(semver('1.10.0'))`, example],
      [`semver('1.2.3').${name}(dyn(1))`, { error: `no such overload: ${name}(kubernetes.Semver, int)` }],
    ],
  };
}

/** Semantic versions. */
export const semverLibrary: Library = {
  name: "semver",
  functions: [
    {
      name: "semver",
      source,
      overloads: [
        {
          signature: "semver(string): kubernetes.Semver",
          call: (text: string) => semver(text, false),
          cost: traversalCost,
        },
        { signature: "semver(string, bool): kubernetes.Semver", call: semver, cost: traversalCost },
      ],
      examples: [
        ["semver('v01.2', true) == semver('1.2.0')", "true"],
        ["semver('v1.2')", { error: "No Major.Minor.Patch elements found" }],
      ],
    },
    {
      name: "isSemver",
      source,
      overloads: [
        {
          signature: "isSemver(string): bool",
          call: (text: string) => isSemver(text, false),
          cost: traversalCost,
        },
        { signature: "isSemver(string, bool): bool", call: isSemver, cost: traversalCost },
      ],
      examples: [
        ["isSemver('1.0.0-rc.1+build')", "true"],
        ["isSemver('v1', true)", "true"],
        ["isSemver(dyn(1))", { error: "no such overload: isSemver(int)" }],
      ],
    },
    part("major", 0, "1"),
    part("minor", 1, "2"),
    part("patch", 2, "3"),
    comparison("compareTo", "int", (order) => Math.sign(order), "-1"),
    comparison("isLessThan", "bool", (order) => order < 0, "true"),
    comparison("isGreaterThan", "bool", (order) => order > 0, "false"),
  ],
};
