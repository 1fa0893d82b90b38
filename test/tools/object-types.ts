import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { argv } from "node:process";
import { fileURLToPath } from "node:url";

import { untypedAtomic } from "#engine/apply-configuration/object-type.ts";
import type { FieldType, ListType, MapType, ObjectType } from "#engine/apply-configuration/object-type.ts";
import { typesOfOpenApi } from "#engine/apply-configuration/open-api-types.ts";
import type { JsonObject } from "#engine/values/json.ts";

/**
 * Writes `src/engine/apply-configuration/built-in-table.ts` from a folder of OpenAPI 3 documents, one per group and version
 * (`api/openapi-spec/v3` of Kubernetes, or `kubectl get --raw /openapi/v3/…`): how the fields of built-in kinds merge.
 */

const target = fileURLToPath(
  new URL("../../src/engine/apply-configuration/built-in-table.ts", import.meta.url),
);

async function readSchemas(folder: string): Promise<JsonObject> {
  const schemas: JsonObject[] = [];
  for (const name of (await readdir(folder)).toSorted()) {
    if (!name.endsWith(".json")) continue;
    const document = JSON.parse(await readFile(join(folder, name), "utf8")) as {
      readonly components?: { readonly schemas?: JsonObject };
    };
    schemas.push(document.components?.schemas ?? {});
  }
  return Object.assign({}, ...schemas) as JsonObject;
}

/** Kinds that are no objects of their own. */
const passing = /(?:List|Options|WatchEvent|Status|APIGroup|APIResourceList|APIVersions)$/;

const types: string[] = [];
const numbers = new Map<ObjectType, number>();

function numberOf(type: ObjectType): number {
  const known = numbers.get(type);
  if (known !== undefined) return known;
  const number = types.length;
  numbers.set(type, number);
  types.push("");
  types[number] = struct(type.map as MapType);
  return number;
}

function struct({ fields, others, atomic }: MapType): string {
  const parts = [...fields]
    .toSorted(([left], [right]) => (left < right ? -1 : 1))
    .map(([name, field]) => `${name}:${typeText(field.type())}${defaultText(name, field)}`);
  if (others !== undefined) parts.push(`*:${typeText(others())}`);
  return `${atomic ? "!" : ""}${parts.join(",")}`;
}

/** Only the keys of lists need their defaults. */
const keys = new Set<string>();

function defaultText(name: string, field: FieldType): string {
  const { scalar } = field.type();
  const isPlain = scalar !== undefined && field.type().map === undefined;
  return isPlain && keys.has(name) && field.default !== undefined ? `=${JSON.stringify(field.default)}` : "";
}

const scalarTexts = { string: "s", numeric: "n", boolean: "b", any: "u" } as const;

function typeText(type: ObjectType): string {
  const { scalar, list, map } = type;
  if (type === untypedAtomic) return "t";
  if (scalar !== undefined && map !== undefined) return "d";
  if (scalar !== undefined) return scalarTexts[scalar];
  if (list !== undefined) return listText(list);
  if (map === undefined) throw new Error("a type that nothing can have");
  if (map.fields.size > 0) return String(numberOf(type));
  return `${map.atomic ? "!" : ""}{${map.others === undefined ? "" : typeText(map.others())}`;
}

function listText({ element, relation }: ListType): string {
  const how = relation === "atomic" ? "" : relation === "set" ? "=" : `${relation.keys.join("+")}=`;
  return `[${how}${typeText(element())}`;
}

function gatherKeys(schemas: JsonObject): void {
  for (const [, list] of JSON.stringify(schemas).matchAll(/"x-kubernetes-list-map-keys":\[([^\]]*)\]/g)) {
    for (const [, key = ""] of (list ?? "").matchAll(/"([^"]*)"/g)) keys.add(key);
  }
  for (const [, key = ""] of JSON.stringify(schemas).matchAll(/"x-kubernetes-patch-merge-key":"([^"]*)"/g)) {
    keys.add(key);
  }
}

const folder = argv[2];
if (folder === undefined) throw new Error("give the folder of the OpenAPI documents");
const schemas = await readSchemas(folder);
gatherKeys(schemas);
const found = typesOfOpenApi(schemas);
const kinds = found.kinds
  .filter(([, kind]) => !passing.test(kind))
  .toSorted(([leftVersion, left], [rightVersion, right]) =>
    `${leftVersion} ${left}` < `${rightVersion} ${right}` ? -1 : 1,
  )
  .map(([apiVersion, kind]) => {
    const type = found.find(apiVersion, kind);
    if (type?.map === undefined) throw new Error(`${apiVersion} ${kind} is no object`);
    return `    ${JSON.stringify(`${apiVersion} ${kind}`)}: ${numberOf(type)},`;
  });
await writeFile(
  target,
  [
    'import type { TypeTable } from "./type-table.ts";',
    "",
    "/** Written by `node test/tools/object-types.ts`. */",
    "export const builtInTable: TypeTable = {",
    "  kinds: {",
    ...kinds,
    "  },",
    "  types: [",
    ...types.map((text) => `    ${JSON.stringify(text)},`),
    "  ],",
    "};",
    "",
  ].join("\n"),
);
