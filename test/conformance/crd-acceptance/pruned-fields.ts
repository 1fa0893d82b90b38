import { isDeepStrictEqual } from "node:util";
import { isRecord } from "#api/schema/path.ts";

/**
 * Paths of what was sent and did not come back with the same value. Defaults that the server adds do not
 * count, nor do nulls and empty objects in the metadata, which it drops.
 */
export function findPrunedFields(sent: unknown, answered: unknown, path = ""): readonly string[] {
  if (isRecord(sent) && isRecord(answered)) {
    return Object.entries(sent).flatMap(([key, value]) =>
      value === null || value === undefined
        ? []
        : findPrunedFields(value, Object.hasOwn(answered, key) ? answered[key] : undefined, `${path}.${key}`),
    );
  }
  if (Array.isArray(sent) && Array.isArray(answered) && sent.length === answered.length) {
    return sent.flatMap((item, index) => findPrunedFields(item, answered[index], `${path}[${index}]`));
  }
  return isDeepStrictEqual(sent, answered) ? [] : [path];
}
