import type { ValueReference } from "#api/broker/broker-request.ts";
import type { ContextApiCall } from "#api/kyverno/context.ts";

import { QueryError } from "../errors.ts";
import { isList, isObject, objectOf, own } from "../values/json.ts";
import type { Json, JsonObject } from "../values/json.ts";
import { compileTemplate } from "../variables/template.ts";
import type { ContextRequest } from "./context-source.ts";
import { applyPath, ask, renderPart, textOf } from "./outside.ts";
import type { Loader } from "./outside.ts";
import type { RuleContext } from "./rule-context.ts";

/**
 * Compiles an `apiCall` entry: a call to the API server or to a service. Its fields are substituted together, before
 * the call, so that one of them that fails keeps the call from being made. `default` stands in for a failed call only.
 */
export function compileApiCall(entry: string, call: ContextApiCall): Loader {
  const template = compileTemplate(callDocument(call));
  const hasDefault = call.default !== undefined && call.default !== null;
  const kind = call.service === undefined ? "apiCall" : "service";
  return (context) => {
    if (context.outside.source.serves?.(kind) === false) return undefined;
    const fields = fetching(() => renderPart(template, context, entry, call.urlPath ?? ""));
    const document = isObject(fields) ? fields : {};
    let data: Json | undefined;
    try {
      data = callOutside(context, requestOf(document, entry));
    } catch (error) {
      if (!(error instanceof QueryError)) throw error;
      if (hasDefault) return own(document, "default") ?? null;
      throw failedFetch(error);
    }
    const path = own(document, "jmesPath");
    return data === undefined || path === undefined
      ? data
      : applyPath(context, textOf(path, entry, "jmesPath"), data, entry);
  };
}

/** What an API server refuses is told with the path that was asked for. */
function callOutside(context: RuleContext, request: ContextRequest): Json | undefined {
  try {
    return ask(context, request);
  } catch (error) {
    if (!(error instanceof QueryError) || request.kind !== "apiCall") throw error;
    const message = `failed to ${request.method} resource with raw url: ${request.urlPath}: ${error.message}`;
    throw new QueryError(error.code, message);
  }
}

/** The fields that variables may stand in, as one document: messages name the place of a variable in it. */
function callDocument(call: ContextApiCall): Json {
  const { data, default: fallback, jmesPath, method, service, urlPath } = call;
  return objectOf(
    Object.entries({ data, default: fallback, jmesPath, method, service, urlPath }).flatMap(
      ([key, value]): [string, Json][] => (value === undefined || value === "" ? [] : [[key, value as Json]]),
    ),
  );
}

function fetching<T>(action: () => T): T {
  try {
    return action();
  } catch (error) {
    throw error instanceof QueryError ? failedFetch(error) : error;
  }
}

function failedFetch(error: QueryError): QueryError {
  return new QueryError(error.code, `failed to fetch data for APICall: ${error.message}`);
}

/** What a call asks for that has no variables, or none that are looked for. Throws a `QueryError`. */
export function requestOfCall(entry: string, call: ContextApiCall): ContextRequest {
  const document = callDocument(call);
  return requestOf(isObject(document) ? document : {}, entry);
}

function requestOf(call: JsonObject, entry: string): ContextRequest {
  const method = own(call, "method") === "POST" ? "POST" : "GET";
  const body = bodyOf(own(call, "data"), entry);
  const service = own(call, "service");
  if (!isObject(service)) {
    const urlPath = textOf(own(call, "urlPath") ?? "", entry, "urlPath");
    return { kind: "apiCall", method, urlPath, ...body };
  }
  const caBundle = textOf(own(service, "caBundle") ?? "", entry, "caBundle");
  const { headers, headersFrom } = headersOf(own(service, "headers"), entry);
  const caBundleFrom = referenceIn(own(service, "caBundleFrom"), entry, "caBundleFrom");
  return {
    kind: "service",
    method,
    url: textOf(own(service, "url"), entry, "url"),
    headers,
    ...(headersFrom.length === 0 ? {} : { headersFrom }),
    ...(caBundle === "" ? {} : { caBundle }),
    ...(caBundleFrom === undefined ? {} : { caBundleFrom }),
    ...body,
  };
}

/** The body of a POST: the pairs as one object. */
function bodyOf(data: Json | undefined, entry: string): { readonly body?: Json } {
  if (!isList(data) || data.length === 0) return {};
  return { body: objectOf(pairsOf(data, entry, "data")) };
}

interface CallHeaders {
  readonly headers: Readonly<Record<string, string>>;
  /** Those whose values are kept in a Secret or a ConfigMap. */
  readonly headersFrom: readonly (readonly [string, ValueReference])[];
}

function headersOf(list: Json | undefined, entry: string): CallHeaders {
  const headers: [string, string][] = [];
  const headersFrom: [string, ValueReference][] = [];
  for (const item of isList(list) ? list : []) {
    const header = isObject(item) ? item : {};
    const key = textOf(own(header, "key"), entry, "headers");
    const from = referenceIn(own(header, "valueFrom"), entry, "headers");
    if (from !== undefined) headersFrom.push([key, from]);
    else headers.push([key, textOf(own(header, "value") ?? "", entry, "headers")]);
  }
  return { headers: Object.fromEntries(headers), headersFrom };
}

/** Where a value is kept. Of two references that of a Secret counts, as in Kyverno. */
function referenceIn(source: Json | undefined, entry: string, what: string): ValueReference | undefined {
  if (!isObject(source)) return undefined;
  const secret = own(source, "secretKeyRef");
  const reference = isObject(secret) ? secret : own(source, "configMapKeyRef");
  if (!isObject(reference)) {
    throw new QueryError("failed", `${what} of context entry ${entry} refer to no Secret and no ConfigMap`);
  }
  const namespace = textOf(own(reference, "namespace") ?? "", entry, what);
  return {
    kind: isObject(secret) ? "Secret" : "ConfigMap",
    ...(namespace === "" ? {} : { namespace }),
    name: textOf(own(reference, "name"), entry, what),
    key: textOf(own(reference, "key"), entry, what),
  };
}

function pairsOf(list: readonly Json[], entry: string, what: string): [string, Json][] {
  return list.map((item) => {
    const pair = isObject(item) ? item : {};
    return [textOf(own(pair, "key"), entry, what), own(pair, "value") ?? null];
  });
}
