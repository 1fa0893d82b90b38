import type { Budget } from "../../budget.ts";
import { isObject } from "../../values/json.ts";
import type { Json, JsonObject } from "../../values/json.ts";
import { dropAllConditions } from "./drop-conditions.ts";
import { strategicMerge } from "./merge.ts";
import { PatchError } from "../patch-error.ts";
import { wrongKind } from "./node-kind.ts";
import { patchNodeOf, patchOf } from "./patch-node.ts";
import { resolveAnchors } from "./resolve-anchors.ts";

/**
 * What `patchStrategicMerge` makes of an object: anchors are worked off against it, then the rest is merged. The object
 * itself where nothing changes. Throws `PatchError` for a patch that does not fit, `BudgetExceeded` past the limits.
 */
export function applyStrategicPatch(object: JsonObject, patch: Json, budget: Budget): JsonObject {
  const merged = strategicMerge(object, resolvePatch(object, patch, budget), budget);
  if (merged === undefined) throw new PatchError("filter cannot create or delete objects");
  return merged;
}

/** The patch without anchors, as it fits this object; empty where its conditions do not hold. */
function resolvePatch(object: JsonObject, patch: Json, budget: Budget): JsonObject {
  const node = patchNodeOf(patch, budget);
  if (!resolveAnchors(node, object, budget)) return {};
  if (node.kind !== "map") throw wrongKind("MappingNode", patch);
  dropAllConditions(node);
  const resolved = patchOf(node);
  return isObject(resolved) ? resolved : {};
}
