import { glob, readFile } from "node:fs/promises";
import { join } from "node:path";
import { parseAllDocuments } from "yaml";
import { compileDocument } from "./policy-expressions.ts";
import type { ExpressionOutcome } from "./policy-expressions.ts";

export interface CorpusExpressions {
  readonly compiled: number;
  /** Refused expressions by their file and place. */
  readonly refused: ReadonlyMap<string, ExpressionOutcome>;
}

/** Compiles every expression of every policy below a folder. */
export async function compileCorpus(folder: string): Promise<CorpusExpressions> {
  const refused = new Map<string, ExpressionOutcome>();
  let compiled = 0;
  for await (const file of glob("**/*.{yaml,yml}", { cwd: folder })) {
    const text = await readFile(join(folder, file), "utf8");
    if (!/expression/i.test(text)) continue;
    for (const document of documentsOf(text)) {
      for (const outcome of compileDocument(document)) {
        if (outcome.problem === undefined) compiled++;
        else refused.set(`${file} ${outcome.place}`, outcome);
      }
    }
  }
  return { compiled, refused };
}

/** The documents that can be read: some files are templates, and no YAML. */
function documentsOf(text: string): readonly unknown[] {
  const documents = parseAllDocuments(text, { logLevel: "silent" });
  if (!Array.isArray(documents)) return [];
  return documents.filter(({ errors }) => errors.length === 0).map((document) => document.toJS() as unknown);
}
