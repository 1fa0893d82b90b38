import { isRecord } from "#api/schema/path.ts";

import { findFiles } from "../documents/find-files.ts";
import { readDocuments } from "../documents/read-documents.ts";
import type { DocumentFiles } from "../documents/read-documents.ts";
import { UsageError } from "../usage-error.ts";
import { isClusterScoped } from "./cluster-scoped-kinds.ts";

/** Tells whether objects of a kind have no namespace. */
export type ScopeOf = (apiVersion: string, kind: string) => boolean;

/** Reads CustomResourceDefinitions, whose kinds are then known to have a namespace or none. Throws a `UsageError`. */
export async function readCrds(paths: readonly string[], files: DocumentFiles): Promise<ScopeOf> {
  const scopes = new Map<string, boolean>();
  for (const path of paths) {
    const found = await findFiles(path, true);
    for await (const document of readDocuments(found.files, files)) {
      if (document.kind === "problem") throw new UsageError(document.message);
      const definition = definitionOf(document.content);
      if (definition !== undefined) scopes.set(definition.key, definition.clusterScoped);
      else if (!found.folder) {
        throw new UsageError(`${document.place.file}:${document.place.line}: no CustomResourceDefinition`);
      }
    }
  }
  return (apiVersion, kind) =>
    scopes.get(`${apiVersion.split("/").slice(0, -1).join("/")}/${kind}`) ??
    isClusterScoped(apiVersion, kind);
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
