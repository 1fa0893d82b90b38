import { createHash } from "node:crypto";

/**
 * A short text that is the same for equal JSON values, whatever the order of their keys, and different for others.
 * Absent and undefined fields are equal.
 */
export function imageKey(value: unknown): string {
  return createHash("sha256").update(canonicalText(value)).digest("base64url");
}

/** JSON with sorted keys. */
function canonicalText(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalText).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "null";
  const entries = Object.entries(value)
    .filter(([, item]) => item !== undefined)
    .toSorted(([left], [right]) => (left < right ? -1 : 1));
  return `{${entries.map(([key, item]) => `${JSON.stringify(key)}:${canonicalText(item)}`).join(",")}}`;
}
