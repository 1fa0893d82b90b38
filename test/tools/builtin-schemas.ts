import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { runGo } from "#test/cluster/go-command.ts";
import { ensureAssets } from "#test/cluster/ensure-assets.ts";
import { startControlPlane } from "#test/support/control-plane/start-control-plane.ts";

/**
 * Writes `src/devserver/builtin/schemas/`: the fields of the built-in kinds, as a real API server publishes them in its
 * OpenAPI documents, and which of them are left out when zero and their numbers in protobuf, as the Go packages of the same version say. Names, types, list
 * keys and merge keys are taken; descriptions are not.
 */

type Node = Readonly<Record<string, unknown>>;

const schemaFolder = fileURLToPath(new URL("../../src/devserver/builtin/schemas/", import.meta.url));

const documents = [
  "api/v1",
  "apps",
  "batch",
  "networking.k8s.io",
  "policy",
  "rbac.authorization.k8s.io",
  "coordination.k8s.io",
  "events.k8s.io",
  "apiextensions.k8s.io",
  "apiregistration.k8s.io",
  "admissionregistration.k8s.io",
  "authorization.k8s.io",
  "authentication.k8s.io",
  "storage.k8s.io",
  "scheduling.k8s.io",
  "discovery.k8s.io",
  "node.k8s.io",
  "autoscaling",
  "apis/autoscaling/v2",
].map((name) => (name.includes("/") ? name : `apis/${name}/v1`));

const prefixes: readonly (readonly [string, string])[] = [
  ["io.k8s.apimachinery.pkg.apis.", ""],
  ["io.k8s.apimachinery.pkg.api.resource.", "core.v1."],
  ["io.k8s.apimachinery.pkg.util.intstr.", "core.v1."],
  ["io.k8s.apimachinery.pkg.version.", "version."],
  ["io.k8s.apiextensions-apiserver.pkg.apis.", ""],
  ["io.k8s.kube-aggregator.pkg.apis.", ""],
  ["io.k8s.api.", ""],
];

const scalars: Readonly<Record<string, string>> = {
  "core.v1.Quantity": "quantity",
  "core.v1.IntOrString": "intOrString",
  "meta.v1.Time": "time",
  "meta.v1.MicroTime": "microTime",
  "meta.v1.FieldsV1": "any",
  "io.k8s.apimachinery.pkg.runtime.RawExtension": "any",
  "apiextensions.v1.JSON": "any",
  "apiextensions.v1.JSONSchemaPropsOrArray": "any",
  "apiextensions.v1.JSONSchemaPropsOrBool": "any",
  "apiextensions.v1.JSONSchemaPropsOrStringArray": "any",
};

function shortName(full: string): string {
  const [prefix, replacement] = prefixes.find(([start]) => full.startsWith(start)) ?? ["", ""];
  return replacement + full.slice(prefix.length);
}

const packageOf = (name: string): string => name.slice(0, name.lastIndexOf("."));

function fieldType(field: Node, home: string): string {
  const all = field["allOf"] as readonly Node[] | undefined;
  const reference = field["$ref"] ?? all?.[0]?.["$ref"];
  if (typeof reference === "string") {
    const name = shortName(reference.slice("#/components/schemas/".length));
    const written = scalars[name] ?? (packageOf(name) === home ? name.slice(home.length + 1) : name);
    return written + (field["x-kubernetes-patch-strategy"] === "retainKeys" ? "~retainKeys" : "");
  }
  switch (field["type"]) {
    case "string":
      return field["format"] === "byte" ? "bytes" : "string";
    case "integer":
      return field["format"] === "int64" ? "int64" : "int32";
    case "number":
      return "double";
    case "boolean":
      return "boolean";
    case "array": {
      const keys = (field["x-kubernetes-list-map-keys"] as readonly string[] | undefined)?.join(",");
      const listType = field["x-kubernetes-list-type"];
      const mergeKey = field["x-kubernetes-patch-merge-key"];
      const strategy = field["x-kubernetes-patch-strategy"];
      return [
        `[${fieldType(field["items"] as Node, home)}]`,
        listType === "map" ? `map(${keys})` : listType === "set" ? "set" : "",
        typeof strategy === "string"
          ? `~${strategy}${mergeKey === undefined ? "" : `(${mergeKey as string})`}`
          : "",
      ].join("");
    }
    case "object": {
      const values = field["additionalProperties"] as Node | undefined;
      const atomic = field["x-kubernetes-map-type"] === "atomic" ? "atomic" : "";
      return values === undefined ? "any" : `{${fieldType(values, home)}}${atomic}`;
    }
    default:
      return "any";
  }
}

interface GoField {
  readonly isPointer: boolean;
  readonly omitEmpty: boolean;
  readonly omitZero: boolean;
}

const goFields = new Map<string, GoField>();

/** Reads the struct fields of one Go package, under the names that the OpenAPI documents give its types. */
async function readGoPackage(directory: string, name: string): Promise<void> {
  await readProto(directory, name);
  for (const file of await readdir(directory)) {
    if (!/^(types.*|[a-z]+)\.go$/.test(file) || file.includes("zz_") || file.endsWith("_test.go")) continue;
    let struct: string | undefined;
    for (const line of (await readFile(join(directory, file), "utf8")).split("\n")) {
      struct = /^type (\w+) struct \{/.exec(line)?.[1] ?? (line === "}" ? undefined : struct);
      const field = /^\t\w+\s+(\S+).*json:"(\w+)([^"]*)"/.exec(line);
      if (struct === undefined || field === null) continue;
      const [, type = "", json = "", options = ""] = field;
      goFields.set(`${name}.${struct}.${json}`, {
        isPointer: type.startsWith("*"),
        omitEmpty: options.includes("omitempty"),
        omitZero: options.includes("omitzero"),
      });
    }
  }
}

interface ProtoField {
  readonly type: string;
  readonly number: number;
}

const protoMessages = new Map<string, Map<string, ProtoField>>();

/** Reads the numbers of fields, which clients that write protobuf send instead of names. */
async function readProto(directory: string, name: string): Promise<void> {
  const text = await readFile(join(directory, "generated.proto"), "utf8").catch(() => "");
  let message: Map<string, ProtoField> | undefined;
  for (const line of text.split("\n")) {
    const start = /^message (\w+) \{/.exec(line)?.[1];
    if (start !== undefined) protoMessages.set(`${name}.${start}`, (message = new Map()));
    const field = /^ {2}(?:optional|repeated)?\s*(map<[^>]+>|[\w.]+) (\w+) = (\d+);/.exec(line);
    if (field !== null) message?.set(field[2] ?? "", { type: field[1] ?? "", number: Number(field[3]) });
  }
}

/**
 * The number of a field, or the numbers on the way to it: what Go embeds and JSON inlines is a message of its own in
 * protobuf.
 */
function protoPath(owner: string, field: string): string {
  const message = protoMessages.get(owner);
  const own = message?.get(field);
  if (own !== undefined) return `#${own.number}`;
  for (const { type, number } of message?.values() ?? []) {
    const inner = protoMessages.get(`${packageOf(owner)}.${type}`)?.get(field);
    const isEmbedded = goFields.get(`${owner}.${field}`) === undefined && inner !== undefined;
    if (isEmbedded) return `#${number}.${inner.number}`;
  }
  return "";
}

const moduleFolder = async (module: string): Promise<string> => {
  const folder = fileURLToPath(new URL("../cluster/versions/1.37/", import.meta.url));
  return (await runGo({ args: ["list", "-m", "-f", "{{.Dir}}", module], folder })).trim();
};

async function readGoTypes(): Promise<void> {
  const api = await moduleFolder("k8s.io/api");
  for (const entry of await readdir(api, { withFileTypes: true })) {
    if (!entry.isDirectory() || /^(\.|testdata|roundtrip)/.test(entry.name)) continue;
    for (const version of await readdir(join(api, entry.name), { withFileTypes: true })) {
      if (!version.isDirectory() || !/^v\d/.test(version.name)) continue;
      const name = entry.name === "apidiscovery" ? "" : `${entry.name}.${version.name}`;
      await readGoPackage(join(api, entry.name, version.name), name);
    }
  }
  await readGoPackage(join(await moduleFolder("k8s.io/apimachinery"), "pkg/apis/meta/v1"), "meta.v1");
  const extensions = join(await moduleFolder("k8s.io/apiextensions-apiserver"), "pkg/apis/apiextensions/v1");
  await readGoPackage(extensions, "apiextensions.v1");
  const aggregator = join(await moduleFolder("k8s.io/kube-aggregator"), "pkg/apis/apiregistration/v1");
  await readGoPackage(aggregator, "apiregistration.v1");
}

/** What the API server writes for a field that nobody set: `={}` for a struct that is no pointer, and so on. */
function written(value: unknown, go: GoField | undefined): string {
  if (value === undefined || go?.omitZero === true) return "";
  if (typeof value !== "object" && go?.omitEmpty === true && (value === "" || value === 0 || value === false))
    return "";
  return `=${JSON.stringify(value)}`;
}

const isScalar = (type: string): boolean => /^(string|bytes|int32|int64|double|boolean)$/.test(type);

function fieldText(name: string, field: Node, home: string, owner: string, isRequired: boolean): string {
  const go = goFields.get(`${owner}.${name}`);
  const type = fieldType(field, home);
  const dropsZero = go !== undefined && go.omitEmpty && !go.isPointer && isScalar(type);
  return `${name}${isRequired ? "!" : ""}${dropsZero ? "?" : ""}${protoPath(owner, name)}:${type}${written(field["default"], go)}`;
}

function typeText(name: string, schema: Node): string | undefined {
  const properties = schema["properties"] as Readonly<Record<string, Node>> | undefined;
  if (scalars[name] !== undefined || schema["type"] !== "object") return undefined;
  const required = new Set(schema["required"] as readonly string[] | undefined);
  const fields = Object.entries(properties ?? {}).map(([field, node]) =>
    fieldText(field, node, packageOf(name), name, required.has(field)),
  );
  const atomic = schema["x-kubernetes-map-type"] === "atomic" ? " atomic" : "";
  return `${name}${atomic} { ${fields.join(" ")} }`;
}

const { folder: assets } = await ensureAssets();
await readGoTypes();
const plane = await startControlPlane({ assets, controllerManager: false });
const lines = new Map<string, string>();
for (const document of documents) {
  const { stdout } = await plane.kubectl(["get", `--raw=/openapi/v3/${document}`]);
  const { components } = JSON.parse(stdout) as { components: { schemas: Readonly<Record<string, Node>> } };
  for (const [full, schema] of Object.entries(components.schemas)) {
    const name = shortName(full);
    const text = typeText(name, schema);
    if (text !== undefined && !/^meta\.v1\.(API|ServerAddress|GroupVersionFor)/.test(name))
      lines.set(name, text);
  }
}
await plane.stop();

const byPackage = Map.groupBy(
  [...lines].sort(([a], [b]) => (a < b ? -1 : 1)),
  ([name]) => packageOf(name),
);
for (const [home, entries] of byPackage) {
  const file = `${home.replaceAll(".", "-")}.ts`;
  const table = entries.map(([, text]) => text).join("\n");
  const text = `// Made by test/tools/builtin-schemas.ts from Kubernetes ${plane.version}.\nexport const schemas = String.raw\`\n${table}\n\`;\n`;
  await writeFile(`${schemaFolder}${file}`, text);
  console.log(`${file}: ${entries.length} types`);
}
