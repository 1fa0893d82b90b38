import { invalidField, requiredField, shownValue, unsupportedField } from "../errors/field-error.ts";
import type { FieldError } from "../errors/field-error.ts";
import { equalJson, isObject, listAt, mapAt, numberAt, textAt } from "../json/json.ts";
import type { JsonObject } from "../json/json.ts";
import { formatProblem, patternMatches } from "./value-formats.ts";
import type { TypeSchema } from "./type-schema.ts";

/**
 * Findings about a custom resource from its CRD's schema: types, required fields, values, and the list types. CEL rules
 * (`x-kubernetes-validations`) are not evaluated.
 */
export function validateSchema(object: JsonObject, schema: TypeSchema): readonly FieldError[] {
  const errors: FieldError[] = [];
  for (const [name, child] of schema.properties ?? []) {
    if (name === "metadata" || !Object.hasOwn(object, name)) continue;
    validate(object[name], child, name, errors);
  }
  if (schema.raw !== undefined) validateValue(object, schema.raw, "", errors);
  return errors;
}

function typeOf(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "array";
  if (JSON.isRawJSON(value)) return "integer";
  if (typeof value === "number") return Number.isInteger(value) ? "integer" : "number";
  return isObject(value) ? "object" : typeof value;
}

function wrongType(value: unknown, field: string, wanted: string): FieldError {
  const found = typeOf(value);
  return {
    reason: "FieldValueTypeInvalid",
    field,
    value: JSON.stringify(found),
    detail: `${field} in body must be of type ${wanted}: ${JSON.stringify(found)}`,
  };
}

function hasType(value: unknown, schema: TypeSchema): boolean {
  const found = typeOf(value);
  if (schema.intOrString === true) return found === "integer" || found === "string";
  if (schema.type === "any") return true;
  return found === schema.type || (schema.type === "number" && found === "integer");
}

function validate(value: unknown, schema: TypeSchema, field: string, errors: FieldError[]): void {
  if (value === null && schema.isNullable === true) return;
  if (!hasType(value, schema)) {
    errors.push(wrongType(value, field, schema.intOrString === true ? "integer,string" : schema.type));
    return;
  }
  if (schema.raw !== undefined) validateValue(value, schema.raw, field, errors);
  if (Array.isArray(value)) {
    if (schema.items !== undefined) {
      for (const [i, item] of value.entries()) validate(item, schema.items, `${field}[${i}]`, errors);
    }
    validateList(value, schema, field, errors);
  } else if (isObject(value)) {
    for (const name of Object.keys(value)) {
      const child = schema.properties?.get(name) ?? schema.values;
      if (child !== undefined) validate(value[name], child, `${field}.${name}`, errors);
    }
  }
}

/** Sets hold a value once, maps a key once. */
function validateList(
  list: readonly unknown[],
  schema: TypeSchema,
  field: string,
  errors: FieldError[],
): void {
  if (schema.listType === undefined) return;
  const keys = list.map((item) =>
    schema.listType === "set"
      ? JSON.stringify(item)
      : JSON.stringify((schema.listKeys ?? []).map((key) => (isObject(item) ? item[key] : undefined))),
  );
  const seen = new Set<string>();
  for (const [i, key] of keys.entries()) {
    if (seen.has(key)) {
      const value = schema.listType === "set" ? shownValue(list[i]) : keyText(list[i], schema.listKeys ?? []);
      errors.push({ reason: "FieldValueDuplicate", field: `${field}[${i}]`, value, detail: "" });
    }
    seen.add(key);
  }
}

function keyText(item: unknown, keys: readonly string[]): string {
  return JSON.stringify(Object.fromEntries(keys.map((key) => [key, isObject(item) ? item[key] : undefined])));
}

/** The value validations of one node: `required`, bounds, `enum`, and the logical combinations. */
function validateValue(value: unknown, raw: JsonObject, field: string, errors: FieldError[]): void {
  if (isObject(value)) validateFields(value, raw, field, errors);
  const allowed = listAt(raw, "enum");
  if (allowed.length > 0 && !allowed.some((one) => equalJson(one, value))) {
    errors.push(unsupportedField(field, value, allowed));
  }
  if (typeof value === "string") validateText(value, raw, field, errors);
  if (typeof value === "number") validateNumber(value, raw, field, errors);
  if (Array.isArray(value)) {
    const most = numberAt(raw, "maxItems");
    const least = numberAt(raw, "minItems");
    if (most !== undefined && value.length > most) {
      errors.push({
        reason: "FieldValueTooMany",
        field,
        value: String(value.length),
        detail: `must have at most ${most} items`,
      });
    }
    if (least !== undefined && value.length < least) {
      errors.push(invalidField(field, value.length, `${field} in body should have at least ${least} items`));
    }
  }
  validateCombinations(value, raw, field, errors);
}

function validateFields(value: JsonObject, raw: JsonObject, field: string, errors: FieldError[]): void {
  for (const name of listAt(raw, "required").map(String)) {
    if (!Object.hasOwn(value, name)) errors.push(requiredField(field === "" ? name : `${field}.${name}`));
  }
  const count = Object.keys(value).length;
  const most = numberAt(raw, "maxProperties");
  const least = numberAt(raw, "minProperties");
  if (most !== undefined && count > most) {
    errors.push({
      reason: "FieldValueTooMany",
      field,
      value: String(count),
      detail: `must have at most ${most} items`,
    });
  }
  if (least !== undefined && count < least) {
    errors.push(invalidField(field, value, `${field} in body should have at least ${least} properties`));
  }
}

function validateText(value: string, raw: JsonObject, field: string, errors: FieldError[]): void {
  const length = Array.from(value).length;
  const most = numberAt(raw, "maxLength");
  const least = numberAt(raw, "minLength");
  const pattern = textAt(raw, "pattern");
  if (most !== undefined && length > most) {
    errors.push({ reason: "FieldValueTooLong", field, detail: `may not be more than ${most} bytes` });
  }
  if (least !== undefined && length < least) {
    errors.push(invalidField(field, value, `${field} in body should be at least ${least} chars long`));
  }
  if (pattern !== "" && !patternMatches(pattern, value)) {
    errors.push(invalidField(field, value, `${field} in body should match '${pattern}'`));
  }
  const format = formatProblem(textAt(raw, "format"), value);
  if (format !== undefined) {
    errors.push(
      invalidField(field, value, `${field} in body must be of type ${format}: ${JSON.stringify(value)}`),
    );
  }
}

function validateNumber(value: number, raw: JsonObject, field: string, errors: FieldError[]): void {
  const most = numberAt(raw, "maximum");
  const least = numberAt(raw, "minimum");
  const aboveIsWrong = raw["exclusiveMaximum"] === true;
  const belowIsWrong = raw["exclusiveMinimum"] === true;
  if (most !== undefined && (aboveIsWrong ? value >= most : value > most)) {
    const bound = aboveIsWrong ? "less than" : "less than or equal to";
    errors.push(invalidField(field, value, `${field} in body should be ${bound} ${most}`));
  }
  if (least !== undefined && (belowIsWrong ? value <= least : value < least)) {
    const bound = belowIsWrong ? "greater than" : "greater than or equal to";
    errors.push(invalidField(field, value, `${field} in body should be ${bound} ${least}`));
  }
}

function isValidFor(value: unknown, raw: unknown, field: string): boolean {
  const found: FieldError[] = [];
  if (isObject(raw)) validateNested(value, raw, field, found);
  return found.length === 0;
}

/** A schema inside `anyOf` and the like: value validations of the node and of what it names below. */
function validateNested(value: unknown, raw: JsonObject, field: string, errors: FieldError[]): void {
  const type = textAt(raw, "type");
  if (type !== "" && !hasType(value, { type: type as TypeSchema["type"] })) {
    errors.push(wrongType(value, field, type));
    return;
  }
  validateValue(value, raw, field, errors);
  if (isObject(value)) {
    for (const [name, child] of Object.entries(mapAt(raw, "properties"))) {
      if (Object.hasOwn(value, name) && isObject(child)) {
        validateNested(value[name], child, field === "" ? name : `${field}.${name}`, errors);
      }
    }
  }
  const items = raw["items"];
  if (Array.isArray(value) && isObject(items)) {
    for (const [i, item] of value.entries()) validateNested(item, items, `${field}[${i}]`, errors);
  }
}

function validateCombinations(value: unknown, raw: JsonObject, field: string, errors: FieldError[]): void {
  const shown = field === "" ? "" : field;
  const anyOf = listAt(raw, "anyOf");
  if (anyOf.length > 0 && !anyOf.some((one) => isValidFor(value, one, field))) {
    errors.push(
      invalidField(shown, "", `${JSON.stringify(field)} must validate at least one schema (anyOf)`),
    );
    reportFirst(value, anyOf, field, errors);
  }
  const oneOf = listAt(raw, "oneOf");
  const matching = oneOf.filter((one) => isValidFor(value, one, field)).length;
  if (oneOf.length > 0 && matching !== 1) {
    const found = matching === 0 ? "Found none valid" : `Found ${matching} valid alternatives`;
    errors.push(
      invalidField(
        shown,
        "",
        `${JSON.stringify(field)} must validate one and only one schema (oneOf). ${found}`,
      ),
    );
    if (matching === 0) reportFirst(value, oneOf, field, errors);
  }
  for (const one of listAt(raw, "allOf")) if (isObject(one)) validateNested(value, one, field, errors);
  const not = raw["not"];
  if (isObject(not) && isValidFor(value, not, field)) {
    errors.push(invalidField(shown, "", `${JSON.stringify(field)} must not validate the schema (not)`));
  }
}

function reportFirst(value: unknown, schemas: readonly unknown[], field: string, errors: FieldError[]): void {
  const [first] = schemas;
  if (isObject(first)) validateNested(value, first, field, errors);
}
