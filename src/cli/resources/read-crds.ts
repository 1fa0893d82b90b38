import { isRecord } from "#api/schema/path.ts";
import { builtInTypes } from "#engine/apply-configuration/built-in-types.ts";
import { typesOfDefinitions } from "#engine/apply-configuration/custom-types.ts";
import type { ObjectTypes } from "#engine/apply-configuration/object-type.ts";
import type { JsonObject } from "#engine/values/json.ts";

import { findFiles } from "../documents/find-files.ts";
import { readDocuments } from "../documents/read-documents.ts";
import type { DocumentFiles } from "../documents/read-documents.ts";
import { UsageError } from "../usage-error.ts";
import { isClusterScoped } from "./cluster-scoped-kinds.ts";

/** Tells whether objects of a kind have no namespace. */
export type ScopeOf = (apiVersion: string, kind: string) => boolean;

/** What is known of kinds. */
export interface KnownKinds {
  readonly isClusterScoped: ScopeOf;
  /** How apply configurations merge into their objects. */
  readonly objectTypes: ObjectTypes;
}

/** Reads CustomResourceDefinitions, whose kinds are then known besides the built-in ones. Throws a `UsageError`. */
export async function readCrds(paths: readonly string[], files: DocumentFiles): Promise<KnownKinds> {
  const scopes = new Map<string, boolean>();
  const definitions: JsonObject[] = [];
  for (const path of paths) {
    const found = await findFiles(path, true);
    for await (const document of readDocuments(found.files, files)) {
      if (document.kind === "problem") throw new UsageError(document.message);
      const definition = definitionOf(document.content);
      if (definition !== undefined) {
        scopes.set(definition.key, definition.clusterScoped);
        definitions.push(document.content as JsonObject);
      } else if (!found.folder) {
        throw new UsageError(`${document.place.file}:${document.place.line}: no CustomResourceDefinition`);
      }
    }
  }
  return {
    isClusterScoped: (apiVersion, kind) =>
      scopes.get(`${apiVersion.split("/").slice(0, -1).join("/")}/${kind}`) ??
      isClusterScoped(apiVersion, kind),
    objectTypes: definitions.length === 0 ? builtInTypes : typesOfDefinitions(definitions, builtInTypes),
  };
}

function definitionOf(
  content: unknown,
): { readonly key: string; readonly clusterScoped: boolean } | undefined {
  if (!isRecord(content) || content["kind"] !== "CustomResourceDefinition") return undefined;
  const { spec } = content;
  if (!isRecord(spec) || typeof spec["group"] !== "string" || !isRecord(spec["names"])) return undefined;
  const { kind } = spec["names"];
  if (typeof kind !== "string") return undefined;
  return { key: `${spec["group"]}/${kind}`, clusterScoped: spec["scope"] === "Cluster" };
}
