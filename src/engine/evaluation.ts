import type { ContextRequest } from "./context/context-source.ts";
import type { RuleResponse } from "./response.ts";

/**
 * What a policy says of an object: its responses, or the requests that must be answered before it can say anything. The
 * caller loads them and evaluates again, from the start.
 */
export type Evaluation =
  | { readonly kind: "completed"; readonly responses: readonly RuleResponse[] }
  | { readonly kind: "pending"; readonly requests: readonly ContextRequest[] };
