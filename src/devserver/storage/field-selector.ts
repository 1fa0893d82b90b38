import { badRequest } from "../errors/api-failure.ts";
import type { JsonObject } from "../json/json.ts";
import { textAt, valueAt } from "../json/json.ts";

export interface FieldRequirement {
  readonly path: readonly string[];
  readonly isEqual: boolean;
  readonly value: string;
}

/**
 * Reads `metadata.name=a,status.phase!=Running`. Only the fields of metadata and those that the kind declares can be
 * named; anything else is a 400, as on the API server.
 */
export function parseFieldSelector(
  text: string,
  {
    selectableFields,
    isCustom,
  }: { readonly selectableFields: readonly string[]; readonly isCustom: boolean },
): readonly FieldRequirement[] {
  const parts = text.split(/(?<!\\),/).filter((part) => part !== "");
  return parts.map((part) => {
    const match = /^([^=!]+)(==|=|!=)(.*)$/.exec(part);
    if (match === null) {
      throw badRequest(`invalid selector: ${JSON.stringify(text)}; can't understand ${JSON.stringify(part)}`);
    }
    const [, field = "", sign, value = ""] = match;
    if (field !== "metadata.name" && field !== "metadata.namespace" && !selectableFields.includes(field)) {
      throw badRequest(unknownField(field, selectableFields, isCustom));
    }
    return { path: field.split("."), isEqual: sign !== "!=", value: value.replace(/\\(.)/g, "$1") };
  });
}

function unknownField(field: string, known: readonly string[], isCustom: boolean): string {
  if (isCustom || known.length > 0) return `field label not supported: ${field}`;
  const names = '"metadata.name", "metadata.namespace"';
  return `${JSON.stringify(field)} is not a known field selector: only ${names}`;
}

/** True where the object meets every requirement; an absent field is the empty text. */
export function matchesFields(requirements: readonly FieldRequirement[], object: JsonObject): boolean {
  return requirements.every(({ path, isEqual, value }) => {
    return (fieldText(valueAt(object, ...path), path) === value) === isEqual;
  });
}

function fieldText(found: unknown, path: readonly string[]): string {
  switch (typeof found) {
    case "string":
      return found;
    case "number":
    case "boolean":
      return String(found);
    case "object":
      // The source of an event is its component.
      return textAt(found, "component");
    default:
      return emptyAt(path);
  }
}

/** Booleans and counts that are left out when zero. */
function emptyAt(path: readonly string[]): string {
  const last = path.at(-1);
  if (last === "unschedulable" || last === "hostNetwork") return "false";
  return last === "successful" || last === "replicas" ? "0" : "";
}
