import { isObject, listAt, mapAt, textAt, valueAt } from "../json/json.ts";
import type { JsonObject } from "../json/json.ts";
import type { TableColumn, TablePrinter } from "../resources/served-resource.ts";
import { ageText } from "./age.ts";

/** The cells of a kind beside its name. */
export type Cells = (object: JsonObject, nowMs: number) => readonly unknown[];

/** A printer whose columns are a text: names separated by `|`, `#` before counts, `+` before columns of `-o wide`. */
export function printer(columns: string, cells: Cells): TablePrinter {
  return {
    columns: [nameColumn, ...columns.split("|").map(columnOf)],
    cells: (object, nowMs) => [textAt(object, "metadata", "name"), ...cells(object, nowMs)],
  };
}

/** As `printer`, for kinds whose name does not come first; its cells are all of them. */
export function freePrinter(columns: string, cells: Cells): TablePrinter {
  return { columns: columns.split("|").map(columnOf), cells };
}

const nameColumn: TableColumn = { name: "Name", type: "string", format: "name" };

function columnOf(text: string): TableColumn {
  const [, wide, count, name = ""] = /^(\+?)(#?)(.*)$/.exec(text) ?? [];
  return {
    name,
    type: count === "#" ? "integer" : "string",
    ...(wide === "+" ? { priority: 1 } : {}),
    ...(name === "Name" ? { format: "name" } : {}),
  };
}

export function ageOf(object: JsonObject, nowMs: number): string {
  return ageText(valueAt(object, "metadata", "creationTimestamp"), nowMs);
}

export function numberOf(object: unknown, ...path: readonly string[]): number {
  const value = valueAt(object, ...path);
  return typeof value === "number" ? value : 0;
}

export function orNone(text: string): string {
  return text === "" ? "<none>" : text;
}

export function orUnset(value: unknown): string {
  return typeof value === "string" || typeof value === "number" ? String(value) : "<unset>";
}

/** `a=1,b=2` */
export function pairsText(map: unknown): string {
  const pairs = Object.entries(isObject(map) ? map : {}).sort(([a], [b]) => (a < b ? -1 : 1));
  return orNone(pairs.map(([key, value]) => `${key}=${String(value)}`).join(","));
}

/** A LabelSelector as one text. */
export function selectorText(selector: unknown): string {
  const labels = mapAt(selector, "matchLabels");
  const equal = Object.keys(labels)
    .sort()
    .map((key) => `${key}=${String(labels[key])}`);
  const expressions = listAt(selector, "matchExpressions").map((one) => {
    const key = textAt(one, "key");
    const values = `(${listAt(one, "values").map(String).toSorted().join(",")})`;
    switch (textAt(one, "operator")) {
      case "In":
        return `${key} in ${values}`;
      case "NotIn":
        return `${key} notin ${values}`;
      case "Exists":
        return key;
      default:
        return `!${key}`;
    }
  });
  return orNone([...equal, ...expressions].join(","));
}

/** The names and the images of the containers of a pod's spec. */
export function containerTexts(spec: unknown): readonly [string, string] {
  const containers = listAt(spec, "containers");
  return [
    containers.map((one) => textAt(one, "name")).join(","),
    containers.map((one) => textAt(one, "image")).join(","),
  ];
}
