declare global {
  interface JSON {
    /** A value that `JSON.stringify` writes as the given text (ECMAScript: JSON.parse source text access). */
    rawJSON(text: string): unknown;
  }
}

type Reviver = (this: unknown, key: string, value: unknown, context: { readonly source?: string }) => unknown;
const parseWithSource = JSON.parse as (text: string, reviver: Reviver) => unknown;

/** A number of 16 digits or more, the shortest that may not be exact as a double; may also hit inside a string. */
const longInteger = /(?:^|[[:,])\s*-?\d{16}/;
const integer = /^-?\d{16,19}$/;

function exactInteger(value: number, source: string | undefined): number | bigint {
  if (Number.isSafeInteger(value) || source === undefined || !integer.test(source)) return value;
  const exact = BigInt(source);
  return BigInt.asIntN(64, exact) === exact ? exact : value;
}

/**
 * Parses JSON as the API server's own decoder does: integers that fit 64 bits are exact (`bigint` where a number would
 * round them), everything else is a number. Keys such as `__proto__` are plain own properties. Throws SyntaxError.
 */
export function parseJson(text: string): unknown {
  if (!longInteger.test(text)) return JSON.parse(text);
  return parseWithSource(text, (_key, value, context) =>
    typeof value === "number" ? exactInteger(value, context.source) : value,
  );
}

/** Writes JSON; `bigint` values become plain integers. Throws TypeError for values that are no JSON. */
export function stringifyJson(value: unknown): string {
  try {
    return JSON.stringify(value);
  } catch {
    // JSON.stringify refuses bigint; a replacer for every value would slow down the many objects that have none.
    return JSON.stringify(value, (_key, item: unknown) =>
      typeof item === "bigint" ? JSON.rawJSON(item.toString()) : item,
    );
  }
}
