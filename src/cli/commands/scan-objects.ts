import type { JsonObject } from "#engine/values/json.ts";

import type { CliOutput } from "../cli-io.ts";
import type { PolicyVerdict } from "../judge.ts";
import { createObjectWriter } from "../output/object-writer.ts";
import type { ObjectWriter } from "../output/object-writer.ts";
import { renderDocuments } from "../output/render-documents.ts";
import { decodeResource } from "../resources/scan-resource.ts";
import type { ScanOptions } from "./scan-options.ts";

/** Where objects that policies changed or made go; undefined where nobody asked for them. */
export function openObjectWriter(options: ScanOptions, stdout: CliOutput): ObjectWriter | undefined {
  if (options.outputPath !== undefined) return createObjectWriter(options.outputPath);
  if (!options.pipesObjects) return undefined;
  return {
    write(_name: string, object: JsonObject) {
      stdout.write(`${renderDocuments([object], "yaml")}---\n`);
      return Promise.resolve();
    },
  };
}

/** Writes the object as all mutations leave it, the existing objects that they change, and generated ones. */
export async function writeChanges(verdicts: readonly PolicyVerdict[], writer: ObjectWriter): Promise<void> {
  for (const { policy, generated } of verdicts) {
    for (const { object } of generated) {
      await writer.write(`${policy.compiled.identity.name}-generated`, object);
    }
  }
  const mutations = verdicts.filter(({ step }) => step === "mutate");
  const last = mutations.at(-1);
  if (last === undefined) return;
  // What rules say of other objects is no reason to write this one.
  const concerned = mutations.some(({ responses, targets }) => {
    return responses.filter(({ status }) => status === "pass").length > targets.length;
  });
  if (concerned) await writer.write(`${last.resource.name}-mutated`, last.object);
  for (const { object } of mutations.flatMap(({ targets }) => targets)) {
    const decoded = decodeResource(object);
    if (decoded.ok) await writer.write(`${decoded.resource.name}-mutated`, object);
  }
}
