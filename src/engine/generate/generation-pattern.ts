import { labelSelectorSchema } from "#api/schema/metadata.ts";
import type { LabelSelector } from "#api/schema/metadata.ts";
import { decode } from "#api/schema/decode.ts";
import type { Generation } from "#api/kyverno/generate.ts";

import type { QueryContext } from "../context/query-context.ts";
import { QueryError } from "../errors.ts";
import { plainNumbers } from "../mutate/plain-numbers.ts";
import { isList, isObject, own } from "../values/json.ts";
import type { Json, JsonObject } from "../values/json.ts";
import { compileTemplate } from "../variables/template.ts";
import type { ObjectReference } from "./clone-sources.ts";

/** What a generate block or an entry of its foreach says to make, with its variables resolved. */
export interface GenerationPattern {
  readonly target: ObjectReference;
  readonly content:
    | { readonly kind: "data"; readonly data: JsonObject }
    | { readonly kind: "clone"; readonly namespace: string; readonly name: string }
    | {
        readonly kind: "cloneList";
        readonly namespace: string;
        readonly kinds: readonly string[];
        readonly selector?: LabelSelector;
      };
}

/** Resolves the variables. Throws a `QueryError`, `BudgetExceeded` or a `Suspension`. */
export type PatternRenderer = (context: QueryContext) => GenerationPattern;

type PatternBlock = Pick<
  Generation,
  "apiVersion" | "kind" | "namespace" | "name" | "data" | "clone" | "cloneList"
>;

/** Compiles what a block says to make. */
export function compilePattern(block: PatternBlock): PatternRenderer {
  const { apiVersion = "", kind = "", namespace = "", name = "", data, clone, cloneList } = block;
  const document: Record<string, unknown> = { apiVersion, kind, namespace, name };
  if (data !== undefined) document["data"] = data;
  if (clone !== undefined) document["clone"] = clone;
  if (cloneList !== undefined) document["cloneList"] = cloneList;
  const template = compileTemplate(document as JsonObject);
  return (context) => {
    const rendered = template.render(context);
    return patternOf(isObject(rendered) ? rendered : {});
  };
}

function patternOf(rendered: JsonObject): GenerationPattern {
  const target: ObjectReference = {
    apiVersion: textOf(rendered, "apiVersion"),
    kind: textOf(rendered, "kind"),
    namespace: textOf(rendered, "namespace"),
    name: textOf(rendered, "name"),
  };
  const clone = own(rendered, "clone");
  if (isObject(clone) && textOf(clone, "name") !== "") {
    const content = {
      kind: "clone",
      namespace: textOf(clone, "namespace"),
      name: textOf(clone, "name"),
    } as const;
    return { target, content };
  }
  const cloneList = own(rendered, "cloneList");
  const kinds = isObject(cloneList) ? textsOf(cloneList, "kinds") : [];
  if (isObject(cloneList) && kinds.length > 0) {
    const selector = own(cloneList, "selector");
    const content = {
      kind: "cloneList",
      namespace: textOf(cloneList, "namespace"),
      kinds,
      ...(selector === undefined || selector === null ? {} : { selector: readSelector(selector) }),
    } as const;
    return { target, content };
  }
  return { target, content: { kind: "data", data: dataOf(own(rendered, "data") ?? null) } };
}

function dataOf(value: Json): JsonObject {
  if (value === null) return {};
  const data = plainNumbers(value);
  if (isObject(data)) return data;
  throw new QueryError("type", "generate.data is not an object");
}

function textOf(object: JsonObject, field: string): string {
  const value = own(object, field);
  if (value === undefined || value === null) return "";
  if (typeof value === "string") return value;
  throw new QueryError("type", `generate.${field} is not a string`);
}

function textsOf(object: JsonObject, field: string): readonly string[] {
  const value = own(object, field);
  if (!isList(value)) return [];
  return value.map((item) => {
    if (typeof item === "string") return item;
    throw new QueryError("type", `generate.cloneList.${field} is not a list of strings`);
  });
}

function readSelector(value: Json): LabelSelector {
  const decoded = decode<LabelSelector>(labelSelectorSchema, value);
  if (decoded.ok) return decoded.value;
  throw new QueryError("type", "generate.cloneList.selector is no label selector");
}
