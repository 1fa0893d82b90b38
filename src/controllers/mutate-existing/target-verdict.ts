import type { KubeObject } from "#api/meta/object-meta.ts";
import type { ContextRequest } from "#engine/context/context-source.ts";
import type { RuleResponse } from "#engine/response.ts";
import type { JsonObject } from "#engine/values/json.ts";
import type { ReadTarget } from "./read-targets.ts";

/** What is to become of a target. */
export type TargetVerdict =
  | { readonly kind: "change"; readonly object: JsonObject; readonly response: RuleResponse }
  /** It is as it should be, or conditions leave it alone. */
  | { readonly kind: "same" }
  | { readonly kind: "error"; readonly response: RuleResponse };

/** A verdict, or what must be loaded first. */
export type StartedVerdict =
  | TargetVerdict
  | { readonly kind: "pending"; readonly requests: readonly ContextRequest[] };

/** Judges targets of one trigger. Never throws. */
export type JudgeTarget = (target: ReadTarget) => StartedVerdict;

/** What the client parses is JSON, and nothing else. */
export function jsonOf(object: KubeObject): JsonObject {
  return object as unknown as JsonObject;
}

/** Rounds in which data may be asked for before a target is given up. */
export const maxRounds = 8;

export function gaveUp(rule: string): TargetVerdict {
  const message = `external data was asked for in ${maxRounds} rounds without end; the rule was given up`;
  return { kind: "error", response: { rule, type: "mutate", status: "error", message, properties: {} } };
}
