import { basename } from "node:path";
import { isRecord } from "#api/schema/path.ts";
import { findFiles } from "#cli/documents/find-files.ts";
import { openFiles, readDocuments } from "#cli/documents/read-documents.ts";
import { describePlace } from "#cli/documents/source-document.ts";
import { UsageError } from "#cli/usage-error.ts";

/** One object of a file. */
export interface Manifest {
  /** Where it stands, for people. */
  readonly place: string;
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly namespace: string | undefined;
  readonly body: Readonly<Record<string, unknown>>;
}

/** Reads all manifests of a folder and its folders. Rejects where one cannot be read, or where there is none. */
export async function readManifests(folder: string): Promise<readonly Manifest[]> {
  const found = await findFiles(folder, true);
  const files = found.files.filter((file) => !/^kustomization\.ya?ml$/i.test(basename(file)));
  const manifests: Manifest[] = [];
  const noStdin = (): never => {
    throw new UsageError("manifests are read from files and folders, not from standard input");
  };
  for await (const document of readDocuments(files, openFiles(noStdin))) {
    if (document.kind === "problem") throw new UsageError(document.message);
    manifests.push(manifestOf(document.content, describePlace(document.place)));
  }
  if (manifests.length === 0) throw new UsageError(`${folder}: there are no manifests`);
  return manifests;
}

function manifestOf(content: unknown, place: string): Manifest {
  const body = isRecord(content) ? content : {};
  const metadata = isRecord(body["metadata"]) ? body["metadata"] : {};
  const { apiVersion, kind } = body;
  const { name, namespace } = metadata;
  if (typeof apiVersion !== "string" || typeof kind !== "string" || typeof name !== "string") {
    throw new UsageError(`${place}: apiVersion, kind and metadata.name are needed`);
  }
  return {
    place,
    apiVersion,
    kind,
    name,
    namespace: typeof namespace === "string" ? namespace : undefined,
    body,
  };
}
