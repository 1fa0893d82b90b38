import type { Json } from "../values/json.ts";
import { untypedAtomic, untypedDeduced } from "./object-type.ts";
import type {
  FieldType,
  MapType,
  ObjectType,
  ObjectTypes,
  ScalarKind,
  TypeReference,
} from "./object-type.ts";

/**
 * Types as short texts. `kinds` says by apiVersion and kind which one a kind has. A type is a struct: fields by comma, each
 * `name:type`, with `=` and JSON where the field has a default; `*` is the field of all others, and `!` before all of it
 * says that it is one value. The types of fields:
 *
 * | text          | type                                                          |
 * |---------------|---------------------------------------------------------------|
 * | `s n b u`     | a string, a number, a boolean, any of them                    |
 * | `d t`         | anything: maps merge; anything that is one value              |
 * | `[s [=s`      | a list that is one value, a set                               |
 * | `[a+b=12`     | a list whose elements have these fields as keys               |
 * | `{s !{s`      | a map, a map that is one value                                |
 * | `12 !12 ~12`  | a type of the table; as one value; field by field             |
 */
export interface TypeTable {
  readonly kinds: Readonly<Record<string, number>>;
  readonly types: readonly string[];
}

const scalars: ReadonlyMap<string, ScalarKind> = new Map([
  ["s", "string"],
  ["n", "numeric"],
  ["b", "boolean"],
  ["u", "any"],
]);

/** The types of a table. Each is read when it is first asked for. */
export function typesOfTable({ kinds, types }: TypeTable): ObjectTypes {
  const known = new Map<number, ObjectType>();
  const typeAt = (index: number): ObjectType => {
    const found = known.get(index);
    if (found !== undefined) return found;
    const type = readStruct(types[index] ?? "", typeAt);
    known.set(index, type);
    return type;
  };
  return {
    find: (apiVersion, kind) => {
      const key = `${apiVersion} ${kind}`;
      const index = Object.hasOwn(kinds, key) ? kinds[key] : undefined;
      return index === undefined ? undefined : typeAt(index);
    },
  };
}

type TypeAt = (index: number) => ObjectType;

function readStruct(text: string, typeAt: TypeAt): ObjectType {
  const atomic = text.startsWith("!");
  const fields = new Map<string, FieldType>();
  let others: TypeReference | undefined;
  for (const part of (atomic ? text.slice(1) : text).split(",").filter(Boolean)) {
    const colon = part.indexOf(":");
    const field = readField(part.slice(colon + 1), typeAt);
    if (part.startsWith("*:")) others = field.type;
    else fields.set(part.slice(0, colon), field);
  }
  return { map: { fields, others, atomic } };
}

const defaultValue = /^([snbu])=(.+)$/;

function readField(text: string, typeAt: TypeAt): FieldType {
  const [, type, value] = defaultValue.exec(text) ?? [];
  if (type === undefined || value === undefined) return { type: readType(text, typeAt) };
  return { type: readType(type, typeAt), default: JSON.parse(value) as Json };
}

const listOf = /^\[(?:([\w+]*)=)?(.+)$/;
const mapOf = /^(!?)\{(.+)$/;
const reference = /^([!~]?)(\d+)$/;

function readType(text: string, typeAt: TypeAt): TypeReference {
  const scalar = scalars.get(text);
  if (scalar !== undefined) return once(() => ({ scalar }));
  if (text === "d") return () => untypedDeduced;
  if (text === "t") return () => untypedAtomic;
  const [, keys, element] = listOf.exec(text) ?? [];
  if (element !== undefined) {
    const relation = keys === undefined ? "atomic" : keys === "" ? "set" : { keys: keys.split("+") };
    return once(() => ({ list: { element: readType(element, typeAt), relation } }));
  }
  const [, one, value] = mapOf.exec(text) ?? [];
  if (value !== undefined) {
    const map: MapType = { fields: new Map(), others: readType(value, typeAt), atomic: one === "!" };
    return once(() => ({ map }));
  }
  const [, how, index] = reference.exec(text) ?? [];
  if (index === undefined) throw new Error(`the table of types has no type ${text}`);
  const type = (): ObjectType => typeAt(Number(index));
  return how === "" ? type : once(() => withAtomic(type(), how === "!"));
}

function once(read: TypeReference): TypeReference {
  let known: ObjectType | undefined;
  return () => (known ??= read());
}

function withAtomic({ map, ...rest }: ObjectType, atomic: boolean): ObjectType {
  return map === undefined ? rest : { ...rest, map: { ...map, atomic } };
}
