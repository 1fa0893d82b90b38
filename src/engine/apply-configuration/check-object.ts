import type { Budget } from "../budget.ts";
import { Float, isList, isObject } from "../values/json.ts";
import type { Json, JsonObject } from "../values/json.ts";
import { elementKeyOf } from "./element-key.ts";
import { fieldTypeOf, nullOfExpression } from "./object-type.ts";
import type { ListType, MapType, ObjectType, ScalarKind } from "./object-type.ts";

export interface CheckOptions {
  readonly budget: Budget;
  /** Elements of lists may come up more than once, as they do in objects that exist. */
  readonly allowDuplicates: boolean;
}

/**
 * What keeps a value from being of a type, each problem with its path; none where it is. The texts are those of
 * Kubernetes' structured merge. Throws `BudgetExceeded`.
 */
export function checkObject(value: Json, type: ObjectType, options: CheckOptions): readonly string[] {
  const problems: string[] = [];
  check(value, type, { ...options, problems, path: "", depth: 0 });
  return problems;
}

interface Place extends CheckOptions {
  readonly problems: string[];
  readonly path: string;
  readonly depth: number;
}

function report({ path, problems }: Place, message: string): void {
  problems.push(path === "" ? message : `${path}: ${message}`);
}

function within(place: Place, step: string): Place {
  return { ...place, path: place.path + step, depth: place.depth + 1 };
}

/** Of several things that a value may be it is the one that it looks like; a null is any of them. */
function check(value: Json, type: ObjectType, place: Place): void {
  const { scalar, list, map } = type;
  place.budget.step();
  place.budget.enter(place.depth);
  if (value === null) return;
  if (value === nullOfExpression) {
    report(place, refusedNull(type));
    return;
  }
  if (list !== undefined && isList(value)) checkList(value, list, place);
  else if (map !== undefined && isObject(value)) checkMap(value, map, place);
  else if (scalar !== undefined && (isScalar(value) || map === undefined)) checkScalar(value, scalar, place);
  else if (map !== undefined) report(place, `expected map, got ${shown(value)}`);
  else if (list !== undefined) report(place, `expected list, got ${shown(value)}`);
}

/** The texts show what Kubernetes has in place of such a null. */
function refusedNull({ scalar, list, map }: ObjectType): string {
  if (map !== undefined) return "expected map, got &{0}";
  if (list !== undefined) return "expected list, got &{0}";
  if (scalar === "string") return "expected string, got &value.valueUnstructured{Value:0}";
  if (scalar === "numeric") return "expected numeric (int or float), got structpb.NullValue";
  return `expected ${scalar === "boolean" ? "boolean" : "any scalar"}, got &{0}`;
}

function isScalar(value: Json): boolean {
  return !isList(value) && !isObject(value);
}

function checkScalar(value: Json, scalar: ScalarKind, place: Place): void {
  const isNumber = typeof value === "number" || typeof value === "bigint" || value instanceof Float;
  switch (scalar) {
    case "string":
      if (typeof value !== "string") {
        report(place, `expected string, got &value.valueUnstructured{Value:${shown(value)}}`);
      }
      return;
    case "numeric":
      if (!isNumber) report(place, `expected numeric (int or float), got ${goTypeOf(value)}`);
      return;
    case "boolean":
      if (typeof value !== "boolean") report(place, `expected boolean, got ${shown(value)}`);
      return;
    case "any":
      if (!isScalar(value)) report(place, `expected any scalar, got ${shown(value)}`);
      return;
    default:
      scalar satisfies never;
  }
}

function checkList(value: readonly Json[], list: ListType, place: Place): void {
  const seen = new Set<string>();
  for (const [index, element] of value.entries()) {
    let step = `[${index}]`;
    if (list.relation !== "atomic") {
      const key = elementKeyOf(list, element);
      if (key.kind === "problem") {
        report(place, `element ${index}: ${key.message}`);
        return;
      }
      if (seen.has(key.identity) && !place.allowDuplicates) {
        report(place, `duplicate entries for key ${key.text}`);
      }
      seen.add(key.identity);
      step = key.text;
    }
    check(element, list.element(), within(place, step));
  }
}

function checkMap(value: JsonObject, map: MapType, place: Place): void {
  for (const [field, inner] of Object.entries(value)) {
    const type = fieldTypeOf(map, field);
    const inField = within(place, `.${field}`);
    if (type === undefined) {
      report(inField, "field not declared in schema");
      return;
    }
    check(inner, type(), inField);
  }
}

const maxShownLength = 200;

function shown(value: Json): string {
  const text = JSON.stringify(value, (_, inner: unknown) =>
    typeof inner === "bigint" ? String(inner) : inner,
  );
  return text.length > maxShownLength ? `${text.slice(0, maxShownLength)}…` : text;
}

function goTypeOf(value: Json): string {
  if (typeof value === "string") return "string";
  if (typeof value === "boolean") return "bool";
  return isList(value) ? "[]interface {}" : "map[string]interface {}";
}
