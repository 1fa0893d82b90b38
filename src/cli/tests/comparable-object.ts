import { isList, isObject, objectOf, own } from "#engine/values/json.ts";
import type { Json, JsonObject } from "#engine/values/json.ts";

const managedBy = "app.kubernetes.io/managed-by";
const maxDifferences = 20;

/**
 * Where two objects differ, one line for each place; empty where they are equal. As in Kyverno's tests, labels that tell
 * where a generated object comes from, nulls, and empty maps and lists do not count.
 */
export function describeDifferences(expected: JsonObject, actual: JsonObject): readonly string[] {
  const found: string[] = [];
  compare(comparableObject(expected), comparableObject(actual), "", found);
  const rest = found.length - maxDifferences;
  return rest > 0 ? [...found.slice(0, maxDifferences), `and ${rest} more`] : found;
}

function comparableObject(object: JsonObject): JsonObject {
  const metadata = own(object, "metadata");
  const labels = isObject(metadata) ? own(metadata, "labels") : undefined;
  const kept = Object.entries(isObject(labels) ? labels : {}).filter(
    ([key]) => !key.startsWith("generate.kyverno.io/"),
  );
  const marked = objectOf([...kept.filter(([key]) => key !== managedBy), [managedBy, "kyverno"]]);
  return withoutEmpty({
    ...object,
    metadata: { ...(isObject(metadata) ? metadata : {}), labels: marked },
  }) as JsonObject;
}

function withoutEmpty(value: Json): Json {
  if (isList(value)) return value.map(withoutEmpty);
  if (!isObject(value)) return value;
  return objectOf(
    Object.entries(value)
      .map(([key, item]) => [key, withoutEmpty(item)] as const)
      .filter(([, item]) => !isEmpty(item)),
  );
}

function isEmpty(value: Json): boolean {
  if (isList(value)) return value.length === 0;
  return value === null || (isObject(value) && Object.keys(value).length === 0);
}

function compare(expected: Json | undefined, actual: Json | undefined, path: string, found: string[]): void {
  if (isObject(expected) && isObject(actual)) {
    for (const key of new Set([...Object.keys(expected), ...Object.keys(actual)])) {
      compare(own(expected, key), own(actual, key), path === "" ? key : `${path}.${key}`, found);
    }
    return;
  }
  if (isList(expected) && isList(actual)) {
    for (let index = 0; index < Math.max(expected.length, actual.length); index += 1) {
      compare(expected[index], actual[index], `${path}[${index}]`, found);
    }
    return;
  }
  if (expected === actual) return;
  found.push(`${path}: want ${quote(expected)}, got ${quote(actual)}`);
}

function quote(value: Json | undefined): string {
  if (value === undefined) return "nothing";
  const text = JSON.stringify(value);
  return text.length <= 120 ? text : `${text.slice(0, 119)}…`;
}
