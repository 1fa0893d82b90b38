import { readFile } from "node:fs/promises";
import { resolve } from "node:path";

const dockerfile = resolve(import.meta.dirname, "../../../Dockerfile");
const entrypoint = /^ENTRYPOINT (\[.*\])$/gm;

/** Node's own flags in the last `ENTRYPOINT` of a Dockerfile: what stands between `node` and the program. */
export const parseNodeFlags = (text: string): readonly string[] => {
  const list = [...text.matchAll(entrypoint)].at(-1)?.[1];
  if (list === undefined) return [];
  const [, ...args] = JSON.parse(list) as readonly string[];
  const program = args.findIndex((arg) => !arg.startsWith("-"));
  return args.slice(0, Math.max(0, program));
};

/** The flags that the image runs the operator with, so that what is measured is what is shipped. */
export const readImageFlags = async (): Promise<readonly string[]> =>
  parseNodeFlags(await readFile(dockerfile, "utf8"));
