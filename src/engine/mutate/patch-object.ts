import type { Budget } from "../budget.ts";
import type { QueryEnvironment } from "../context/query-context.ts";
import { deepEqual } from "../values/deep-equal.ts";
import { own } from "../values/json.ts";
import type { Json, JsonObject } from "../values/json.ts";
import { applyJsonPatch } from "./json-patch/apply-json-patch.ts";
import { decodeJsonPatch } from "./json-patch/decode-json-patch.ts";
import type { JsonPatchOperation } from "./json-patch/decode-json-patch.ts";
import { PatchError } from "./patch-error.ts";
import { plainNumbers } from "./plain-numbers.ts";
import { applyStrategicPatch } from "./strategic/apply-strategic-patch.ts";

/** What a mutation does to an object: it changes it, it leaves it as it is, or it cannot be carried out. */
export type PatchOutcome =
  | { readonly status: "pass"; readonly object: JsonObject }
  | { readonly status: "skip"; readonly message: string }
  | { readonly status: "error"; readonly message: string };

/** Carries out the patch of a `mutate` block or of a foreach entry whose variables are resolved. */
export type Patcher = (block: JsonObject, object: JsonObject, environment: QueryEnvironment) => PatchOutcome;

/** A patcher that reads the text of a JSON patch only when it is another than the last time. */
export function createPatcher(): Patcher {
  let last: { readonly text: string; readonly operations: readonly JsonPatchOperation[] } | undefined;
  const operationsOf = (text: string): readonly JsonPatchOperation[] => {
    if (last?.text !== text) last = { text, operations: decodeJsonPatch(text) };
    return last.operations;
  };
  return (block, object, environment) => {
    try {
      return outcomeOf(patched(block, object, environment, operationsOf), object, environment);
    } catch (error) {
      if (!(error instanceof PatchError)) throw error;
      return { status: "error", message: `failed to patch resource: ${error.message}` };
    }
  };
}

function patched(
  block: JsonObject,
  object: JsonObject,
  { numbers, budget }: QueryEnvironment,
  operationsOf: (text: string) => readonly JsonPatchOperation[],
): JsonObject | undefined {
  const merge: Json = own(block, "patchStrategicMerge") ?? null;
  if (merge !== null) return applyStrategicPatch(object, plainNumbers(merge), budget);
  const text = own(block, "patchesJson6902");
  if (typeof text !== "string" || text === "") return undefined;
  budget.step(1 + (text.length >> 6));
  const operations = operationsOf(text);
  const result = applyJsonPatch(object, operations, { numbers, budget });
  if (operations.some(({ op }) => op === "copy")) visit(result, budget, 0);
  return result;
}

/** Copies are shared until they are written, so a few of them may stand for an object of any size. */
function visit(value: Json, budget: Budget, depth: number): void {
  budget.step();
  if (typeof value !== "object" || value === null) return;
  budget.enter(depth);
  for (const member of Object.values(value) as readonly Json[]) visit(member, budget, depth + 1);
}

function outcomeOf(
  result: JsonObject | undefined,
  object: JsonObject,
  { numbers, budget }: QueryEnvironment,
): PatchOutcome {
  if (result === undefined) return { status: "error", message: "empty mutate rule" };
  return result === object || deepEqual(result, object, numbers, budget)
    ? { status: "skip", message: "no patches applied" }
    : { status: "pass", object: result };
}
