import { isAbsolute, join, normalize } from "node:path";

import { Budget } from "#engine/budget.ts";
import type { ContextAnswer } from "#engine/context/context-source.ts";
import { QueryError } from "#engine/errors.ts";
import { compileQuery, search } from "#engine/jmespath/query.ts";
import { isObject, objectOf, own } from "#engine/values/json.ts";
import type { Json } from "#engine/values/json.ts";

import type { DocumentFiles } from "../documents/read-documents.ts";
import { readDocuments } from "../documents/read-documents.ts";
import { UsageError } from "../usage-error.ts";
import type { MockedGlobalEntry } from "./test-file.ts";

/** The values of GlobalContextEntries that a test declares, by name. */
export type GlobalEntries = ReadonlyMap<string, Json>;

/** Builds the values: data or objects, narrowed by `fieldPath`, then by projections. Throws a `UsageError`. */
export async function mockGlobalEntries(
  entries: readonly MockedGlobalEntry[],
  folder: string,
  files: DocumentFiles,
  nowMs: number,
): Promise<GlobalEntries> {
  const values = new Map<string, Json>();
  for (const [index, entry] of entries.entries()) {
    const place = `globalContextEntries[${index}]`;
    if (values.has(entry.name)) throw new UsageError(`${place}: ${entry.name} is declared twice`);
    const data = await dataOf(entry, place, folder, files);
    values.set(entry.name, narrow(entry, data, place, nowMs));
  }
  return values;
}

/** What a reference to an entry gives; undefined where the test declares no such entry. */
export function globalEntryAnswer(
  entries: GlobalEntries,
  entry: string,
  projection: string | undefined,
): ContextAnswer | undefined {
  const value = entries.get(entry);
  if (value === undefined || projection === undefined || projection === "") {
    return value === undefined ? undefined : { kind: "value", value };
  }
  const projected = isObject(value) ? own(value, projection) : undefined;
  return projected === undefined
    ? { kind: "failed", message: `the global context entry ${entry} has no projection ${projection}` }
    : { kind: "value", value: projected };
}

async function dataOf(
  { data, resources = [], resourceFiles = [] }: MockedGlobalEntry,
  place: string,
  folder: string,
  files: DocumentFiles,
): Promise<Json> {
  const given = [data !== undefined, resources.length > 0, resourceFiles.length > 0].filter(Boolean);
  if (given.length !== 1) {
    throw new UsageError(`${place}: give exactly one of data, resources and resourceFiles`);
  }
  if (data !== undefined) return data as Json;
  if (resources.length > 0) return resources as readonly Json[];
  const objects: Json[] = [];
  for (const file of resourceFiles) {
    if (isAbsolute(file) || normalize(file).startsWith("..")) {
      throw new UsageError(`${place}.resourceFiles: ${file} is outside of the folder of the test`);
    }
    for await (const document of readDocuments([join(folder, file)], files)) {
      if (document.kind === "problem") throw new UsageError(document.message);
      objects.push(document.content as Json);
    }
  }
  return objects;
}

function narrow(
  { fieldPath = "", projections = [] }: MockedGlobalEntry,
  data: Json,
  place: string,
  nowMs: number,
): Json {
  const query = (expression: string, document: Json, field: string): Json => {
    try {
      const environment = { numbers: "float64", budget: new Budget(), nowMs, seed: 0 } as const;
      return search(compileQuery(expression), document, environment);
    } catch (error) {
      if (!(error instanceof QueryError)) throw error;
      throw new UsageError(`${place}.${field}: ${error.message}`);
    }
  };
  const value = fieldPath === "" ? data : query(fieldPath, data, "fieldPath");
  if (projections.length === 0) return value;
  return objectOf(
    projections.map(({ name, path }, index) => [name, query(path, value, `projections[${index}].path`)]),
  );
}
