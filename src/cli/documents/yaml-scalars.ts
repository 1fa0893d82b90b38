import type { ScalarTag } from "yaml";

/** What a plain scalar of a manifest is. */
export type PlainScalar = null | boolean | number | string;

const words: ReadonlyMap<string, PlainScalar> = new Map<string, PlainScalar>([
  ...["", "~", "null", "Null", "NULL"].map((word) => [word, null] as const),
  ...["y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"].map((w) => [w, true] as const),
  ...["n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"].map(
    (w) => [w, false] as const,
  ),
  ...[".nan", ".NaN", ".NAN"].map((word) => [word, NaN] as const),
  ...[".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"].map((word) => [word, Infinity] as const),
  ...["-.inf", "-.Inf", "-.INF"].map((word) => [word, -Infinity] as const),
]);
const date = /^\d{4}-\d{1,2}-\d{1,2}(?:$|[Tt ])/;
const decimalInteger = /^[-+]?(?:0|[1-9]\d*)$/;
const radixInteger = /^([-+]?)0(?:([xX])([\da-fA-F]+)|([bB])([01]+)|[oO]?([0-7]+))$/;
const float = /^[-+]?(?:\.\d+|\d+(?:\.\d*)?)(?:[eE][-+]?\d+)?$/;

/**
 * Reads a plain scalar as Kubernetes tools do: YAML 1.1 words (`yes`, `on`, `~`), octal `0777` and `0o777`, digits with
 * underscores; dates stay texts and there are no sexagesimal numbers. Numbers are float64.
 */
export function plainScalar(text: string): PlainScalar {
  const word = words.get(text);
  if (word !== undefined) return word;
  if (text.startsWith(".")) return float.test(text) ? Number(text) : text;
  if (!/^[-+\d]/.test(text) || date.test(text)) return text;
  const plain = text.replaceAll("_", "");
  if (decimalInteger.test(plain)) return positiveZero(Number(plain));
  const radix = radixInteger.exec(plain);
  if (radix !== null) return positiveZero(radixValue(radix));
  return float.test(plain) ? Number(plain) : text;
}

function radixValue([, sign, , hexadecimal, , binary, octal]: RegExpExecArray): number {
  const magnitude =
    hexadecimal !== undefined
      ? parseInt(hexadecimal, 16)
      : binary !== undefined
        ? parseInt(binary, 2)
        : parseInt(octal ?? "0", 8);
  return sign === "-" ? -magnitude : magnitude;
}

/** An integer has no negative zero. */
function positiveZero(value: number): number {
  return value === 0 ? 0 : value;
}

const prefix = "tag:yaml.org,2002:";

/** Tags for a YAML parser that knows only maps, lists and strings. */
export const plainScalarTags: readonly ScalarTag[] = [
  { tag: `${prefix}float`, default: true, test: /^(?:$|[-+.\d~yYnNtTfFoO])/, resolve: resolvePlain },
  ...["int", "bool", "null", "timestamp"].map((name) => ({ tag: `${prefix}${name}`, resolve: resolvePlain })),
];

function resolvePlain(text: string, onError: (message: string) => void): PlainScalar {
  const value = plainScalar(text);
  if (typeof value === "number" && !Number.isFinite(value)) onError(`${text} is no number that JSON knows`);
  return value;
}
