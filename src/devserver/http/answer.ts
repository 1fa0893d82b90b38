import type { JsonObject } from "../json/json.ts";
import type { ServedResource } from "../resources/served-resource.ts";

/** What a handler answers with; the HTTP layer gives it the form that the client asked for. */
export type Answer =
  /** An object of the resource, in the version of the request. */
  | {
      readonly kind: "object";
      readonly code: number;
      readonly served: ServedResource;
      readonly object: JsonObject;
    }
  /** A list without its items, and the items as stored. */
  | {
      readonly kind: "list";
      readonly served: ServedResource;
      readonly list: JsonObject;
      readonly objects: readonly JsonObject[];
    }
  /** A document that has one form only. */
  | {
      readonly kind: "document";
      readonly code: number;
      readonly value: JsonObject;
      readonly contentType?: string;
    }
  | { readonly kind: "text"; readonly code: number; readonly text: string };

export function documentAnswer(value: JsonObject, code = 200): Answer {
  return { kind: "document", code, value };
}
