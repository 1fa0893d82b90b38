import type { MessageType } from "../compile/environment.ts";
import { dynType, stringType } from "../types/cel-type.ts";
import type { CelType } from "../types/cel-type.ts";
import { isListValue } from "../values/cel-value.ts";
import type { CelValue } from "../values/cel-value.ts";
import { isMapValue, mapEntries } from "../values/map-access.ts";
import { StructValue } from "../values/objects.ts";

const objectName = "Object";
const patchName = "JSONPatch";
const maxDepth = 200;

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

/**
 * What is wrong with the names of the types in an `Object{…}` value, or undefined: each has to spell the path to its field,
 * where items of lists and entries of maps have the path of the list or map.
 */
export function objectTypeMismatch(value: CelValue): string | undefined {
  return mismatch(value, objectName, 0);
}

function mismatch(value: CelValue, path: string, depth: number): string | undefined {
  if (depth > maxDepth) return `objects nested deeper than ${maxDepth} levels are not applied`;
  if (isListValue(value)) return firstMismatch(value, () => path, depth);
  if (isMapValue(value)) {
    return firstMismatch(
      Array.from(mapEntries(value), ([, item]) => item),
      () => path,
      depth,
    );
  }
  if (!(value instanceof StructValue)) return undefined;
  if (value.typeName !== path) {
    const names = `unexpected type name ${JSON.stringify(value.typeName)}, expected ${JSON.stringify(path)}`;
    return `type mismatch: ${names}, which matches field name path from root Object type`;
  }
  const names = Array.from(value.fields.keys());
  return firstMismatch(Array.from(value.fields.values()), (index) => `${path}.${names[index] ?? ""}`, depth);
}

function firstMismatch(
  values: readonly CelValue[],
  pathOf: (index: number) => string,
  depth: number,
): string | undefined {
  for (const [index, value] of values.entries()) {
    const found = mismatch(value, pathOf(index), depth + 1);
    if (found !== undefined) return found;
  }
  return undefined;
}
