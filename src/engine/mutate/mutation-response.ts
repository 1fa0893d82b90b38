import { isObject, own } from "../values/json.ts";
import type { Json, JsonObject } from "../values/json.ts";
import type { RuleOutcome } from "../validate/compiled-rule.ts";
import type { PatchOutcome } from "./patch-object.ts";

/** The verdict that a mutation gives, in the words of Kyverno. */
export function verdictOf(outcome: PatchOutcome): RuleOutcome {
  switch (outcome.status) {
    case "pass":
      return { status: "pass", message: `mutated ${nameOf(outcome.object)}` };
    case "skip":
    case "error":
      return { status: outcome.status, message: outcome.message };
    default:
      return outcome satisfies never;
  }
}

/** `Kind/name in namespace NAMESPACE`. */
function nameOf(object: JsonObject): string {
  const metadata = own(object, "metadata");
  const text = (value: Json | undefined, key: string): string => {
    const found = isObject(value) ? own(value, key) : undefined;
    return typeof found === "string" ? found : "";
  };
  const namespace = text(metadata, "namespace");
  const place = namespace === "" ? "" : ` in namespace ${namespace}`;
  return `${text(object, "kind")}/${text(metadata, "name")}${place}`;
}
