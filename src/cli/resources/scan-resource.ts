import { splitApiVersion } from "#api/meta/resource-type.ts";
import { isRecord } from "#api/schema/path.ts";
import type { GroupVersionKind } from "#engine/input.ts";
import { isObject, objectOf } from "#engine/values/json.ts";
import type { Json, JsonObject } from "#engine/values/json.ts";

import { isClusterScoped } from "./cluster-scoped-kinds.ts";

/** An object to judge. */
export interface ScanResource {
  readonly object: JsonObject;
  readonly apiVersion: string;
  readonly gvk: GroupVersionKind;
  /** Empty for a cluster-scoped object. */
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  /** Any JSON, which is no Kubernetes object. */
  readonly isPayload?: true;
}

/** The resource, or why the document is none. */
export type DecodedResource =
  | { readonly ok: true; readonly resource: ScanResource }
  | { readonly ok: false; readonly message: string };

/**
 * Reads a document as an object of the API. Namespaced objects without a namespace stand in `default`, and maps that are
 * written as null are empty, as Kyverno's command line has it. `hasNoNamespace` tells the scope of kinds.
 */
export function decodeResource(
  content: unknown,
  hasNoNamespace: (apiVersion: string, kind: string) => boolean = isClusterScoped,
): DecodedResource {
  if (!isRecord(content)) return { ok: false, message: "no Kubernetes object" };
  const { apiVersion, kind, metadata } = content;
  if (typeof apiVersion !== "string" || apiVersion === "" || typeof kind !== "string" || kind === "") {
    return { ok: false, message: "no Kubernetes object: apiVersion or kind is missing" };
  }
  if (metadata !== undefined && metadata !== null && !isRecord(metadata)) {
    return { ok: false, message: `${kind}: metadata is no object` };
  }
  const given = textOf(metadata, "namespace");
  const clusterScoped = hasNoNamespace(apiVersion, kind);
  const namespace = clusterScoped ? "" : given === "" ? "default" : given;
  const filled = fillNullMaps(content as JsonObject) as JsonObject;
  return {
    ok: true,
    resource: {
      object: given === "" && !clusterScoped ? withNamespace(filled, namespace) : filled,
      apiVersion,
      gvk: { ...splitApiVersion(apiVersion), kind },
      namespace,
      name: textOf(metadata, "name") || textOf(metadata, "generateName"),
      uid: textOf(metadata, "uid"),
    },
  };
}

function textOf(record: unknown, key: string): string {
  const value = isRecord(record) && Object.hasOwn(record, key) ? record[key] : undefined;
  return typeof value === "string" ? value : "";
}

function withNamespace(object: JsonObject, namespace: string): JsonObject {
  const metadata = Object.hasOwn(object, "metadata") ? object["metadata"] : undefined;
  return { ...object, metadata: { ...(isObject(metadata) ? metadata : {}), namespace } };
}

const mapFields: ReadonlySet<string> = new Set([
  "annotations",
  "data",
  "labels",
  "matchLabels",
  "nodeSelector",
  "stringData",
]);

/** Copies only what lies on the way to such a null. */
function fillNullMaps(value: Json): Json {
  if (Array.isArray(value)) {
    const items = (value as readonly Json[]).map(fillNullMaps);
    return items.every((item, index) => item === value[index]) ? value : items;
  }
  if (!isObject(value)) return value;
  let changed = false;
  const entries = Object.entries(value).map(([key, item]): readonly [string, Json] => {
    const filled = item === null && mapFields.has(key) ? {} : fillNullMaps(item);
    changed ||= filled !== item;
    return [key, filled];
  });
  return changed ? objectOf(entries) : value;
}
