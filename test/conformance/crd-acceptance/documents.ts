import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { parseAllDocuments } from "yaml";
import { findKindVersion } from "#api/kinds.ts";
import type { CustomKind, KindVersion } from "#api/kinds.ts";
import { isRecord } from "#api/schema/path.ts";

/** One document of the corpus that is of one of our kinds. */
export interface CorpusDocument {
  /** Path below the corpus and index of the YAML document: `a/policy.yaml#0`. */
  readonly id: string;
  readonly kind: CustomKind;
  readonly version: KindVersion;
  readonly content: Readonly<Record<string, unknown>>;
}

const groups: ReadonlySet<string> = new Set(["kyverno.io", "policies.kyverno.io"]);

/**
 * The policies, exceptions, context entries and update requests below a folder, in the order of their ids.
 * Recorded results beside them are left out.
 */
export async function readCorpus(folder: string): Promise<readonly CorpusDocument[]> {
  // Tests lie in hidden folders, too, which a glob would not enter.
  const paths = (await readdir(folder, { recursive: true })).filter(
    (path) => /\.ya?ml$/.test(path) && !path.startsWith("golden/"),
  );
  const documents = await Promise.all(paths.map((path) => readDocuments(folder, path)));
  return documents.flat().toSorted((a, b) => (a.id < b.id ? -1 : 1));
}

async function readDocuments(folder: string, path: string): Promise<readonly CorpusDocument[]> {
  const text = await readFile(join(folder, path), "utf8");
  if (!text.includes("kyverno.io/")) {
    return [];
  }
  return parseAllDocuments(text, { uniqueKeys: false }).flatMap((document, index) => {
    const content: unknown = "toJS" in document ? document.toJS() : undefined;
    if (!isRecord(content)) {
      return [];
    }
    const found = findKindVersion(content["apiVersion"], content["kind"]);
    return found === undefined || !groups.has(found.kind.group)
      ? []
      : [{ id: `${path}#${index}`, ...found, content }];
  });
}
