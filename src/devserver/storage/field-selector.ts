import { badRequest } from "../errors/api-failure.ts";
import type { JsonObject } from "../json/json.ts";
import { valueAt } from "../json/json.ts";

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
    kind,
    version,
  }: { readonly selectableFields: readonly string[]; readonly kind: string; readonly version: string },
): readonly FieldRequirement[] {
  const parts = text.split(/(?<!\\),/).filter((part) => part !== "");
  return parts.map((part) => {
    const match = /^([^=!]+)(==|=|!=)(.*)$/.exec(part);
    if (match === null) {
      throw badRequest(`invalid selector: ${JSON.stringify(text)}; can't understand ${JSON.stringify(part)}`);
    }
    const [, field = "", sign, value = ""] = match;
    if (field !== "metadata.name" && field !== "metadata.namespace" && !selectableFields.includes(field)) {
      throw badRequest(
        `Unable to find ${JSON.stringify(version)} that match label selector "", field selector ${JSON.stringify(text)}: field label not supported: ${field}`.replace(
          JSON.stringify(version),
          `"${version}, Kind=${kind}"`,
        ),
      );
    }
    return { path: field.split("."), isEqual: sign !== "!=", value: value.replace(/\\(.)/g, "$1") };
  });
}

/** True where the object meets every requirement; an absent field is the empty text. */
export function matchesFields(requirements: readonly FieldRequirement[], object: JsonObject): boolean {
  return requirements.every(({ path, isEqual, value }) => {
    const found = valueAt(object, ...path);
    // The core form of an event's source is its component.
    const text =
      typeof found === "object" ? String(valueAt(found, "component") ?? "") : String(found ?? emptyAt(path));
    return (text === value) === isEqual;
  });
}

/** Booleans and counts that are left out when zero. */
function emptyAt(path: readonly string[]): string {
  const last = path.at(-1);
  if (last === "unschedulable" || last === "hostNetwork") return "false";
  return last === "successful" || last === "replicas" ? "0" : "";
}
