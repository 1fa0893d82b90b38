import type { Budget } from "../budget.ts";
import { PatchError } from "../mutate/patch-error.ts";
import { isObject, own } from "../values/json.ts";
import type { JsonObject } from "../values/json.ts";
import { atomicParts } from "./atomic-parts.ts";
import { checkObject } from "./check-object.ts";
import { mergeValues } from "./merge-objects.ts";
import type { ObjectType } from "./object-type.ts";

export interface ApplyOptions {
  readonly budget: Budget;
  /** Lets the patch replace lists, maps and structs that are one value each, as server-side apply does. */
  readonly replacesAtomic?: boolean;
}

/**
 * What an apply configuration makes of an object, as the API server's MutatingAdmissionPolicy merges it: with the type of
 * the kind, without removing anything. The object itself where nothing changes. Throws a `PatchError` for a configuration
 * that does not fit the type or sets atomic values, `BudgetExceeded` past the limits.
 */
export function applyConfiguration(
  object: JsonObject,
  configuration: JsonObject,
  type: ObjectType | undefined,
  { budget, replacesAtomic = false }: ApplyOptions,
): JsonObject {
  if (type === undefined) throw new PatchError("type converter must not be nil");
  const patch = withKindOf(object, configuration);
  refuse("failed to convert patch object to typed object", patch, type, budget, false);
  const atomic = replacesAtomic ? [] : atomicParts(patch, type);
  if (atomic.length > 0) {
    throw new PatchError(
      `invalid ApplyConfiguration: may not mutate atomic arrays, maps or structs: ${atomic.join(", ")}`,
    );
  }
  refuse("failed to convert original object to typed object", object, type, budget, true);
  const merged = mergeValues(object, patch, type, budget);
  return isObject(merged) ? merged : object;
}

function withKindOf(object: JsonObject, configuration: JsonObject): JsonObject {
  return {
    ...configuration,
    apiVersion: own(object, "apiVersion") ?? "",
    kind: own(object, "kind") ?? "",
  };
}

function refuse(
  what: string,
  value: JsonObject,
  type: ObjectType,
  budget: Budget,
  allowDuplicates: boolean,
): void {
  const [first, ...others] = checkObject(value, type, { budget, allowDuplicates });
  if (first === undefined) return;
  const text =
    others.length === 0 ? first : ["errors:", ...[first, ...others].map((one) => `  ${one}`)].join("\n");
  throw new PatchError(`${what}: ${text}`);
}
