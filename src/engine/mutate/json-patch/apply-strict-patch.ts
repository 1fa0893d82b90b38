import { deepEqual } from "../../values/deep-equal.ts";
import { isObject, own } from "../../values/json.ts";
import type { Json, JsonObject } from "../../values/json.ts";
import { PatchError } from "../patch-error.ts";
import type { PatchRun } from "./apply-json-patch.ts";
import {
  addMember,
  changeContainer,
  findContainer,
  isContainer,
  memberOf,
  removeMember,
  setMember,
} from "./containers.ts";
import type { Container } from "./containers.ts";
import type { JsonPatchOperation } from "./decode-json-patch.ts";
import { parsePointer, unescapeSegment } from "./pointer.ts";
import type { Pointer } from "./pointer.ts";

/** A `test` of a patch that does not hold. */
export class PatchTestFailed extends PatchError {}

/**
 * Carries out a JSON patch (RFC 6902) as the API server does: parents must be there, and so must what is removed or moved.
 * As with its library, `replace` sets a key that is missing, and indexes may count from the end. Parts that the patch does
 * not touch are the same values as before. Throws `PatchTestFailed` for a `test`, a `PatchError` for an operation that does
 * not apply, `BudgetExceeded` past the limits.
 */
export function applyStrictPatch(
  object: JsonObject,
  operations: readonly JsonPatchOperation[],
  run: PatchRun,
): JsonObject {
  let document: Container = object;
  for (const operation of operations) {
    run.budget.step();
    document = applyOperation(document, operation, run);
  }
  if (!isObject(document)) throw new PatchError("the patch makes a list of the object");
  return document;
}

function applyOperation(document: Container, operation: JsonPatchOperation, run: PatchRun): Container {
  const { op, path } = operation;
  switch (op) {
    case "add":
      return add(document, path, operation.value, {
        missing: `add operation does not apply: doc is missing path: "${path}": missing value`,
        failed: `error in add for path: '${path}'`,
      });
    case "remove":
      return change(
        document,
        pointerOf(path),
        `remove operation does not apply: doc is missing path: "${path}": missing value`,
        (container, key) => explained(`error in remove for path: '${path}'`, () => takeAway(container, key)),
      );
    case "replace":
      return replace(document, path, operation.value);
    case "move":
      return move(document, operation.from, path);
    case "copy":
      return copy(document, operation.from, path);
    case "test":
      test(document, path, operation.value, run);
      return document;
    default:
      return op satisfies never;
  }
}

interface AddTexts {
  readonly missing: string;
  readonly failed: string;
}

function add(document: Container, path: string, value: Json, { missing, failed }: AddTexts): Container {
  return change(document, pointerOf(path), missing, (container, key) =>
    explained(failed, () => addMember(container, key, value)),
  );
}

function replace(document: Container, path: string, value: Json): Container {
  if (path === "") {
    if (isContainer(value)) return value;
    throw new PatchError("replace operation value must be object or array");
  }
  const missing = `replace operation does not apply: doc is missing path: ${path}: missing value`;
  return change(document, pointerOf(path), missing, (container, key) => {
    if (!isObject(container) && !memberOf(container, key).found) {
      throw new PatchError(`replace operation does not apply: doc is missing key: ${path}: missing value`);
    }
    return setMember(container, key, value);
  });
}

function move(document: Container, from: string, path: string): Container {
  const missing = `move operation does not apply: doc is missing from path: ${from}: missing value`;
  let value: Json = null;
  const taken = change(document, pointerOf(from), missing, (container, key) =>
    explained(`error in move for path: '${key}'`, () => {
      value = valueAt(container, key);
      return takeAway(container, key);
    }),
  );
  return add(taken, path, value, {
    missing: `move operation does not apply: doc is missing destination path: ${path}: missing value`,
    failed: `error in move for path: '${path}'`,
  });
}

function copy(document: Container, from: string, path: string): Container {
  const source = pointerOf(from);
  const container = source === undefined ? undefined : findContainer(document, source.parents);
  if (source === undefined || container === undefined) {
    throw new PatchError(`copy operation does not apply: doc is missing from path: ${from}: missing value`);
  }
  const value = explained(`error in copy for from: '${from}'`, () =>
    valueAt(container, unescapeSegment(source.key)),
  );
  return add(document, path, value, {
    missing: `copy operation does not apply: doc is missing destination path: ${path}: missing value`,
    failed: "error while adding value during copy",
  });
}

function test(document: Container, path: string, expected: Json, { numbers, budget }: PatchRun): void {
  const failed = new PatchTestFailed(`testing value ${path} failed: test failed`);
  if (path === "") {
    if (!deepEqual(document, expected, numbers, budget)) throw failed;
    return;
  }
  const pointer = pointerOf(path);
  const container = pointer === undefined ? undefined : findContainer(document, pointer.parents);
  if (pointer === undefined || container === undefined) {
    throw new PatchError(`test operation does not apply: is missing path: ${path}: missing value`);
  }
  const key = unescapeSegment(pointer.key);
  if (isObject(container) && own(container, key) === undefined) throw failed;
  const actual = explained(`error in test for path: '${path}'`, () => valueAt(container, key));
  if (!deepEqual(actual, expected, numbers, budget)) throw failed;
}

/** The member, or null for a key that an object does not have. Throws a `PatchError` for an index that a list does not. */
function valueAt(container: Container, key: string): Json {
  if (isObject(container)) return own(container, key) ?? null;
  const member = memberOf(container, key);
  if (!member.found) throw new PatchError(member.reason);
  return member.value;
}

function takeAway(container: Container, key: string): Container {
  if (isObject(container) && !Object.hasOwn(container, key)) {
    throw new PatchError(`Unable to remove nonexistent key: ${key}: missing value`);
  }
  if (!isObject(container)) valueAt(container, key);
  return removeMember(container, key);
}

/** The root is the member of nothing, and only `replace` and `test` take it. */
function pointerOf(path: string): Pointer | undefined {
  return path === "" ? undefined : parsePointer(path);
}

function change(
  document: Container,
  pointer: Pointer | undefined,
  missing: string,
  apply: (container: Container, key: string) => Container,
): Container {
  if (pointer === undefined) throw new PatchError(missing);
  const key = unescapeSegment(pointer.key);
  const changed = changeContainer(document, pointer.parents, (container) => apply(container, key));
  if (changed === undefined) throw new PatchError(missing);
  return changed;
}

function explained<T>(what: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    throw error instanceof PatchError ? new PatchError(`${what}: ${error.message}`) : error;
  }
}
