import { Budget, BudgetExceeded } from "../../../budget.ts";
import { QueryError } from "../../../errors.ts";
import { civilTime } from "../../../jmespath/civil-time.ts";
import { floats } from "../../../jmespath/floats.ts";
import { decodeJson } from "../../../jmespath/json-decode.ts";
import { md5 } from "../../../jmespath/md5.ts";
import { randomText } from "../../../jmespath/random-text.ts";
import { sha1 } from "../../../jmespath/sha1.ts";
import { sha256 } from "../../../jmespath/sha256.ts";
import { utf8Bytes } from "../../../jmespath/utf8.ts";
import type { Float } from "../../../values/json.ts";
import { traversalCost } from "../../compile/sizes.ts";
import { CelError } from "../../values/cel-error.ts";
import type { CelValue } from "../../values/cel-value.ts";
import { isMapValue, MapBuilder, mapGet } from "../../values/map-access.ts";
import { doubleNumber, doubleOf } from "../../values/numbers.ts";
import type { Duration, Timestamp } from "../../values/objects.ts";
import { timestampOf } from "../../values/temporal.ts";
import type { CallContext, FunctionSpec, Library } from "../function-spec.ts";
import { compiledPattern } from "../patterns.ts";
import { instantOf } from "../value-text.ts";

const source = "Kyverno, CEL extensions";

function digest(name: string, of: (bytes: Uint8Array) => string, example: string): FunctionSpec {
  const call = (text: string): string => of(utf8Bytes(text));
  return {
    name,
    source,
    overloads: [
      { signature: `${name}(string): string`, call, cost: traversalCost },
      { signature: `hash.${name}(string): string`, call, cost: traversalCost },
    ],
    examples: [
      [`${name}('a')`, `'${example}'`],
      [`hash.${name}('a') == ${name}('a')`, "true"],
      [`${name}(dyn(1))`, { error: `no such overload: ${name}(int)` }],
    ],
  };
}

/** Halves go away from zero; a negative precision rounds before the point. */
function round(value: number | Float, precision: number | bigint): CelValue {
  const factor = 10 ** Number(precision);
  const scaled = doubleNumber(value) * factor;
  const whole = Math.sign(scaled) * Math.round(Math.abs(scaled));
  const result = whole / factor;
  return doubleOf(Number.isFinite(result) ? result : doubleNumber(value));
}

/** 0001-01-01T00:00:00Z, from which multiples of a duration are counted. */
const yearOne = -62_135_596_800n * 1_000_000_000n;

function truncate(time: Timestamp, { nanoseconds }: Duration): Timestamp {
  if (nanoseconds <= 0n) return time;
  return timestampOf(time.nanoseconds - ((time.nanoseconds - yearOne) % nanoseconds));
}

function toCron(time: Timestamp): string {
  const { minute, hour, day, month, weekday } = civilTime(instantOf(time));
  return `${minute} ${hour} ${day} ${month} ${weekday}`;
}

const accountPrefix = "system:serviceaccount:";

/** The Namespace and name of a service account's user name; both empty for any other. */
function parseServiceAccount(user: string): CelValue {
  const rest = user.startsWith(accountPrefix) ? user.slice(accountPrefix.length) : "";
  const colon = rest.indexOf(":");
  if (colon < 0) return { Name: "", Namespace: "" };
  return { Name: rest.slice(colon + 1), Namespace: rest.slice(0, colon) };
}

type List = readonly CelValue[];

/** The values of one field of the first list as keys for those of another field of the second. */
function listObjToMap(keys: List, values: List, keyName: string, valueName: string): CelValue {
  if (keys.length !== values.length) {
    throw new CelError(
      `listObjToMap must take lists of equal length. list1: ${keys.length}, list2: ${values.length}`,
    );
  }
  const entries = new Map<string, CelValue>();
  for (const [index, item] of keys.entries()) {
    const key = isMapValue(item) ? mapGet(item, keyName) : undefined;
    if (typeof key !== "string") {
      throw new CelError("the passed key name cannot be handled as a string in the key object list");
    }
    const other = values[index] ?? null;
    entries.set(key, (isMapValue(other) ? mapGet(other, valueName) : undefined) ?? null);
  }
  const map = new MapBuilder();
  for (const [key, value] of entries) map.add(key, value);
  return map.build();
}

/** JSON as a value. All its numbers are doubles, as in Go. */
function unmarshal(text: string): CelValue {
  const decoded = decodeJson(text);
  if (decoded.kind === "failed") throw new CelError(decoded.message);
  return floats(decoded.value, "int64");
}

const defaultPattern = "[0-9a-z]{8}";

/** A text that matches the expression, from the seed of the evaluation. */
function random(pattern: string, context: CallContext): string {
  compiledPattern(pattern);
  try {
    const text = randomText(pattern, (limit) => context.pick(limit), new Budget());
    context.spend(traversalCost(text));
    return text;
  } catch (error) {
    if (error instanceof QueryError || error instanceof BudgetExceeded) throw new CelError(error.message);
    throw error;
  }
}

const randomOverloads = ["random", "random.random"].flatMap((name): FunctionSpec["overloads"] => [
  { signature: `${name}(): string`, call: (context: CallContext) => random(defaultPattern, context) },
  { signature: `${name}(string): string`, call: random },
]);

/** Kyverno's functions that need nothing from outside. */
export const kyvernoLibrary: Library = {
  name: "kyverno",
  functions: [
    digest("md5", md5, "0cc175b9c0f1b6a831c399e269772661"),
    digest("sha1", sha1, "86f7e437faa5a7fce15d1ddcb9eaeaea377667b8"),
    digest("sha256", sha256, "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb"),
    {
      name: "math.round with a precision",
      source,
      overloads: [{ signature: "math.round(double, int): double", call: round }],
      examples: [
        ["math.round(10.125, 2)", "10.13"],
        ["math.round(12345.6789, -2)", "12300.0"],
        ["math.round(dyn(1), 2)", { error: "no such overload: math.round(int, int)" }],
      ],
    },
    {
      name: "time.now",
      source,
      overloads: [
        {
          signature: "time.now(): timestamp",
          call: (context: CallContext) => timestampOf(context.nowNanoseconds),
        },
      ],
      examples: [["type(time.now()) == google.protobuf.Timestamp", "true"]],
    },
    {
      name: "time.truncate",
      source,
      overloads: [{ signature: "time.truncate(timestamp, duration): timestamp", call: truncate }],
      examples: [
        [
          "time.truncate(timestamp('2025-01-02T15:30:45Z'), duration('1h'))",
          "timestamp('2025-01-02T15:00:00Z')",
        ],
        [
          "time.truncate(dyn(1), duration('1h'))",
          { error: "no such overload: time.truncate(int, google.protobuf.Duration)" },
        ],
      ],
    },
    {
      name: "time.toCron",
      source,
      overloads: [{ signature: "time.toCron(timestamp): string", call: toCron }],
      examples: [
        ["time.toCron(timestamp('2025-01-02T15:30:00Z'))", "'30 15 2 1 4'"],
        ["time.toCron(dyn(1))", { error: "no such overload: time.toCron(int)" }],
      ],
    },
    {
      name: "parseServiceAccount",
      source,
      overloads: ["parseServiceAccount", "user.parseServiceAccount"].map((name) => ({
        signature: `${name}(string): map(string, string)`,
        call: parseServiceAccount,
      })),
      examples: [
        ["parseServiceAccount('system:serviceaccount:shop:a:b').Name", "'a:b'"],
        ["user.parseServiceAccount('alice').Namespace", "''"],
        ["parseServiceAccount(dyn(1))", { error: "no such overload: parseServiceAccount(int)" }],
      ],
    },
    {
      name: "json.unmarshal",
      source,
      overloads: [{ signature: "json.unmarshal(string): dyn", call: unmarshal, cost: traversalCost }],
      examples: [
        ["type(json.unmarshal('{\"a\": 1}').a)", "double"],
        ["json.unmarshal('[1, null]') == [1, null]", "true"],
        ["json.unmarshal('b')", { error: "invalid character 'b' looking for beginning of value" }],
      ],
    },
    {
      name: "listObjToMap",
      source,
      overloads: ["listObjToMap", "transform.listObjToMap"].map((name) => ({
        signature: `${name}(list(dyn), list(dyn), string, string): map(string, dyn)`,
        call: listObjToMap,
      })),
      examples: [
        ["listObjToMap([{'k': 'a'}, {'k': 'b'}], [{'v': 1}, {}], 'k', 'v')", "{'a': 1, 'b': null}"],
        [
          "listObjToMap([{'k': 'a'}], [], 'k', 'v')",
          { error: "listObjToMap must take lists of equal length. list1: 1, list2: 0" },
        ],
        [
          "listObjToMap([{'k': 1}], [{}], 'k', 'v')",
          { error: "the passed key name cannot be handled as a string in the key object list" },
        ],
      ],
    },
    {
      name: "random",
      source,
      overloads: randomOverloads,
      examples: [
        ["random('[a-c]{4}').matches('^[a-c]{4}$')", "true"],
        ["random().size()", "8"],
        ["random('(')", { error: "error parsing regexp: missing closing ): `(`" }],
      ],
    },
  ],
};
