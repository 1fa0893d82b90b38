import { ApiFailure } from "../errors/api-failure.ts";
import { equalJson, isObject } from "../json/json.ts";
import type { JsonObject } from "../json/json.ts";
import type { TypeSchema } from "../schema/type-schema.ts";
import { collectFields, ownedOnly } from "./collect-fields.ts";
import { compareObjects } from "./compare-objects.ts";
import {
  equalSets,
  intersectSets,
  isEmptySet,
  pathsOf,
  subtractSets,
  unionSets,
  emptySet,
} from "./field-set.ts";
import type { FieldSet } from "./field-set.ts";
import { isSameManager } from "./manager-entry.ts";
import type { Actor, ManagerEntry } from "./manager-entry.ts";
import { mergeConfig } from "./merge-config.ts";
import { pathText } from "./path-element.ts";
import { removeFields, withNamedFields } from "./remove-fields.ts";

export interface Applied {
  readonly object: JsonObject;
  readonly managers: readonly ManagerEntry[];
}

/**
 * Server-side apply (KEP-555): merges a configuration into the live object, removes what this manager applied before and
 * does not any more, and says who owns what. Throws a 409 that names each conflict unless `force` is set.
 */
export function applyConfig(options: {
  readonly live: JsonObject;
  readonly config: JsonObject;
  readonly schema: TypeSchema;
  readonly managers: readonly ManagerEntry[];
  readonly actor: Actor;
  readonly force: boolean;
  readonly notWritten: FieldSet;
}): Applied {
  const { live, config, schema, managers, actor, force, notWritten } = options;
  const last = managers.find((entry) => isSameManager(entry, actor));
  const others = managers.filter((entry) => entry !== last);
  const fields = ownedOnly(collectFields(config, schema), notWritten);
  const merged = mergeConfig(live, config, schema) as JsonObject;
  const object =
    last === undefined
      ? merged
      : removeAbandoned(merged, last.fields, [fields, ...others.map((one) => one.fields)], schema);

  const changes = compareObjects(live, object, schema);
  const changed = ownedOnly(unionSets(changes.modified, changes.added), notWritten);
  const conflicts = others
    .map((entry) => ({ entry, set: intersectSets(entry.fields, changed) }))
    .filter(({ set }) => !isEmptySet(set));
  if (!force && conflicts.length > 0) throw applyConflict(conflicts);

  const lost = unionSets(changed, changes.removed);
  const remaining = others.map((entry) => ({ ...entry, fields: subtractSets(entry.fields, lost) }));
  const isSame = last !== undefined && equalSets(last.fields, fields) && equalJson(live, object);
  const own: ManagerEntry = { ...actor, time: isSame ? last.time : actor.time, fields };
  return { object, managers: [...remaining, own] };
}

/** What the manager set last time and nobody sets now. */
function removeAbandoned(
  merged: JsonObject,
  last: FieldSet,
  owned: readonly FieldSet[],
  schema: TypeSchema,
): JsonObject {
  const named = (set: FieldSet): FieldSet => withNamedFields(set, schema);
  const everything = named(collectFields(merged, schema));
  const without = removeFields(merged, named(last), schema);
  const left = named(collectFields(without ?? {}, schema));
  // What others own stays, and so does what nobody owned through an apply.
  const ownedNow = owned.reduce((sum, set) => unionSets(sum, named(set)), emptySet);
  const pruned = removeFields(merged, subtractSets(everything, unionSets(left, ownedNow)), schema);
  const prunedFields = named(collectFields(pruned ?? {}, schema));
  const gone = intersectSets(subtractSets(everything, prunedFields), named(last));
  const result = removeFields(merged, gone, schema);
  return isObject(result) ? result : {};
}

function applyConflict(
  conflicts: readonly { readonly entry: ManagerEntry; readonly set: FieldSet }[],
): ApiFailure {
  const causes = conflicts.flatMap(({ entry, set }) =>
    pathsOf(set).map((path) => {
      const by = `conflict with ${JSON.stringify(entry.manager)}`;
      const detail =
        entry.operation === "Update"
          ? `${entry.subresource === "" ? "" : ` with subresource ${JSON.stringify(entry.subresource)}`} using ${entry.apiVersion}`
          : "";
      return { reason: "FieldManagerConflict", message: by + detail, field: pathText(path) };
    }),
  );
  const count = causes.length;
  const byManager = Map.groupBy(causes, ({ message }) => message);
  const text =
    count === 1
      ? `Apply failed with 1 conflict: ${causes[0]?.message}: ${causes[0]?.field}`
      : `Apply failed with ${count} conflicts: ${[...byManager]
          .map(
            ([message, some]) =>
              `${message.replace(/^conflict/, "conflicts")}:\n${some.map(({ field }) => `- ${field}`).join("\n")}`,
          )
          .join("\n")}`;
  return new ApiFailure({ code: 409, reason: "Conflict", message: text, details: { causes } });
}
