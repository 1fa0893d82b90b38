import { existsSync } from "node:fs";
import { glob, readFile } from "node:fs/promises";
import { join } from "node:path";
import { parseAllDocuments } from "yaml";

/** The corpus is not there: nothing can be measured. */
export class CorpusMissing extends Error {
  override readonly name = "CorpusMissing";
}

/** The policies of a folder of a corpus, which has so many. Throws CorpusMissing where it has not. */
export const loadPolicies = async (
  corpus: string,
  { folder: name, files: expected }: { readonly folder: string; readonly files: number },
): Promise<readonly object[]> => {
  const folder = join(corpus, "policies", name);
  if (!existsSync(folder)) throw new CorpusMissing(`there is no folder ${folder}`);
  const files: string[] = [];
  for await (const file of glob("{baseline,restricted}/*/*.yaml", { cwd: folder })) files.push(file);
  if (files.length !== expected) {
    throw new CorpusMissing(`${folder} has ${files.length} policies instead of ${expected}`);
  }
  const texts = await Promise.all(files.sort().map((file) => readFile(join(folder, file), "utf8")));
  return texts.flatMap((text) => parseAllDocuments(text).map((document) => document.toJS() as object));
};
