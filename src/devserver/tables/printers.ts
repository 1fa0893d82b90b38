import { textAt, valueAt } from "../json/json.ts";
import type { TablePrinter } from "../resources/served-resource.ts";
import { ageText } from "./age.ts";

const plain: TablePrinter = {
  columns: [
    { name: "Name", type: "string", format: "name" },
    { name: "Age", type: "string" },
  ],
  cells: (object, nowMs) => [
    textAt(object, "metadata", "name"),
    ageText(valueAt(object, "metadata", "creationTimestamp"), nowMs),
  ],
};

/** How `kubectl get` shows a built-in kind. */
export function printerOf(_kind: string): TablePrinter {
  return plain;
}
