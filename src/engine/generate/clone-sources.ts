import type { LabelSelector } from "#api/schema/metadata.ts";

import type { PermissionScope } from "../context/context-source.ts";
import type { JsonObject } from "../values/json.ts";

/** Which object something is. */
export interface ObjectReference {
  readonly apiVersion: string;
  readonly kind: string;
  /** Empty for a cluster-scoped object. */
  readonly namespace: string;
  readonly name: string;
}

/** Objects that a rule copies: one by its name, or all of a kind in a namespace. */
export type SourceRequest =
  | ({ readonly request: "object" } & ObjectReference)
  | {
      readonly request: "objects";
      readonly apiVersion: string;
      readonly kind: string;
      readonly namespace: string;
      readonly selector?: LabelSelector;
    };

/** The objects (none where there is no such object), why they cannot be had, or that they must be loaded first. */
export type SourceAnswer =
  | { readonly kind: "objects"; readonly objects: readonly JsonObject[] }
  | { readonly kind: "failed"; readonly message: string }
  | { readonly kind: "pending" };

/** The port through which sources of clones reach the engine. It answers from memory and has no side effects. */
export interface CloneSources {
  find(request: SourceRequest, scope: PermissionScope): SourceAnswer;
}
