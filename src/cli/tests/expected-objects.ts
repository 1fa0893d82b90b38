import { dirname, join } from "node:path";

import type { JsonObject } from "#engine/values/json.ts";

import type { DocumentFiles } from "../documents/read-documents.ts";
import { readResources } from "../resources/read-resources.ts";
import type { ScanResource } from "../resources/scan-resource.ts";
import { describeDifferences } from "./comparable-object.ts";
import type { KeyedResource } from "./resource-key.ts";

/** How an object compares with the file that says what it should be. */
export type Comparison =
  | { readonly kind: "equal" }
  | { readonly kind: "different"; readonly message: string }
  /** The file says nothing about this object. */
  | { readonly kind: "absent"; readonly message: string }
  | { readonly kind: "unreadable"; readonly message: string };

/** The files with expected objects of one test; each is read once. */
export interface ExpectedObjects {
  compare(file: string, actual: KeyedResource & { readonly object: JsonObject }): Promise<Comparison>;
}

/** Expected objects of a test; paths are relative to its file. */
export function expectedObjects(testPath: string, files: DocumentFiles): ExpectedObjects {
  const loaded = new Map<string, Promise<readonly ScanResource[] | string>>();
  const load = (file: string): Promise<readonly ScanResource[] | string> => {
    const ready = loaded.get(file) ?? readObjects(join(dirname(testPath), file), files);
    loaded.set(file, ready);
    return ready;
  };
  return {
    async compare(file, actual) {
      const objects = await load(file);
      if (typeof objects === "string") return { kind: "unreadable", message: objects };
      const expected = objects.find((one) => isSame(one, actual));
      if (expected === undefined) {
        return { kind: "absent", message: `${file} holds no ${actual.gvk.kind} ${actual.name}` };
      }
      const differences = describeDifferences(expected.object, actual.object);
      return differences.length === 0
        ? { kind: "equal" }
        : { kind: "different", message: differences.join("\n") };
    },
  };
}

async function readObjects(path: string, files: DocumentFiles): Promise<readonly ScanResource[] | string> {
  const objects: ScanResource[] = [];
  for await (const read of readResources([path], files)) {
    if (read.kind === "problem") return read.message;
    objects.push(read.resource);
  }
  return objects;
}

function isSame(a: KeyedResource, b: KeyedResource): boolean {
  return (
    a.apiVersion === b.apiVersion &&
    a.gvk.kind === b.gvk.kind &&
    a.namespace === b.namespace &&
    a.name === b.name
  );
}
