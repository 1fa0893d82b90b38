import type { ContextApiCall, ContextEntry } from "#api/kyverno/context.ts";

import { QueryError } from "../errors.ts";
import type { Json, JsonObject } from "../values/json.ts";
import { isObject, objectOf, own } from "../values/json.ts";
import { compileTemplate } from "../variables/template.ts";
import { compileMention } from "./mention.ts";
import type { ContextRequest } from "./context-source.ts";
import { Suspension } from "./context-source.ts";
import type { Template } from "./query-context.ts";
import type { RuleContext } from "./rule-context.ts";
import { compileVariable } from "./variable-entry.ts";

/** One context entry, compiled. */
export interface CompiledEntry {
  readonly name: string;
  /** True where an object is laid over one of the same name; otherwise the value replaces what was there. */
  readonly merges: boolean;
  isMentionedIn(expression: string): boolean;
  /**
   * The value, or undefined where such entries are not served at all. Throws `QueryError`, `BudgetExceeded` or a
   * `Suspension`.
   */
  load(context: RuleContext): Json | undefined;
}

/** Compiles an entry. `policyNamespace` is absent for a cluster policy. */
export function compileContextEntry(entry: ContextEntry, policyNamespace: string | undefined): CompiledEntry {
  const { name } = entry;
  return {
    name,
    merges: entry.variable === undefined,
    isMentionedIn: compileMention(name),
    load: compileLoader(entry, policyNamespace),
  };
}

type Loader = (context: RuleContext) => Json | undefined;

function compileLoader(entry: ContextEntry, policyNamespace: string | undefined): Loader {
  if (entry.variable !== undefined) return compileVariable(entry.name, entry.variable);
  if (entry.configMap !== undefined) {
    return compileConfigMap(entry.name, entry.configMap, policyNamespace);
  }
  if (entry.apiCall !== undefined) return compileApiCall(entry.name, entry.apiCall);
  if (entry.globalReference !== undefined) {
    const { name, jmesPath } = entry.globalReference;
    return compileGlobalReference(entry.name, name, jmesPath);
  }
  if (entry.imageRegistry !== undefined) {
    const { reference, jmesPath } = entry.imageRegistry;
    return compileImageRegistry(entry.name, reference, jmesPath);
  }
  throw new QueryError("failed", `context entry ${entry.name} names no source`);
}

/** Asks the outside. Undefined where it does not serve such requests. */
function ask(context: RuleContext, request: ContextRequest): Json | undefined {
  const { source, scope } = context.outside;
  const answer = source.lookUp(request, scope);
  switch (answer.kind) {
    case "value":
      return answer.value;
    case "unavailable":
      return undefined;
    case "failed":
      throw new QueryError("failed", answer.message);
    case "pending":
      throw new Suspension([request]);
  }
}

function renderText(template: Template, context: RuleContext, entry: string, field: string): string {
  const value = renderIn(template, context, entry, field);
  if (typeof value === "string") return value;
  throw new QueryError("failed", `${field} of context entry ${entry} is not a string`);
}

function renderIn(template: Template, context: RuleContext, entry: string, field: string): Json {
  try {
    return template.render(context);
  } catch (error) {
    if (!(error instanceof QueryError)) throw error;
    throw new QueryError(
      error.code,
      `failed to substitute variables in context entry ${entry} ${field}: ${error.message}`,
    );
  }
}

function compileConfigMap(
  entry: string,
  reference: { readonly name: string; readonly namespace?: string },
  policyNamespace: string | undefined,
): Loader {
  const name = compileTemplate(reference.name);
  const namespace = compileTemplate(reference.namespace ?? "");
  return (context) => {
    const given = renderText(namespace, context, entry, "namespace");
    const target = given === "" ? (policyNamespace ?? "default") : given;
    const mapName = renderText(name, context, entry, "name");
    if (policyNamespace !== undefined && target !== policyNamespace) {
      throw new QueryError(
        "failed",
        `failed to retrieve config map for context entry ${entry}: a Policy may read ConfigMaps of its own namespace ${policyNamespace} only, not of ${target}`,
      );
    }
    const value = ask(context, { kind: "configMap", namespace: target, name: mapName });
    return value === undefined ? undefined : configMapData(value);
  };
}

function configMapData(value: Json): JsonObject {
  const map = isObject(value) ? value : {};
  return { data: own(map, "data") ?? null, metadata: own(map, "metadata") ?? null };
}

function compileApiCall(entry: string, call: ContextApiCall): Loader {
  const build = compileRequest(entry, call);
  const path = call.jmesPath === undefined ? undefined : compileTemplate(call.jmesPath);
  const fallback = call.default === undefined ? undefined : compileTemplate(call.default as Json);
  return (context) => {
    const request = build(context);
    let data: Json | undefined;
    try {
      data = ask(context, request);
    } catch (error) {
      if (!(error instanceof QueryError)) throw error;
      if (fallback !== undefined) return renderIn(fallback, context, entry, "default");
      throw new QueryError(error.code, `failed to fetch data for APICall: ${error.message}`);
    }
    if (data === undefined || path === undefined) return data;
    return applyPath(context, renderText(path, context, entry, "jmesPath"), data, entry);
  };
}

function compileRequest(entry: string, call: ContextApiCall): (context: RuleContext) => ContextRequest {
  const method = call.method ?? "GET";
  const urlPath = compileTemplate(call.urlPath ?? "");
  const data = (call.data ?? []).map(({ key, value }) => ({
    key: compileTemplate(key),
    value: compileTemplate((value ?? null) as Json),
  }));
  const bodyOf = (context: RuleContext) =>
    data.length === 0
      ? {}
      : {
          body: objectOf(
            data.map(({ key, value }) => [
              renderText(key, context, entry, "data"),
              renderIn(value, context, entry, "data"),
            ]),
          ),
        };
  const { service } = call;
  if (service === undefined) {
    return (context) => ({
      kind: "apiCall",
      method,
      urlPath: renderText(urlPath, context, entry, "urlPath"),
      ...bodyOf(context),
    });
  }
  const url = compileTemplate(service.url);
  const caBundle = compileTemplate(service.caBundle ?? "");
  const headers = (service.headers ?? []).map(({ key, value }) => ({ key, value: compileTemplate(value) }));
  return (context) => {
    const certificates = renderText(caBundle, context, entry, "caBundle");
    return {
      kind: "service",
      method,
      url: renderText(url, context, entry, "url"),
      headers: Object.fromEntries(
        headers.map(({ key, value }) => [key, renderText(value, context, entry, "headers")]),
      ),
      ...(certificates === "" ? {} : { caBundle: certificates }),
      ...bodyOf(context),
    };
  };
}

function applyPath(context: RuleContext, path: string, data: Json, entry: string): Json {
  try {
    return context.search(path, data);
  } catch (error) {
    if (!(error instanceof QueryError)) throw error;
    throw new QueryError(
      error.code,
      `failed to apply JMESPath ${path} for context entry ${entry}: ${error.message}`,
    );
  }
}

function compileGlobalReference(entry: string, reference: string, jmesPath: string | undefined): Loader {
  const name = compileTemplate(reference);
  const path = jmesPath === undefined ? undefined : compileTemplate(jmesPath);
  return (context) => {
    const value = ask(context, globalRequest(renderText(name, context, entry, "name")));
    if (value === undefined || path === undefined) return value;
    return applyPath(context, renderText(path, context, entry, "jmesPath"), value, entry);
  };
}

/** `entry` or `entry.projection`. */
function globalRequest(name: string): ContextRequest {
  const dot = name.indexOf(".");
  return dot < 0
    ? { kind: "globalReference", entry: name }
    : { kind: "globalReference", entry: name.slice(0, dot), projection: name.slice(dot + 1) };
}

function compileImageRegistry(entry: string, reference: string, jmesPath: string | undefined): Loader {
  const image = compileTemplate(reference);
  const path = jmesPath === undefined ? undefined : compileTemplate(jmesPath);
  return (context) => {
    const request: ContextRequest = {
      kind: "imageRegistry",
      reference: renderText(image, context, entry, "reference"),
    };
    const value = ask(context, request);
    if (value === undefined || path === undefined) return value;
    return applyPath(context, renderText(path, context, entry, "jmesPath"), value, entry);
  };
}
