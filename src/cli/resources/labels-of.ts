import { isObject, own } from "#engine/values/json.ts";
import type { JsonObject } from "#engine/values/json.ts";

/** The labels of an object; what is no text is no label. */
export function labelsOf(object: JsonObject): Readonly<Record<string, string>> {
  const metadata = own(object, "metadata");
  const labels = isObject(metadata) ? own(metadata, "labels") : undefined;
  return Object.fromEntries(
    Object.entries(isObject(labels) ? labels : {}).flatMap(([key, value]) =>
      typeof value === "string" ? [[key, value] as const] : [],
    ),
  );
}
