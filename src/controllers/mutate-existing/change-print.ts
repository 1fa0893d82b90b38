import { createHash } from "node:crypto";
import { stringifyJson } from "#kube/client/json.ts";

/** Kept by the API server: they change with every write. */
const bookkeeping: ReadonlySet<string> = new Set(["resourceVersion", "managedFields", "generation"]);

/**
 * What a change changes, as a short text: equal for two changes that turn the same values into the same others, whatever
 * else the objects hold. The values cannot be read from it.
 */
export function changePrint(before: unknown, after: unknown): string {
  const hash = createHash("sha256");
  note(before, after, "", (path, was, is) => {
    hash.update(stringifyJson([path, was ?? null, is ?? null])).update("\n");
  });
  return hash.digest("base64url").slice(0, 22);
}

type Note = (path: string, was: unknown, is: unknown) => void;

function note(was: unknown, is: unknown, path: string, say: Note): void {
  if (was === is) return;
  if (!isMap(was) || !isMap(is)) {
    if (stringifyJson(was ?? null) !== stringifyJson(is ?? null)) say(path, was, is);
    return;
  }
  const keys = new Set([...Object.keys(was), ...Object.keys(is)]);
  for (const key of [...keys].sort()) {
    if (path === "/metadata" && bookkeeping.has(key)) continue;
    note(own(was, key), own(is, key), `${path}/${key}`, say);
  }
}

type Fields = Readonly<Record<string, unknown>>;

function own(fields: Fields, key: string): unknown {
  return Object.hasOwn(fields, key) ? fields[key] : undefined;
}

function isMap(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
