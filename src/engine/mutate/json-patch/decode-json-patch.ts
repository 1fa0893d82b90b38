import { QueryError } from "../../errors.ts";
import { decodeJson } from "../../jmespath/json-decode.ts";
import { yamlToJson } from "../../jmespath/yaml-to-json.ts";
import { isList, isObject, own } from "../../values/json.ts";
import type { Json, JsonObject } from "../../values/json.ts";
import { PatchError } from "../patch-error.ts";

/** One operation of a JSON patch. */
export type JsonPatchOperation =
  | { readonly op: "add" | "replace" | "test"; readonly path: string; readonly value: Json }
  | { readonly op: "remove"; readonly path: string }
  | { readonly op: "move" | "copy"; readonly path: string; readonly from: string };

/** Reads the text of `patchesJson6902`: a JSON list, or YAML of one. Throws a `PatchError`. */
export function decodeJsonPatch(text: string): readonly JsonPatchOperation[] {
  const patch = parsePatch(text);
  if (patch === null) return [];
  if (!isList(patch)) throw new PatchError("failed to decode patches: the patch is no list of operations");
  return patch.map(decodeOperation);
}

function parsePatch(text: string): Json {
  if (text.startsWith("[")) {
    const decoded = decodeJson(text);
    if (decoded.kind === "value") return decoded.value;
    throw new PatchError(`failed to decode patches: ${decoded.message}`);
  }
  try {
    const decoded = decodeJson(yamlToJson(text));
    if (decoded.kind === "value") return decoded.value;
    throw new PatchError(`failed to decode patches: ${decoded.message}`);
  } catch (error) {
    if (!(error instanceof QueryError)) throw error;
    throw new PatchError(`failed to convert patchesJson6902 to JSON: ${error.message}`);
  }
}

function decodeOperation(item: Json): JsonPatchOperation {
  if (!isObject(item)) throw new PatchError("failed to decode patches: an operation is no object");
  const op = own(item, "op");
  switch (op) {
    case "add":
    case "replace":
      if (!Object.hasOwn(item, "value")) {
        throw invalid(item, "failed to decode 'value': operation, missing value field: missing value");
      }
      return { op, path: textField(item, "path"), value: own(item, "value") ?? null };
    case "test":
      return { op, path: textField(item, "path"), value: own(item, "value") ?? null };
    case "move":
    case "copy":
      return { op, from: textField(item, "from"), path: textField(item, "path") };
    case "remove":
      return { op, path: textField(item, "path") };
    default:
      throw invalid(item, "unsupported operation");
  }
}

function textField(item: JsonObject, field: "path" | "from"): string {
  const value = own(item, field);
  if (typeof value === "string") {
    if (value.split("/", maxSegments + 2).length <= maxSegments + 1) return value;
    throw invalid(item, `failed to decode '${field}': it has more than ${maxSegments} segments`);
  }
  const missing =
    field === "path"
      ? "operation missing path field: missing value"
      : "operation, missing from field: missing value";
  const reason = value === undefined || value === null ? missing : "it is no string";
  throw invalid(item, `failed to decode '${field}': ${reason}`);
}

const maxShownLength = 300;
/** As deep as objects may be. */
const maxSegments = 200;

function invalid(item: JsonObject, reason: string): PatchError {
  const text = JSON.stringify(
    Object.fromEntries(Object.entries(item).toSorted(([a], [b]) => (a < b ? -1 : 1))),
  );
  const shown = text.length > maxShownLength ? `${text.slice(0, maxShownLength)}…` : text;
  return new PatchError(`failed to decode patches: invalid operation ${shown}: ${reason}`);
}
