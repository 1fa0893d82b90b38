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

const environment = /^ENV (.*)$/gm;

/** The environment that the last stages of a Dockerfile set, one `NAME=value` after another. */
export const parseImageEnvironment = (text: string): Readonly<Record<string, string>> =>
  Object.fromEntries(
    [...text.matchAll(environment)].flatMap(([, line = ""]) =>
      line
        .trim()
        .split(/\s+/)
        .map((pair) => [pair.slice(0, pair.indexOf("=")), pair.slice(pair.indexOf("=") + 1)] as const),
    ),
  );

/** The environment that the image runs the operator in. */
export const readImageEnvironment = async (): Promise<Readonly<Record<string, string>>> =>
  parseImageEnvironment(await readFile(dockerfile, "utf8"));
