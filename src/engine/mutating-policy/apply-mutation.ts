import { applyConfiguration } from "../apply-configuration/apply-configuration.ts";
import { nullOfExpression } from "../apply-configuration/object-type.ts";
import type { ObjectType } from "../apply-configuration/object-type.ts";
import type { Budget } from "../budget.ts";
import { isListValue, typeNameOf } from "../cel/values/cel-value.ts";
import type { CelValue } from "../cel/values/cel-value.ts";
import { CelError } from "../cel/values/cel-error.ts";
import { jsonOf } from "../cel/values/json-of.ts";
import { StructValue } from "../cel/values/objects.ts";
import { applyStrictPatch, PatchTestFailed } from "../mutate/json-patch/apply-strict-patch.ts";
import type { JsonPatchOperation } from "../mutate/json-patch/decode-json-patch.ts";
import { PatchError } from "../mutate/patch-error.ts";
import { plainNumbers } from "../mutate/plain-numbers.ts";
import { objectOf } from "../values/json.ts";
import type { Json, JsonObject, NumberMode } from "../values/json.ts";
import { structNameProblems } from "./struct-names.ts";

/** What a mutation is carried out with. */
export interface MutationContext {
  readonly budget: Budget;
  readonly numbers: NumberMode;
  /** The type of the object; undefined for a kind that nothing is known of. */
  readonly type: ObjectType | undefined;
  /** Lets apply configurations replace what is one value each. */
  readonly replacesAtomic: boolean;
}

/** The object with the apply configuration that an expression gave. Throws a `PatchError` with the reason. */
export function applyConfigurationValue(
  object: JsonObject,
  value: CelValue,
  { type, budget, replacesAtomic }: MutationContext,
): JsonObject {
  if (!(value instanceof StructValue) || value.typeName !== "Object") {
    throw new PatchError(`unsupported return type from ApplyConfiguration expression: ${typeNameOf(value)}`);
  }
  refuseNames(value, budget);
  const configuration = configurationOf(value, budget);
  return explained("error applying patch", () =>
    applyConfiguration(object, configuration, type, { budget, replacesAtomic }),
  );
}

function configurationOf({ fields }: StructValue, budget: Budget, depth = 0): JsonObject {
  return objectOf(
    Array.from(fields, ([field, value]): [string, Json] => [field, partOf(value, budget, depth + 1)]),
  );
}

/** One value may come up at many places, so that the whole is much larger than what made it. */
function partOf(value: CelValue, budget: Budget, depth: number): Json {
  budget.step();
  budget.enter(depth);
  if (value === null) return nullOfExpression;
  if (value instanceof StructValue) return configurationOf(value, budget, depth);
  if (isListValue(value)) return value.map((item) => partOf(item, budget, depth + 1));
  return readJson(value, "invalid return type");
}

/**
 * The object with the JSON patch that an expression gave: the object itself where a `test` of it does not hold. Throws a
 * `PatchError` with the reason.
 */
export function applyPatchValue(object: JsonObject, value: CelValue, context: MutationContext): JsonObject {
  if (!isListValue(value)) {
    throw new PatchError("type mismatch: JSONPatchType.expression should evaluate to array");
  }
  const operations = value.map((item) => operationOf(item, context.budget));
  try {
    return explained("JSON Patch", () => applyStrictPatch(object, operations, context));
  } catch (error) {
    if (error instanceof PatchTestFailed) return object;
    throw error;
  }
}

function operationOf(item: CelValue, budget: Budget): JsonPatchOperation {
  if (!(item instanceof StructValue) || item.typeName !== "JSONPatch") {
    throw new PatchError("type mismatch: JSONPatchType.expression should evaluate to array of JSONPatch");
  }
  const text = (field: string): string => {
    const found = item.fields.get(field);
    return typeof found === "string" ? found : "";
  };
  const op = text("op");
  const path = text("path");
  if (path.split("/", maxSegments + 2).length > maxSegments + 1) {
    throw new PatchError(`JSON Patch: a path has more than ${maxSegments} segments`);
  }
  const set = item.fields.get("value") ?? null;
  refuseNames(set, budget);
  switch (op) {
    case "add":
    case "replace":
    case "test":
      return {
        op,
        path,
        value: readJson(set, "JSONPath valueExpression evaluated to a type that could not marshal to JSON"),
      };
    case "remove":
      return { op, path };
    case "move":
    case "copy":
      return { op, path, from: text("from") };
    default:
      throw new PatchError(`JSON Patch: Unexpected kind: ${op}`);
  }
}

/** As deep as objects may be. */
const maxSegments = 200;

function refuseNames(value: CelValue, budget: Budget): void {
  const problems = structNameProblems(value, budget);
  if (problems.length > 0) throw new PatchError(`type mismatch: ${problems.join("\n")}`);
}

function readJson(value: CelValue, what: string): Json {
  try {
    return plainNumbers(jsonOf(value));
  } catch (error) {
    throw error instanceof CelError ? new PatchError(`${what}: ${error.message}`) : error;
  }
}

function explained(what: string, action: () => JsonObject): JsonObject {
  try {
    return action();
  } catch (error) {
    if (!(error instanceof PatchError) || error instanceof PatchTestFailed) throw error;
    throw new PatchError(`${what}: ${error.message}`);
  }
}
