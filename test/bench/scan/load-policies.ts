import { existsSync } from "node:fs";
import { glob, readFile } from "node:fs/promises";
import { join } from "node:path";
import { parseAllDocuments } from "yaml";

/** The corpus is not there: nothing can be measured. */
export class CorpusMissing extends Error {
  override readonly name = "CorpusMissing";
}

const expectedFiles = 9;

/** The pattern and deny policies of the folder `pod-security` of a corpus. Throws CorpusMissing where there are none. */
export const loadPodSecurityPolicies = async (corpus: string): Promise<readonly object[]> => {
  const folder = join(corpus, "policies/pod-security");
  if (!existsSync(folder)) throw new CorpusMissing(`there is no folder ${folder}`);
  const files: string[] = [];
  for await (const file of glob("{baseline,restricted}/*/*.yaml", { cwd: folder })) files.push(file);
  if (files.length !== expectedFiles) {
    throw new CorpusMissing(`${folder} has ${files.length} policies instead of ${expectedFiles}`);
  }
  const texts = await Promise.all(files.sort().map((file) => readFile(join(folder, file), "utf8")));
  return texts.flatMap((text) => parseAllDocuments(text).map((document) => document.toJS() as object));
};
