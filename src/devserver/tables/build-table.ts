import { mapAt } from "../json/json.ts";
import type { JsonObject } from "../json/json.ts";
import type { ServedResource } from "../resources/served-resource.ts";

/** A `meta.k8s.io/v1` Table of objects: what `kubectl get` prints. */
export function buildTable(options: {
  readonly served: ServedResource;
  readonly objects: readonly JsonObject[];
  readonly metadata: JsonObject;
  readonly includeObject: string;
  readonly nowMs: number;
  readonly hasColumns: boolean;
}): JsonObject {
  const { served, objects, metadata, includeObject, nowMs, hasColumns } = options;
  const { columns, cells } = served.printer;
  return {
    kind: "Table",
    apiVersion: "meta.k8s.io/v1",
    metadata,
    columnDefinitions: hasColumns
      ? columns.map(({ name, type, format = "", description = "", priority = 0 }) => ({
          name,
          type,
          format,
          description,
          priority,
        }))
      : null,
    rows: objects.map((object) => ({
      cells: cells(object, nowMs),
      ...rowObject(object, includeObject),
    })),
  };
}

function rowObject(object: JsonObject, includeObject: string): JsonObject {
  if (includeObject === "None") return {};
  if (includeObject === "Object") return { object };
  const metadata = mapAt(object, "metadata");
  return { object: { kind: "PartialObjectMetadata", apiVersion: "meta.k8s.io/v1", metadata } };
}
