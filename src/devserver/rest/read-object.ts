import { parse as parseYaml } from "yaml";
import { builtinType } from "../builtin/builtin-types.ts";
import { ApiFailure, badRequest, unsupportedMediaType } from "../errors/api-failure.ts";
import { isObject, textAt } from "../json/json.ts";
import type { Draft, JsonObject } from "../json/json.ts";
import { JsonError, parseJson } from "../json/parse-json.ts";
import { apiVersionText } from "../resources/served-resource.ts";
import type { ServedResource } from "../resources/served-resource.ts";
import { decodeBuiltin } from "../schema/decode-builtin.ts";
import { pruneUnknown } from "../schema/prune.ts";
import type { ApiRequest } from "./api-request.ts";

/** The body as an object: JSON or YAML. Throws a 400 or 415. */
export function readBody({ body, contentType }: Pick<ApiRequest, "body" | "contentType">): JsonObject {
  const type = contentType.split(";")[0]?.trim() ?? "";
  if (type !== "" && type !== "application/json" && !type.endsWith("yaml")) {
    throw unsupportedMediaType(["application/json", "application/yaml"]);
  }
  const value = type.endsWith("yaml") ? parseYamlText(body) : parseJsonText(body);
  if (!isObject(value)) throw badRequest("the body of the request is no object");
  return value;
}

export function parseJsonText(text: string): unknown {
  try {
    return parseJson(text);
  } catch (error) {
    if (error instanceof JsonError) throw badRequest(`couldn't read the body: ${error.message}`);
    throw error;
  }
}

/** JSON is YAML, and exact. */
export function parseYamlText(text: string): unknown {
  if (text.trimStart().startsWith("{")) {
    try {
      return parseJson(text);
    } catch {
      // Flow style is no JSON.
    }
  }
  try {
    return parseYaml(text, { maxAliasCount: 100 });
  } catch (error) {
    throw badRequest(`error decoding YAML: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/**
 * An object of this resource as the server reads it, in the version of the request. What the type does not know is
 * dropped, and refused or warned of as `fieldValidation` says. Throws a 400 where it is another kind's object.
 */
export function readObject(request: ApiRequest, value: JsonObject): Draft {
  const { served } = request;
  const apiVersion = apiVersionText(served);
  const given = { apiVersion: textAt(value, "apiVersion"), kind: textAt(value, "kind") };
  if (given.apiVersion !== "" && given.apiVersion !== apiVersion) {
    throw badRequest(
      `the API version in the data (${given.apiVersion}) does not match the expected API version (${apiVersion})`,
    );
  }
  if (given.kind !== "" && given.kind !== served.kind) {
    throw badRequest(
      `${given.kind} in version ${JSON.stringify(served.version)} cannot be handled as a ${served.kind}: the kind in the data does not match the expected kind`,
    );
  }
  const { object, unknown } = decode(served, value);
  reportUnknown(request, unknown);
  return { ...object, apiVersion, kind: served.kind };
}

function decode(
  served: ServedResource,
  value: JsonObject,
): { readonly object: Draft; readonly unknown: readonly string[] } {
  try {
    if (!served.isCustom) return decodeBuiltin(value, served.schema);
    const unknown: string[] = [];
    const { metadata, ...rest } = pruneUnknown(value, served.schema, unknown);
    const read = decodeBuiltin(isObject(metadata) ? metadata : {}, builtinType("meta.v1.ObjectMeta"));
    return { object: { ...rest, metadata: read.object }, unknown };
  } catch (error) {
    if (!(error instanceof ApiFailure) || error.code !== 400) throw error;
    throw badRequest(`${handledAs(served)}: ${error.message}`);
  }
}

function handledAs({ kind, version }: ServedResource): string {
  return `${kind} in version ${JSON.stringify(version)} cannot be handled as a ${kind}`;
}

function reportUnknown({ served, query, warnings }: ApiRequest, unknown: readonly string[]): void {
  const mode = query.get("fieldValidation") ?? "Warn";
  if (!["", "Ignore", "Warn", "Strict"].includes(mode)) {
    throw badRequest(`invalid fieldValidation ${JSON.stringify(mode)}: use Ignore, Warn or Strict`);
  }
  const texts = unknown.map((path) => `unknown field ${JSON.stringify(path)}`);
  if (texts.length === 0 || mode === "Ignore") return;
  if (mode === "Strict") throw badRequest(`${handledAs(served)}: strict decoding error: ${texts.join(", ")}`);
  warnings.push(...texts);
}
