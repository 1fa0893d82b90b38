import { ApiFailure, badRequest } from "../errors/api-failure.ts";
import { copyJson, equalJson, isObject, setField } from "../json/json.ts";
import type { Draft, JsonObject } from "../json/json.ts";

const maxOperations = 10_000;

/** The API server does not say which operation failed; neither does this one. The reason is for those who read errors. */
function unprocessable(why: string): ApiFailure {
  const failure = new ApiFailure({
    code: 422,
    reason: "Invalid",
    message: "the server rejected our request due to an error in our request",
    details: {},
  });
  failure.cause = why;
  return failure;
}

function parsePointer(pointer: unknown): readonly string[] {
  if (typeof pointer !== "string" || (pointer !== "" && !pointer.startsWith("/"))) {
    throw badRequest(`json patch: ${JSON.stringify(pointer)} is no JSON pointer`);
  }
  return pointer
    .split("/")
    .slice(1)
    .map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"));
}

function readValue(
  root: unknown,
  path: readonly string[],
): { readonly found: boolean; readonly value: unknown } {
  let value = root;
  for (const part of path) {
    if (Array.isArray(value)) {
      const index = Number(part);
      if (!/^\d+$/.test(part) || index >= value.length) return { found: false, value: undefined };
      value = value[index];
    } else if (isObject(value) && Object.hasOwn(value, part)) value = value[part];
    else return { found: false, value: undefined };
  }
  return { found: true, value };
}

function parentOf(root: unknown, path: readonly string[], pointer: unknown): unknown {
  const { found, value } = readValue(root, path.slice(0, -1));
  if (!found) throw unprocessable(`${String(pointer)}: the path is missing`);
  return value;
}

function add(root: unknown, pointer: unknown, value: unknown): unknown {
  const path = parsePointer(pointer);
  const last = path.at(-1);
  if (last === undefined) return value;
  const parent = parentOf(root, path, pointer);
  if (Array.isArray(parent)) {
    const index = last === "-" ? parent.length : Number(last);
    if ((last !== "-" && !/^\d+$/.test(last)) || index > parent.length) {
      throw unprocessable(`${String(pointer)}: the index is out of bounds`);
    }
    parent.splice(index, 0, value);
  } else if (isObject(parent)) setField(parent, last, value);
  else throw unprocessable(`${String(pointer)}: its parent is no object and no list`);
  return root;
}

function remove(root: unknown, pointer: unknown): unknown {
  const path = parsePointer(pointer);
  const last = path.at(-1);
  const { found } = readValue(root, path);
  if (!found || last === undefined) {
    throw unprocessable(
      `remove operation does not apply: doc is missing path: ${JSON.stringify(pointer)}: missing value`,
    );
  }
  const parent = parentOf(root, path, pointer);
  if (Array.isArray(parent)) parent.splice(Number(last), 1);
  else delete (parent as Draft)[last];
  return root;
}

/** Applies a JSON patch (RFC 6902). Throws a 400 for what is no patch, a 422 where it does not apply. */
export function applyJsonPatch(object: JsonObject, patch: unknown): JsonObject {
  if (!Array.isArray(patch)) throw badRequest("error decoding patch: a JSON patch is a list of operations");
  if (patch.length > maxOperations) {
    throw badRequest(
      `The allowed maximum operations in a JSON patch is ${maxOperations}, got ${patch.length}`,
    );
  }
  let root: unknown = copyJson(object);
  for (const operation of patch as readonly unknown[]) root = applyOperation(root, operation);
  if (!isObject(root)) throw unprocessable("the patch leaves no object");
  return root;
}

function applyOperation(root: unknown, operation: unknown): unknown {
  if (!isObject(operation)) throw badRequest("error decoding patch: an operation is an object");
  const { op, path, from, value } = operation;
  switch (op) {
    case "add":
      return add(root, path, copyJson(value));
    case "remove":
      return remove(root, path);
    case "replace": {
      const parts = parsePointer(path);
      if (!readValue(root, parts).found) {
        throw unprocessable(
          `replace operation does not apply: doc is missing key: ${String(path)}: missing value`,
        );
      }
      if (parts.length === 0) return copyJson(value);
      const parent = parentOf(root, parts, path);
      const last = parts.at(-1) ?? "";
      if (Array.isArray(parent)) parent[Number(last)] = copyJson(value);
      else setField(parent as Draft, last, copyJson(value));
      return root;
    }
    case "move":
    case "copy": {
      const source = readValue(root, parsePointer(from));
      if (!source.found)
        throw unprocessable(`${op} operation does not apply: ${String(from)}: missing value`);
      const moved = copyJson(source.value);
      return add(op === "move" ? remove(root, from) : root, path, moved);
    }
    case "test": {
      const found = readValue(root, parsePointer(path));
      if (found.found ? equalJson(found.value, value) : value === null) return root;
      throw unprocessable(`testing path ${String(path)} value failed`);
    }
    default:
      throw badRequest(`error decoding patch: ${JSON.stringify(op)} is no operation`);
  }
}
