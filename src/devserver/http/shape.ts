import { stringify } from "yaml";
import { mapAt } from "../json/json.ts";
import type { JsonObject } from "../json/json.ts";
import type { ServedResource } from "../resources/served-resource.ts";
import { buildTable } from "../tables/build-table.ts";
import type { Form } from "./accept.ts";

/** How objects of one answer or one watch are written. */
export interface Shaping {
  readonly form: Form;
  readonly served: ServedResource;
  /** `includeObject` of tables: `None`, `Metadata` or `Object`. */
  readonly includeObject: string;
  readonly nowMs: number;
}

function partialObject(object: JsonObject): JsonObject {
  return { kind: "PartialObjectMetadata", apiVersion: "meta.k8s.io/v1", metadata: object["metadata"] ?? {} };
}

/** One object in the form asked for. `isFirst` is false for later events of a watch: only the first names the columns. */
export function shapeObject(
  { form, served, includeObject, nowMs }: Shaping,
  object: JsonObject,
  isFirst = true,
): JsonObject {
  switch (form.kind) {
    case "object":
      return object;
    case "metadata":
      return partialObject(object);
    case "table": {
      const metadata = { resourceVersion: mapAt(object, "metadata")["resourceVersion"] ?? "" };
      return buildTable({ served, objects: [object], metadata, includeObject, nowMs, hasColumns: isFirst });
    }
  }
  return form.kind satisfies never;
}

const texts = new WeakMap<JsonObject, string>();

/** The JSON text of a stored object; made once, however many lists and watches show it. */
function textOf(object: JsonObject): string {
  let text = texts.get(object);
  if (text === undefined) {
    text = JSON.stringify(object);
    texts.set(object, text);
  }
  return text;
}

/** The text of a list in the form asked for. `objects` are as stored. */
export function listText(shaping: Shaping, list: JsonObject, objects: readonly JsonObject[]): string {
  const { form, served, includeObject, nowMs } = shaping;
  const shown = objects.map((object) => served.fromStored(object));
  if (form.kind === "table") {
    const metadata = mapAt(list, "metadata");
    return render(
      buildTable({ served, objects: shown, metadata, includeObject, nowMs, hasColumns: true }),
      form,
    );
  }
  const head =
    form.kind === "metadata"
      ? { ...list, kind: "PartialObjectMetadataList", apiVersion: "meta.k8s.io/v1" }
      : list;
  const items = form.kind === "metadata" ? shown.map(partialObject) : shown;
  if (form.isYaml) return render({ ...head, items }, form);
  return `${JSON.stringify(head).slice(0, -1)},"items":[${items.map(textOf).join(",")}]}\n`;
}

/** The text of a document. */
export function render(value: JsonObject, form: Pick<Form, "isYaml">): string {
  return form.isYaml ? stringify(value) : `${JSON.stringify(value)}\n`;
}

/** One line of a watch. */
export function eventText(type: string, object: JsonObject): string {
  return `{"type":${JSON.stringify(type)},"object":${textOf(object)}}\n`;
}
