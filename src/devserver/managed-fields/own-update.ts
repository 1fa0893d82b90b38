import type { JsonObject } from "../json/json.ts";
import type { TypeSchema } from "../schema/type-schema.ts";
import { ownedOnly } from "./collect-fields.ts";
import { compareObjects } from "./compare-objects.ts";
import { isEmptySet, subtractSets, unionSets } from "./field-set.ts";
import type { FieldSet } from "./field-set.ts";
import { isSameManager } from "./manager-entry.ts";
import type { Actor, ManagerEntry } from "./manager-entry.ts";

/**
 * Who owns what after a write that is no apply: what changed belongs to the writer, what is gone to nobody.
 */
export function ownUpdate(options: {
  readonly before: JsonObject | undefined;
  readonly after: JsonObject;
  readonly schema: TypeSchema;
  readonly managers: readonly ManagerEntry[];
  readonly actor: Actor;
  readonly notWritten: FieldSet;
}): readonly ManagerEntry[] {
  const { before, after, schema, managers, actor, notWritten } = options;
  const changes = compareObjects(before ?? {}, after, schema);
  const taken = ownedOnly(unionSets(changes.added, changes.modified), notWritten);
  const lost = unionSets(taken, changes.removed);
  const others = managers.map((entry) => ({ ...entry, fields: subtractSets(entry.fields, lost) }));
  if (isEmptySet(taken)) return others;
  const own = others.find((entry) => isSameManager(entry, actor));
  const fields = own === undefined ? taken : unionSets(own.fields, taken);
  return [...others.filter((entry) => entry !== own), { ...actor, fields }];
}
