import type { QueryContext, Template } from "../context/query-context.ts";
import { QueryError } from "../errors.ts";
import { isList, isObject } from "../values/json.ts";
import type { Json, JsonObject, NumberMode } from "../values/json.ts";
import { memberPath } from "./document-path.ts";
import { mentionsReferences, resolveReferences } from "./references.ts";
import { compileText, renderText } from "./text-template.ts";
import type { TextPlace } from "./text-template.ts";

export interface TemplateOptions {
  /** Where the document stands in what is substituted as a whole; messages show it and `{{@}}` depends on it. */
  readonly path?: string;
}

/**
 * Compiles a document with `{{ }}` variables and `$( )` references. Never throws: what is wrong with the document is
 * thrown by `render`.
 *
 * A text that is one variable takes its value and kind; elsewhere values become text, which is searched for variables
 * again. References are resolved before variables, against the document itself.
 */
export function compileTemplate(document: Json, options: TemplateOptions = {}): Template {
  const place: TextPlace = { path: options.path ?? "", insertions: 0 };
  if (nestsTooDeep(document, 0)) return failing(place);
  return mentionsReferences(document)
    ? compileWithReferences(document, place)
    : compileVariables(document, place);
}

/** Documents come from policies; deeper ones are no honest policy. */
const maxDepth = 200;

function nestsTooDeep(node: Json, depth: number): boolean {
  if (isList(node)) return depth > maxDepth || node.some((item) => nestsTooDeep(item, depth + 1));
  if (!isObject(node)) return false;
  return depth > maxDepth || Object.values(node).some((value) => nestsTooDeep(value, depth + 1));
}

function failing(place: TextPlace): Template {
  return {
    constant: false,
    render: () => {
      throw new QueryError("failed", `nested deeper than ${maxDepth} levels at path ${place.path}`);
    },
  };
}

/** References to numbers read differently by number mode, so there is one template for each mode that occurs. */
function compileWithReferences(document: Json, place: TextPlace): Template {
  const templates = new Map<NumberMode, Template>();
  return {
    constant: false,
    render: (context) => {
      const { numbers } = context.environment;
      let template = templates.get(numbers);
      if (template === undefined) {
        template = compileVariables(resolveReferences(document, numbers), place);
        templates.set(numbers, template);
      }
      return template.render(context);
    },
  };
}

function compileVariables(document: Json, place: TextPlace): Template {
  const node = compileNode(document, place);
  if (node === undefined) return { constant: true, render: () => document };
  return { constant: false, render: node };
}

type Render = (context: QueryContext) => Json;

/** How a node is rendered; undefined where it is constant and stands for itself. */
function compileNode(node: Json, place: TextPlace): Render | undefined {
  if (typeof node === "string") return compileLeaf(node, place);
  if (isList(node)) return compileList(node, place);
  return isObject(node) ? compileObject(node, place) : undefined;
}

function compileLeaf(text: string, place: TextPlace): Render | undefined {
  const template = compileText(text);
  if (template.kind === "constant") return template.text === text ? undefined : () => template.text;
  return (context) => {
    const { value, final } = renderText(template, context, place);
    // A text is final; what stands inside of a list or an object is substituted in its turn.
    return final || typeof value === "string" ? value : renderInserted(value, context, place);
  };
}

function compileList(list: readonly Json[], place: TextPlace): Render | undefined {
  const items = list.map((item, index) => compileNode(item, { ...place, path: `${place.path}/${index}` }));
  if (items.every((item) => item === undefined)) return undefined;
  return (context) => {
    context.environment.budget.step(list.length);
    return list.map((item, index) => {
      const render = items[index];
      return render === undefined ? item : render(context);
    });
  };
}

interface Entry {
  readonly key: string;
  readonly value: Json;
  readonly renderKey: Render | undefined;
  readonly renderValue: Render | undefined;
}

function compileObject(object: JsonObject, place: TextPlace): Render | undefined {
  const entries = Object.entries(object).map(([key, value]): Entry => ({
    key,
    value,
    renderKey: compileLeaf(key, place),
    renderValue: compileNode(value, { ...place, path: memberPath(place.path, key) }),
  }));
  if (entries.every((entry) => entry.renderKey === undefined && entry.renderValue === undefined)) {
    return undefined;
  }
  return (context) => {
    context.environment.budget.step(entries.length);
    return Object.fromEntries(
      entries.map(({ key, value, renderKey, renderValue }) => [
        renderKey === undefined ? key : keyText(key, renderKey(context)),
        renderValue === undefined ? value : renderValue(context),
      ]),
    );
  };
}

function keyText(key: string, rendered: Json): string {
  if (typeof rendered === "string") return rendered;
  if (rendered === null) return key;
  throw new QueryError("type", `expected string after substituting variables in key "${key}"`);
}

/** A value may contain variables that give values with variables; no policy needs more levels than this. */
const maxInsertions = 16;

/** A list or object that came from a variable: its own texts are substituted as well. */
function renderInserted(value: Json, context: QueryContext, place: TextPlace): Json {
  if (!mentionsVariables(value, context, 0)) return value;
  if (place.insertions >= maxInsertions) {
    throw new QueryError(
      "failed",
      `variables at path ${place.path} give values with variables more than ${maxInsertions} levels deep`,
    );
  }
  const render = compileNode(value, { ...place, insertions: place.insertions + 1 });
  return render === undefined ? value : render(context);
}

function mentionsVariables(value: Json, context: QueryContext, depth: number): boolean {
  const { budget } = context.environment;
  budget.step();
  if (typeof value === "string") return value.includes("{{");
  if (value === null || typeof value !== "object") return false;
  budget.enter(depth);
  if (isList(value)) return value.some((item) => mentionsVariables(item, context, depth + 1));
  return (
    isObject(value) &&
    Object.entries(value).some(
      ([key, item]) => key.includes("{{") || mentionsVariables(item, context, depth + 1),
    )
  );
}
