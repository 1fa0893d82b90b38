import type { Budget } from "../../budget.ts";
import { deepEqual } from "../../values/deep-equal.ts";
import { isObject } from "../../values/json.ts";
import type { Json, JsonObject, NumberMode } from "../../values/json.ts";
import { PatchError } from "../patch-error.ts";
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
import { ensureParents } from "./ensure-parents.ts";
import { parsePointer, unescapeSegment } from "./pointer.ts";
import type { Pointer } from "./pointer.ts";

/** What operations are carried out with. */
export interface PatchRun {
  readonly numbers: NumberMode;
  readonly budget: Budget;
}

/**
 * Carries out a JSON patch (RFC 6902) as Kyverno's library does: indexes may count from the end, `remove` of what is not
 * there does nothing, `add` creates missing parents. Parts that the patch does not touch are the same values as before.
 * Throws `PatchError` for an operation that does not apply, `BudgetExceeded` past the limits.
 */
export function applyJsonPatch(
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
  switch (operation.op) {
    case "add":
      return add(document, operation.path, operation.value);
    case "remove":
      return remove(document, operation.path);
    case "replace":
      return replace(document, operation.path, operation.value);
    case "move":
      return move(document, operation.from, operation.path);
    case "copy":
      return copy(document, operation.from, operation.path);
    case "test":
      test(document, operation.path, operation.value, run);
      return document;
    default:
      return operation satisfies never;
  }
}

function add(document: Container, path: string, value: Json): Container {
  if (path === "") return wholeDocument(value);
  const pointer = parsePointer(path);
  const missing = `add operation does not apply: doc is missing path: "${path}": missing value`;
  if (pointer === undefined) throw new PatchError(missing);
  const ensured = ensureParents(document, [...pointer.parents, pointer.key]);
  return change(ensured, pointer, missing, (container, key) =>
    explained(`error in add for path: '${path}'`, () => addMember(container, key, value)),
  );
}

function remove(document: Container, path: string): Container {
  const pointer = pointerOrRoot(path);
  if (pointer === undefined) return document;
  const removed = changeContainer(document, pointer.parents, (container) =>
    explained(`error in remove for path: '${path}'`, () =>
      removeMember(container, unescapeSegment(pointer.key)),
    ),
  );
  return removed ?? document;
}

function replace(document: Container, path: string, value: Json): Container {
  if (path === "") return wholeDocument(value);
  const pointer = parsePointer(path);
  const missing = `replace operation does not apply: doc is missing path: ${path}: missing value`;
  if (pointer === undefined) throw new PatchError(missing);
  return change(document, pointer, missing, (container, key) => {
    if (!memberOf(container, key).found) {
      throw new PatchError(`replace operation does not apply: doc is missing key: ${path}: missing value`);
    }
    return explained(`error in remove for path: '${path}'`, () => setMember(container, key, value));
  });
}

function move(document: Container, from: string, path: string): Container {
  if (from === "") {
    throw new PatchError("unable to move entire document to another path: invalid state detected");
  }
  const source = parsePointer(from);
  const missing = `move operation does not apply: doc is missing from path: ${from}: missing value`;
  if (source === undefined) throw new PatchError(missing);
  let value: Json = null;
  const taken = change(document, source, missing, (container, key) => {
    const member = memberOf(container, key);
    if (!member.found) throw new PatchError(`error in move for path: '${key}': ${member.reason}`);
    value = member.value;
    return explained(`error in move for path: '${key}'`, () => removeMember(container, key));
  });
  const gone = `move operation does not apply: doc is missing destination path: ${path}: missing value`;
  return change(taken, pointerOrRoot(path), gone, (container, key) =>
    explained(`error in move for path: '${path}'`, () => addMember(container, key, value)),
  );
}

function copy(document: Container, from: string, path: string): Container {
  const source = pointerOrRoot(from);
  const container = source === undefined ? undefined : findContainer(document, source.parents);
  if (source === undefined || container === undefined) {
    throw new PatchError(`copy operation does not apply: doc is missing from path: "${from}": missing value`);
  }
  const member = memberOf(container, unescapeSegment(source.key));
  if (!member.found) throw new PatchError(`error in copy for from: '${from}': ${member.reason}`);
  const gone = `copy operation does not apply: doc is missing destination path: ${path}: missing value`;
  return change(document, pointerOrRoot(path), gone, (target, key) =>
    explained("error while adding value during copy", () => addMember(target, key, member.value)),
  );
}

function test(document: Container, path: string, expected: Json, { numbers, budget }: PatchRun): void {
  const failed = new PatchError(`testing value ${path} failed: test failed`);
  if (path === "") {
    if (!deepEqual(document, expected, numbers, budget)) throw failed;
    return;
  }
  const pointer = parsePointer(path);
  const container = pointer === undefined ? undefined : findContainer(document, pointer.parents);
  if (pointer === undefined || container === undefined) {
    throw new PatchError(`test operation does not apply: is missing path: ${path}: missing value`);
  }
  const member = memberOf(container, unescapeSegment(pointer.key));
  if (!member.found && !isObject(container)) {
    throw new PatchError(`error in test for path: '${path}': ${member.reason}`);
  }
  const actual = member.found ? member.value : null;
  if (!deepEqual(actual, expected, numbers, budget)) throw failed;
}

/** The root is the member of itself that has no name. */
function pointerOrRoot(path: string): Pointer | undefined {
  return path === "" ? { parents: [], key: "" } : parsePointer(path);
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

function wholeDocument(value: Json): Container {
  if (isContainer(value)) return value;
  throw new PatchError("replace operation value must be object or array");
}

function explained<T>(what: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    throw error instanceof PatchError ? new PatchError(`${what}: ${error.message}`) : error;
  }
}
