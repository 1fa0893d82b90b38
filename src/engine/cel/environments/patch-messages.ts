import type { MessageType } from "../compile/environment.ts";
import { dynType, stringType } from "../types/cel-type.ts";
import type { CelType } from "../types/cel-type.ts";
import { StructValue } from "../values/objects.ts";

const objectName = "Object";
const patchName = "JSONPatch";

/** `Object{…}` and `Object.spec.containers{…}`: any field, of any type. */
export const objectMessage: MessageType = {
  isNamed: (name) => name === objectName || name.startsWith(`${objectName}.`),
  build: (name, fields) => new StructValue(name, fields),
};

const patchFields: Readonly<Record<string, CelType>> = {
  op: stringType,
  path: stringType,
  from: stringType,
  value: dynType,
};

/** `JSONPatch{op: "add", path: "/a", value: 1}`. */
export const jsonPatchMessage: MessageType = {
  isNamed: (name) => name === patchName,
  build: (name, fields) => new StructValue(name, fields, (field) => (field in patchTexts ? "" : undefined)),
  fieldType: (_, field) => (Object.hasOwn(patchFields, field) ? patchFields[field] : undefined),
};

/** Fields that are empty texts where they were not set. */
const patchTexts = { op: true, path: true, from: true };
