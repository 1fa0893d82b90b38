import type { CelEnvironment } from "../cel/compile/environment.ts";
import type { CelProgram } from "../cel/program.ts";
import { scalarText } from "../cel/functions/value-text.ts";
import { CelError } from "../cel/values/cel-error.ts";
import { typeNameOf } from "../cel/values/cel-value.ts";
import { jsonOf } from "../cel/values/json-of.ts";
import type { CelSession } from "../cel-policy/cel-session.ts";
import { CelCompileError, compileExpression } from "../cel-policy/compile-expression.ts";
import { QueryError } from "../errors.ts";
import { decodeJson } from "../jmespath/json-decode.ts";
import { yamlDocumentsToJson } from "../jmespath/yaml-to-json.ts";
import { isList, isObject, objectOf } from "../values/json.ts";
import type { Json, JsonObject } from "../values/json.ts";
import { PlaceholderError, splitPlaceholders } from "./placeholders.ts";

/** Objects of a template: given, or rendered with the expressions in it. */
export interface CompiledTemplate {
  /** Throws a `CelError` that says which document and field cannot be rendered, and a `Suspension`. */
  render(session: CelSession): readonly JsonObject[];
}

export interface TemplateOptions {
  /** False for a template without expressions: its text is its content. */
  readonly interpolates: boolean;
  readonly environment: CelEnvironment;
  /** The field of the policy, for messages. */
  readonly field: string;
}

/** Compiles the YAML of one or more objects. Throws a `CelCompileError`. */
export function compileTemplate(text: string, options: TemplateOptions): CompiledTemplate {
  const documents = readDocuments(text, options.field);
  if (!options.interpolates) return { render: () => documents };
  const rendered = documents.map((document, index) => ({
    render: compileNode(document, "", options),
    place: `failed to render generation template: document ${index + 1}`,
  }));
  return {
    render: (session) =>
      rendered.map(({ render, place }) => {
        const object = within(place, () => render(session));
        if (isObject(object)) return object;
        throw new CelError(`${place}: the document is no object`);
      }),
  };
}

function readDocuments(text: string, field: string): readonly JsonObject[] {
  const documents = decode(text, field).filter((document) => document !== null);
  if (documents.length === 0) throw new CelCompileError(field, "the template has no document");
  return documents.map((document, index) => {
    if (isObject(document)) return document;
    throw new CelCompileError(field, `document ${index + 1}: the document is no mapping`);
  });
}

function decode(text: string, field: string): readonly Json[] {
  try {
    return yamlDocumentsToJson(text).map((json) => {
      const decoded = decodeJson(json);
      if (decoded.kind === "value") return decoded.value;
      throw new CelCompileError(field, decoded.message);
    });
  } catch (error) {
    throw error instanceof QueryError ? new CelCompileError(field, error.message) : error;
  }
}

type Render = (session: CelSession) => Json;

function compileNode(node: Json, path: string, options: TemplateOptions): Render {
  if (typeof node === "string") return compileText(node, path, options);
  if (isList(node)) {
    const items = node.map((item, index) => compileNode(item, `${path}[${index}]`, options));
    return (session) => items.map((item) => item(session));
  }
  if (!isObject(node)) return () => node;
  const entries = Object.entries(node).map(([key, value]) => {
    const place = path === "" ? key : `${path}.${key}`;
    if (partsOf(key, place, options)?.some(({ kind }) => kind === "placeholder") === true) {
      throw new CelCompileError(options.field, `field ${JSON.stringify(place)}: a key holds a placeholder`);
    }
    return [key, compileNode(value, place, options)] as const;
  });
  return (session) => objectOf(entries.map(([key, value]): [string, Json] => [key, value(session)]));
}

function partsOf(
  text: string,
  path: string,
  { field }: TemplateOptions,
): ReturnType<typeof splitPlaceholders> {
  try {
    return splitPlaceholders(text);
  } catch (error) {
    if (!(error instanceof PlaceholderError)) throw error;
    throw new CelCompileError(field, `field ${JSON.stringify(path)}: ${error.message}`);
  }
}

/** A text that is one placeholder becomes its value, whatever that is; others have scalars put into them. */
function compileText(text: string, path: string, options: TemplateOptions): Render {
  const parts = partsOf(text.trim().startsWith("((") ? text.trim() : text, path, options);
  if (parts === undefined) return () => text;
  const compiled = parts.map((part) =>
    part.kind === "text" ? part.text : compilePlaceholder(part.expression, path, options),
  );
  const [only] = compiled;
  if (compiled.length === 1 && typeof only === "object") {
    return (session) => jsonOf(only.evaluate(session));
  }
  return (session) =>
    compiled.map((part) => (typeof part === "string" ? part : part.embed(session))).join("");
}

function compilePlaceholder(expression: string, path: string, { environment, field }: TemplateOptions) {
  const program: CelProgram = compileExpression(
    expression,
    environment,
    `${field}: field ${JSON.stringify(path)}`,
  );
  const what = `field ${JSON.stringify(path)}: failed to evaluate placeholder ${JSON.stringify(expression)}`;
  const evaluate = (session: CelSession) => {
    const result = session.evaluate(program);
    if (result.kind === "value") return result.value;
    throw new CelError(`${what}: ${result.message}`);
  };
  const embed = (session: CelSession): string => {
    const value = evaluate(session);
    try {
      return scalarText(value);
    } catch (error) {
      if (!(error instanceof CelError)) throw error;
      throw new CelError(
        `field ${JSON.stringify(path)}: placeholder ${JSON.stringify(expression)} embedded in a string must evaluate to a scalar, got ${typeNameOf(value)}; make it the whole value of the field, or a string`,
      );
    }
  };
  return { evaluate, embed };
}

function within(place: string, action: () => Json): Json {
  try {
    return action();
  } catch (error) {
    throw error instanceof CelError ? new CelError(`${place}: ${error.message}`) : error;
  }
}
