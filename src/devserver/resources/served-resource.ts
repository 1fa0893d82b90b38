import type { JsonObject } from "../json/json.ts";
import type { FieldError } from "../errors/field-error.ts";
import type { Draft } from "../json/json.ts";
import type { TypeSchema } from "../schema/type-schema.ts";

/** A column of a Table: what `kubectl get` shows. */
export interface TableColumn {
  readonly name: string;
  readonly type: string;
  readonly format?: string;
  readonly description?: string;
  /** Not zero: only shown with `-o wide`. */
  readonly priority?: number;
}

/** How objects of a resource become rows. Ages are computed for `nowMs`. */
export interface TablePrinter {
  readonly columns: readonly TableColumn[];
  readonly cells: (object: JsonObject, nowMs: number) => readonly unknown[];
}

/** What is special about the objects of one collection, whichever version asks. */
export interface Strategy {
  /** Drops what a creator must not set and sets what the server sets. Runs before defaults. */
  readonly prepareCreate?: (draft: Draft) => void;
  readonly prepareUpdate?: (draft: Draft, old: JsonObject) => void;
  /** Values for what is absent; runs on create, update and patch. */
  readonly applyDefaults?: (draft: Draft) => void;
  readonly validate?: (object: JsonObject, old: JsonObject | undefined) => readonly FieldError[];
  readonly hasGeneration: boolean;
  /** Deleting answers with the object instead of a Status. */
  readonly returnsDeleted: boolean;
  /** Updates must name the resourceVersion that they replace. */
  readonly needsResourceVersion: boolean;
  /** A PUT on a name that does not exist creates the object. */
  readonly createsOnUpdate: boolean;
}

/** Where objects are kept: one per kind, whatever number of versions shows it. */
export interface Collection {
  /** `group/resource`. */
  readonly id: string;
  readonly group: string;
  readonly resource: string;
  /** `apiVersion` of stored objects. */
  readonly storedAs: string;
  readonly strategy: Strategy;
}

/** One resource as one version serves it. */
export interface ServedResource {
  readonly group: string;
  readonly version: string;
  readonly resource: string;
  readonly kind: string;
  readonly listKind: string;
  readonly singular: string;
  readonly namespaced: boolean;
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
  readonly subresources: readonly string[];
  readonly verbs: readonly string[];
  readonly schema: TypeSchema;
  readonly collection: Collection;
  /** A built-in kind is decoded by its type; a custom one is pruned and validated by its schema. */
  readonly isCustom: boolean;
  readonly printer: TablePrinter;
  /** JSON paths that field selectors may name, beside name and namespace. */
  readonly selectableFields: readonly string[];
  /** Between the stored form and this version. */
  readonly fromStored: (object: JsonObject) => JsonObject;
  readonly toStored: (object: Draft) => Draft;
  /** Where a custom resource keeps replicas, for the scale subresource. */
  readonly scale?: { readonly specPath: string; readonly statusPath: string; readonly selectorPath?: string };
  /** Shown in a Warning header with every answer. */
  readonly deprecationWarning?: string;
}

/** `group/version`, or `version` for the core group. */
export function apiVersionText({
  group,
  version,
}: {
  readonly group: string;
  readonly version: string;
}): string {
  return group === "" ? version : `${group}/${version}`;
}

/** `/apis/apps/v1`, `/api/v1`. */
export function rootPath({ group, version }: { readonly group: string; readonly version: string }): string {
  return group === "" ? `/api/${version}` : `/apis/${group}/${version}`;
}
