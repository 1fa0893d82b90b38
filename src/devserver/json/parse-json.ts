const maxDepth = 200;
const mayHoldLargeInteger = /\d{16}/;

/** Reading failed; the message is for people. */
export class JsonError extends Error {
  override readonly name = "JsonError";
}

interface ReviverContext {
  readonly source?: string;
}

type Reviver = (this: unknown, key: string, value: unknown, context: ReviverContext) => unknown;

/** Integers beyond 2^53 keep their digits: they become raw JSON, which `JSON.stringify` writes as it came. */
const keepLargeIntegers: Reviver = (_key, value, { source }) =>
  typeof value === "number" && !Number.isSafeInteger(value) && source !== undefined && /^-?\d+$/.test(source)
    ? JSON.rawJSON(source)
    : value;

function depthOf(text: string): number {
  let depth = 0;
  let deepest = 0;
  let inText = false;
  for (let i = 0; i < text.length; i += 1) {
    const code = text.charCodeAt(i);
    if (inText) {
      if (code === 0x5c) i += 1;
      else if (code === 0x22) inText = false;
    } else if (code === 0x22) inText = true;
    else if (code === 0x7b || code === 0x5b) deepest = Math.max(deepest, (depth += 1));
    else if (code === 0x7d || code === 0x5d) depth -= 1;
  }
  return deepest;
}

/** Parses JSON with exact integers. Throws `JsonError` for text that is no JSON or nested too deeply. */
export function parseJson(text: string): unknown {
  if (depthOf(text) > maxDepth) throw new JsonError(`nested deeper than ${maxDepth} levels`);
  try {
    const parse = JSON.parse as (text: string, reviver?: Reviver) => unknown;
    return mayHoldLargeInteger.test(text) ? parse(text, keepLargeIntegers) : parse(text);
  } catch (error) {
    throw new JsonError(error instanceof Error ? error.message : String(error));
  }
}
