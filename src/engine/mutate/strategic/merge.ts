import type { Budget } from "../../budget.ts";
import { compareText } from "../../values/go-format.ts";
import { isList, isObject, own } from "../../values/json.ts";
import type { Json, JsonObject } from "../../values/json.ts";
import { setElement } from "./list-elements.ts";
import { mergeList } from "./merge-list.ts";
import { PatchError } from "../patch-error.ts";
import { nodeKind, wrongKind } from "./node-kind.ts";
import { fieldSchema, mergeSchemaOf } from "./merge-schema.ts";
import type { MergeSchema } from "./merge-schema.ts";
import { scalarText } from "./scalar-text.ts";

/** Merges one node; undefined stands for no node, on either side and as the result. */
export type MergeNodes = (base: Json | undefined, patch: Json | undefined) => Json | undefined;

const directiveKey = "$patch";

/**
 * A strategic merge of `patch` into `base` as kustomize's kyaml does it for Kyverno: objects merge, null deletes, lists
 * merge where the schema of the kind says so and are replaced elsewhere, `$patch` deletes or replaces. What the
 * patch does not name is the same value as before, and so is the whole where nothing changes; but lists that merge lose
 * elements without identity and repetitions everywhere. Throws `PatchError` where the patch
 * does not fit, `BudgetExceeded` past the limits.
 */
export function strategicMerge(base: JsonObject, patch: JsonObject, budget: Budget): JsonObject | undefined {
  const merged = new Merge(budget).node(base, patch, undefined, 0);
  return isObject(merged) ? merged : undefined;
}

class Merge {
  readonly #budget: Budget;

  constructor(budget: Budget) {
    this.#budget = budget;
  }

  node(
    base: Json | undefined,
    patch: Json | undefined,
    known: MergeSchema | undefined,
    depth: number,
  ): Json | undefined {
    this.#budget.step();
    this.#budget.enter(depth);
    const schema = known ?? schemaOf(base) ?? schemaOf(patch);
    if (patch === undefined) return this.#untouched(base, schema, depth);
    if (base === undefined || base === null) return this.#added(patch, schema, depth);
    if (patch === null) return undefined;
    if (isObject(base)) {
      if (!isObject(patch)) throw wrongKind("MappingNode", patch);
      return this.#object(base, patch, schema, depth);
    }
    if (isList(base)) {
      if (!isList(patch)) throw wrongKind("SequenceNode", patch);
      return this.#list(base, patch, schema, depth);
    }
    if (nodeKind(patch) !== "ScalarNode") throw wrongKind("ScalarNode", patch);
    // A text keeps its quotes: a number or boolean in its place becomes a text.
    return typeof base === "string" ? scalarText(patch) : patch;
  }

  /** A value that the patch does not name: all that happens is that lists that merge lose what has no identity. */
  #untouched(base: Json | undefined, schema: MergeSchema | undefined, depth: number): Json | undefined {
    if (base === undefined) return undefined;
    if (isList(base)) return schema?.mergeKeys === undefined ? base : this.#elements(base, [], schema, depth);
    if (!isObject(base)) return base;
    return withChanges(base, Object.keys(base), (key, value) =>
      this.node(value, undefined, fieldSchema(schema, key), depth + 1),
    );
  }

  /** A value that was not there: its own nulls and directives are carried out. */
  #added(patch: Json, schema: MergeSchema | undefined, depth: number): Json | undefined {
    if (isList(patch)) return this.#elements(patch, patch, schema, depth);
    if (!isObject(patch)) return patch ?? undefined;
    const directive = own(patch, directiveKey);
    if (directive === "delete") return undefined;
    const rest = isDirective(directive) ? without(patch, directiveKey) : patch;
    return this.#settledFields(rest, schema, depth);
  }

  /** A part of a value that was not there. */
  #settled(value: Json, known: MergeSchema | undefined, depth: number): Json | undefined {
    this.#budget.step();
    this.#budget.enter(depth);
    if (value === null) return undefined;
    const schema = known ?? schemaOf(value);
    if (isList(value)) return this.#list(value, value, schema, depth);
    if (!isObject(value)) return value;
    const directive = directiveOf(value);
    if (directive === "delete") return undefined;
    const rest = directive === undefined ? value : without(value, directiveKey);
    return this.#settledFields(rest, schema, depth);
  }

  #settledFields(object: JsonObject, schema: MergeSchema | undefined, depth: number): JsonObject {
    return withChanges(object, Object.keys(object), (key, value) =>
      value === undefined ? undefined : this.#settled(value, fieldSchema(schema, key), depth + 1),
    );
  }

  #object(
    base: JsonObject,
    patch: JsonObject,
    schema: MergeSchema | undefined,
    depth: number,
  ): JsonObject | undefined {
    const directive = directiveOf(patch);
    if (directive === "delete") return undefined;
    if (directive === "replace") {
      return this.#settledFields(without(patch, directiveKey), schema, depth);
    }
    const named = Object.keys(patch).filter((key) => directive === undefined || key !== directiveKey);
    return withChanges(base, [...new Set([...Object.keys(base), ...named])], (key, value) =>
      this.node(
        value,
        key === directiveKey && directive !== undefined ? undefined : own(patch, key),
        fieldSchema(schema, key),
        depth + 1,
      ),
    );
  }

  /** `base` and `patch` are the same list where one is added. */
  #list(
    base: readonly Json[],
    patch: readonly Json[],
    schema: MergeSchema | undefined,
    depth: number,
  ): readonly Json[] | undefined {
    if (schema?.mergeKeys === undefined) return patch;
    const directive = listDirectiveOf(patch);
    if (directive === "delete") return undefined;
    if (directive === undefined) return this.#elements(base, patch, schema, depth);
    const rest = setElement(patch, [directiveKey], [directive], undefined);
    const isAdded = base === patch || directive === "replace";
    return this.#elements(isAdded ? rest : base, rest, schema, depth);
  }

  #elements(
    base: readonly Json[],
    patch: readonly Json[],
    schema: MergeSchema | undefined,
    depth: number,
  ): readonly Json[] {
    if (schema?.mergeKeys === undefined) return patch;
    const { fields } = schema;
    const elements: MergeSchema | undefined = fields === undefined ? undefined : { fields };
    return mergeList(base, patch, schema.mergeKeys, {
      budget: this.#budget,
      merge: (before, after) =>
        base === patch && before !== undefined
          ? this.#settled(before, elements, depth + 1)
          : this.node(before, after, elements, depth + 1),
    });
  }
}

/** An object within one of unknown kind may say what it is itself. */
function schemaOf(value: Json | undefined): MergeSchema | undefined {
  if (!isObject(value)) return undefined;
  const apiVersion = own(value, "apiVersion");
  const kind = own(value, "kind");
  return typeof apiVersion === "string" && typeof kind === "string"
    ? mergeSchemaOf(apiVersion, kind)
    : undefined;
}

type Directive = "delete" | "replace" | "merge";

function isDirective(value: Json | undefined): value is Directive {
  return value === "delete" || value === "replace" || value === "merge";
}

function directiveOf(patch: JsonObject): Directive | undefined {
  const value = own(patch, directiveKey);
  if (value === undefined || isDirective(value)) return value;
  throw new PatchError(`unknown patch strategy '${typeof value === "string" ? value : ""}'`);
}

/** An element that is nothing but a directive speaks of its list; only the first with a directive is looked at. */
function listDirectiveOf(list: readonly Json[]): Directive | undefined {
  const first = list.find((item) => isObject(item) && Object.hasOwn(item, directiveKey));
  return isObject(first) && Object.keys(first).length === 1 ? directiveOf(first) : undefined;
}

function without(object: JsonObject, key: string): JsonObject {
  return Object.fromEntries(Object.entries(object).filter(([name]) => name !== key));
}

/**
 * The object with what `change` makes of the values under `keys`; undefined takes an entry away. Entries stay where they
 * are, new ones follow in the order of their names. The object itself where nothing changes.
 */
function withChanges(
  object: JsonObject,
  keys: readonly string[],
  change: (key: string, value: Json | undefined) => Json | undefined,
): JsonObject {
  const changes = new Map<string, Json | undefined>();
  for (const key of keys.toSorted(compareText)) {
    const before = own(object, key);
    const after = change(key, before);
    if (after !== before) changes.set(key, after);
  }
  if (changes.size === 0) return object;
  const kept = Object.entries(object).map(([key, value]) =>
    changes.has(key) ? ([key, changes.get(key)] as const) : ([key, value] as const),
  );
  const added = [...changes].filter(([key]) => !Object.hasOwn(object, key));
  return Object.fromEntries(
    [...kept, ...added].filter((entry): entry is [string, Json] => entry[1] !== undefined),
  );
}
