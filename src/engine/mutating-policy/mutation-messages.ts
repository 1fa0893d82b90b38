import type { MessageType } from "../cel/compile/environment.ts";
import { dynType, stringType } from "../cel/types/cel-type.ts";
import type { CelType } from "../cel/types/cel-type.ts";
import { CelError } from "../cel/values/cel-error.ts";
import type { CelValue } from "../cel/values/cel-value.ts";
import { StructValue } from "../cel/values/objects.ts";

/** The literals of apply configurations: `Object{}`, `Object.spec{}`. They have every field. */
export const objectMessages: MessageType = {
  isNamed: (name) => name === "Object" || name.startsWith("Object."),
  build: (name, fields) => new StructValue(name, fields, () => null),
};

const patchFields: ReadonlyMap<string, CelType> = new Map([
  ["op", stringType],
  ["path", stringType],
  ["from", stringType],
  ["value", dynType],
]);

/** The operations of a JSON patch: `JSONPatch{op: "add", path: "/a", value: 1}`. */
export const jsonPatchMessages: MessageType = {
  isNamed: (name) => name === "JSONPatch",
  build: (name, fields) => {
    for (const [field, value] of fields) checkPatchField(field, value);
    return new StructValue(name, fields, (field) => (field === "value" ? null : ""));
  },
  fieldType: (_name, field) => patchFields.get(field),
};

function checkPatchField(field: string, value: CelValue): void {
  const type = patchFields.get(field);
  if (type === undefined) throw new CelError(`no such field: ${field}`);
  if (type === stringType && typeof value !== "string") {
    throw new CelError(`unsupported field conversion: '${field}' is no string`);
  }
}
