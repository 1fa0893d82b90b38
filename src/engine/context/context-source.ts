import type { BrokerRequest, BrokerScope } from "#api/broker/broker-request.ts";

import type { Json } from "../values/json.ts";

/**
 * Data that a rule asks for from outside. The engine never fetches: it asks the `ContextSource`, and where the answer
 * is not there yet the rule is suspended and the request handed to the caller.
 */
export type ContextRequest = BrokerRequest;

/**
 * What the source knows of a request: its value, why it cannot be had, or that it must be loaded first. A source that
 * cannot serve such requests at all (no cluster at hand) says `unavailable`: the entry is then as if it was not
 * declared. The value of a ConfigMap is the object itself.
 */
export type ContextAnswer =
  | { readonly kind: "value"; readonly value: Json }
  | { readonly kind: "unavailable" }
  | {
      readonly kind: "failed";
      readonly message: string;
      /** The HTTP status of a refusal by the API server, where there was one: 404 where something does not exist. */
      readonly status?: number;
    }
  | { readonly kind: "pending" };

/** Whose authority a request runs under; answers are never shared between scopes. */
export type PermissionScope = Omit<BrokerScope, "rule">;

/** The port through which the engine sees the world. It answers from memory, at once, and has no side effects. */
export interface ContextSource {
  lookUp(request: ContextRequest, scope: PermissionScope): ContextAnswer;
  /**
   * False for a kind of request that would be `unavailable` whatever it asks for: variables in such entries need no value.
   * Where it is absent, every kind may be served.
   */
  serves?(kind: ContextRequest["kind"]): boolean;
}

/**
 * Thrown where an answer is pending. It is a completion of its own: it outranks errors, and only the rule runner may
 * catch it. Code that catches must catch by type, so that a suspension passes through `||`, `default` and messages.
 */
export class Suspension {
  readonly requests: readonly ContextRequest[];

  constructor(requests: readonly ContextRequest[]) {
    this.requests = requests;
  }
}
