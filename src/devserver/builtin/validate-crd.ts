import { invalidField, requiredField, unsupportedField } from "../errors/field-error.ts";
import type { FieldError } from "../errors/field-error.ts";
import { isObject, listAt, textAt, valueAt } from "../json/json.ts";
import type { JsonObject } from "../json/json.ts";

/** Findings about a CustomResourceDefinition: names, scope, versions and that each version has a structural schema. */
export function customResourceDefinitionErrors(object: JsonObject): readonly FieldError[] {
  const group = textAt(object, "spec", "group");
  const plural = textAt(object, "spec", "names", "plural");
  const name = textAt(object, "metadata", "name");
  const scope = textAt(object, "spec", "scope");
  const versions = listAt(object, "spec", "versions");
  const stored = versions.filter((version) => isObject(version) && version["storage"] === true).length;
  const strategy = textAt(object, "spec", "conversion", "strategy");
  return [
    ...(name === `${plural}.${group}`
      ? []
      : [invalidField("metadata.name", name, `must be spec.names.plural+"."+spec.group`)]),
    ...(group === "" ? [requiredField("spec.group")] : []),
    ...(plural === "" ? [requiredField("spec.names.plural")] : []),
    ...(textAt(object, "spec", "names", "kind") === "" ? [requiredField("spec.names.kind")] : []),
    ...(scope === "Namespaced" || scope === "Cluster"
      ? []
      : [unsupportedField("spec.scope", scope, ["Cluster", "Namespaced"])]),
    ...(strategy === "None" || strategy === ""
      ? []
      : [unsupportedField("spec.conversion.strategy", strategy, ["None"])]),
    ...(stored === 1
      ? []
      : [
          invalidField(
            "spec.versions",
            versions.map((version) => textAt(version, "name")),
            "must have exactly one version marked as storage version",
          ),
        ]),
    ...versions.flatMap((version, i) => versionErrors(version, `spec.versions[${i}]`)),
  ];
}

function versionErrors(version: unknown, field: string): readonly FieldError[] {
  const schema = valueAt(version, "schema", "openAPIV3Schema");
  const path = `${field}.schema.openAPIV3Schema`;
  if (!isObject(schema)) return [requiredField(path, "schemas are required")];
  if (schema["x-kubernetes-preserve-unknown-fields"] === true && schema["type"] === undefined) return [];
  return schema["type"] === "object"
    ? structuralErrors(schema, path, 0)
    : [invalidField(`${path}.type`, schema["type"] ?? "", "must be object at the root")];
}

const maxDepth = 200;

/** A structural schema says the type of every value, outside of `anyOf` and the like. */
function structuralErrors(schema: JsonObject, field: string, depth: number): readonly FieldError[] {
  if (depth > maxDepth) return [invalidField(field, "", "nested too deeply")];
  const isFree =
    schema["x-kubernetes-preserve-unknown-fields"] === true || schema["x-kubernetes-int-or-string"] === true;
  const children: (readonly [string, unknown])[] = [
    ...Object.entries(isObject(schema["properties"]) ? schema["properties"] : {}).map(
      ([name, child]) => [`${field}.properties[${name}]`, child] as const,
    ),
    [`${field}.items`, schema["items"]],
    [`${field}.additionalProperties`, schema["additionalProperties"]],
  ];
  return [
    ...(textAt(schema, "type") === "" && !isFree
      ? [requiredField(`${field}.type`, "must not be empty for specified object fields")]
      : []),
    ...(schema["type"] === "array" && !isObject(schema["items"])
      ? [requiredField(`${field}.items`, "must be specified")]
      : []),
    ...children.flatMap(([path, child]) => (isObject(child) ? structuralErrors(child, path, depth + 1) : [])),
  ];
}
