import { formatValue } from "../values/go-format.ts";
import { isList, isObject } from "../values/json.ts";
import type { Json } from "../values/json.ts";
import { matchesWildcard } from "../values/wildcard.ts";
import type { ConditionOperator, OperatorEnvironment } from "./condition-operator.ts";
import { parseTextArray } from "./text-array.ts";

/** `In`, deprecated: all items of a list, by exact texts; a scalar with wildcards. */
export const isIn: ConditionOperator = (key, value, environment) => {
  if (isList(key)) {
    const found = findItems(key, value, environment);
    return found !== undefined && (found.isValue || found.missing === 0);
  }
  return isScalarIn(key, value, environment) === true;
};

/**
 * `NotIn`, deprecated: some item of a list is not in the value. A list of one item that is the value itself counts as
 * not in it, which is a defect of old that policies may rest upon.
 */
export const isNotIn: ConditionOperator = (key, value, environment) => {
  if (isList(key)) {
    const found = findItems(key, value, environment);
    return found !== undefined && (found.isValue || found.missing > 0);
  }
  return isScalarIn(key, value, environment) === false;
};

interface FoundItems {
  /** The value is a text, and the only item of the key. */
  readonly isValue: boolean;
  readonly missing: number;
}

function findItems(
  key: readonly Json[],
  value: Json,
  { numbers, budget }: OperatorEnvironment,
): FoundItems | undefined {
  const items = key.map((item) => formatValue(item, numbers, budget));
  if (items.length === 1 && items[0] === value) return { isValue: true, missing: 0 };
  const set = exactSet(value);
  if (set === undefined) return undefined;
  budget.step(items.length + set.size);
  return { isValue: false, missing: items.filter((item) => !set.has(item)).length };
}

/** Only lists of texts, and texts that hold one, are sets here. */
function exactSet(value: Json): ReadonlySet<string> | undefined {
  if (typeof value === "string") {
    const array = parseTextArray(value);
    return array.kind === "texts" ? new Set(array.texts) : undefined;
  }
  if (!isList(value)) return undefined;
  const texts = value.filter((item) => typeof item === "string");
  return texts.length === value.length ? new Set(texts) : undefined;
}

/** Undefined where key or value are of a kind that the operators do not take. */
function isScalarIn(key: Json, value: Json, { numbers, budget }: OperatorEnvironment): boolean | undefined {
  if (key === null || isObject(key)) return undefined;
  const text = formatValue(key, numbers, budget);
  if (isList(value)) {
    return value.some((member) => {
      const other = formatValue(member, numbers, budget);
      budget.step();
      return matchesWildcard(other, text) || matchesWildcard(text, other);
    });
  }
  if (typeof value !== "string") return undefined;
  if (matchesWildcard(value, text)) return true;
  const array = parseTextArray(value);
  return array.kind === "texts" ? array.texts.includes(text) : undefined;
}
