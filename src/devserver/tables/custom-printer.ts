import { isObject, textAt, valueAt } from "../json/json.ts";
import type { JsonObject } from "../json/json.ts";
import type { TableColumn, TablePrinter } from "../resources/served-resource.ts";
import { ageText } from "./age.ts";
import { compileJsonPath } from "./json-path.ts";

const nameColumn: TableColumn = { name: "Name", type: "string", format: "name" };
const ageColumn: TableColumn = { name: "Age", type: "date" };

/** The columns of a CRD's version, or the age where it names none. */
export function customPrinter(additional: readonly unknown[]): TablePrinter {
  const raw = additional.filter(isObject);
  if (raw.length === 0) {
    return {
      columns: [nameColumn, ageColumn],
      cells: (object, nowMs) => [
        textAt(object, "metadata", "name"),
        ageText(valueAt(object, "metadata", "creationTimestamp"), nowMs),
      ],
    };
  }
  const cells = raw.map((column) => {
    const find = compileJsonPath(textAt(column, "jsonPath"));
    const type = textAt(column, "type");
    return (object: JsonObject, nowMs: number): unknown => cellOf(find(object)[0], type, nowMs);
  });
  return {
    columns: [nameColumn, ...raw.map(columnOf)],
    cells: (object, nowMs) => [
      textAt(object, "metadata", "name"),
      ...cells.map((cell) => cell(object, nowMs)),
    ],
  };
}

function columnOf(raw: JsonObject): TableColumn {
  const { priority } = raw;
  return {
    name: textAt(raw, "name"),
    type: textAt(raw, "type"),
    format: textAt(raw, "format"),
    description: textAt(raw, "description"),
    ...(typeof priority === "number" ? { priority } : {}),
  };
}

/** A value as its column shows it; what has another type than the column is not shown. */
function cellOf(value: unknown, type: string, nowMs: number): unknown {
  if (value === undefined || value === null) return null;
  switch (type) {
    case "date":
      return ageText(value, nowMs);
    case "integer":
      return typeof value === "number" ? Math.trunc(value) : null;
    case "number":
      return typeof value === "number" ? value : null;
    case "boolean":
      return typeof value === "boolean" ? value : null;
    default:
      return typeof value === "string" ? value : JSON.stringify(value);
  }
}
