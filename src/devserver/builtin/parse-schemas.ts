import type { TypeSchema } from "../schema/type-schema.ts";

/**
 * Reads the tables of built-in types: one type a line, `name { field:type … }`. A field's name may be followed by `!`
 * (required), `?` (left out when zero) and `#7` (its number in protobuf), its type by list keys, the patch strategy and a default:
 * `ports:[ContainerPort]map(containerPort,protocol)~merge(containerPort)`, `protocol?:string="TCP"`.
 */
export function parseSchemas(tables: readonly string[]): ReadonlyMap<string, TypeSchema> {
  const types = new Map<string, OpenType>();
  const lines = tables
    .join("\n")
    .split("\n")
    .filter((line) => line !== "");
  // Types refer to each other, even in circles: all of them exist before the first gets its fields.
  for (const line of lines) {
    const [name = "", atomic] = line.slice(0, line.indexOf("{")).trim().split(" ");
    const isAtomic = atomic === "atomic" ? { isAtomic: true } : {};
    types.set(name, { type: "object", name, properties: new Map(), required: [], ...isAtomic });
  }
  for (const line of lines) fillType(line, types);
  return types;
}

interface OpenType extends TypeSchema {
  readonly properties: Map<string, TypeSchema>;
  readonly required: string[];
}

function fillType(line: string, types: ReadonlyMap<string, OpenType>): void {
  const open = line.indexOf("{");
  const [name = ""] = line.split(" ");
  const type = types.get(name);
  for (const text of line
    .slice(open + 1, line.lastIndexOf("}"))
    .trim()
    .split(" ")) {
    const parts = /^([^:!?#]+)(!?)(\??)(?:#([\d.]+))?:(.+)$/.exec(text);
    if (type === undefined || parts === null) continue;
    const [, field = "", isRequired, dropsZero, numbers, rest = ""] = parts;
    if (isRequired === "!") type.required.push(field);
    const schema = parseField(rest, name.slice(0, name.lastIndexOf(".")), types);
    type.properties.set(field, {
      ...schema,
      ...(dropsZero === "?" ? { dropsZero: true } : {}),
      ...(numbers === undefined ? {} : { protoPath: numbers.split(".").map(Number) }),
    });
  }
}

function parseField(text: string, home: string, types: ReadonlyMap<string, TypeSchema>): TypeSchema {
  const parts = /^([^~=]+)(?:~([\w,]+)(?:\(([^)]*)\))?)?(?:=(.+))?$/.exec(text);
  if (parts === null) throw new Error(`schema table: ${text}`);
  const [, type = "", strategy, mergeKey, value] = parts;
  return {
    ...parseType(type, home, types),
    ...(strategy === undefined ? {} : { patchStrategy: strategy.split(",") }),
    ...(mergeKey === undefined ? {} : { patchMergeKey: mergeKey }),
    ...(value === undefined ? {} : { default: JSON.parse(value) as unknown }),
  };
}

const scalars: Readonly<Record<string, TypeSchema>> = {
  string: { type: "string" },
  bytes: { type: "string", format: "byte" },
  int32: { type: "integer", format: "int32" },
  int64: { type: "integer", format: "int64" },
  double: { type: "number", format: "double" },
  boolean: { type: "boolean" },
  any: { type: "any", preservesUnknown: true },
  quantity: { type: "string", format: "quantity" },
  intOrString: { type: "any", intOrString: true },
  time: { type: "string", format: "date-time" },
  microTime: { type: "string", format: "micro-time" },
};

function parseType(text: string, home: string, types: ReadonlyMap<string, TypeSchema>): TypeSchema {
  const scalar = scalars[text];
  if (scalar !== undefined) return scalar;
  if (text.startsWith("[")) {
    const end = text.lastIndexOf("]");
    const items = parseType(text.slice(1, end), home, types);
    const suffix = text.slice(end + 1);
    if (suffix === "") return { type: "array", items };
    if (suffix === "set") return { type: "array", items, listType: "set" };
    return { type: "array", items, listType: "map", listKeys: suffix.slice(4, -1).split(",") };
  }
  if (text.startsWith("{")) {
    const end = text.lastIndexOf("}");
    const values = parseType(text.slice(1, end), home, types);
    return { type: "object", values, ...(text.endsWith("atomic") ? { isAtomic: true } : {}) };
  }
  const type = types.get(text.includes(".") ? text : `${home}.${text}`);
  if (type === undefined) throw new Error(`schema table: no type ${text}`);
  return type;
}
