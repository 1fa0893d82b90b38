import { createWriteStream } from "node:fs";
import { pipeline } from "node:stream/promises";
import { stringify } from "yaml";
import { buildPod } from "../pods/build-pod.ts";

/** How objects stand in a file: JSON, one a line, or YAML documents. */
export type ObjectFormat = "ndjson" | "yaml";

/** Writes different pods to a file. */
export const writePods = (path: string, count: number, format: ObjectFormat): Promise<void> =>
  pipeline(podTexts(count, format), createWriteStream(path));

function* podTexts(count: number, format: ObjectFormat): Generator<string> {
  for (let index = 0; index < count; index += 1) {
    const { body } = buildPod(index);
    yield format === "ndjson" ? `${JSON.stringify(body)}\n` : `---\n${stringify(body)}`;
  }
}
