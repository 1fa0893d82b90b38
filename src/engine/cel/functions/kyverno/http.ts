import { isObject, own } from "../../../values/json.ts";
import type { Json, JsonObject } from "../../../values/json.ts";
import { CelError } from "../../values/cel-error.ts";
import type { CelValue } from "../../values/cel-value.ts";
import { jsonOf } from "../../values/json-of.ts";
import { mapEntries } from "../../values/map-access.ts";
import type { MapValue } from "../../values/map-access.ts";
import { withDoubles } from "../double-numbers.ts";
import type { CallContext, Library, Overload } from "../function-spec.ts";
import { Opaque } from "../kubernetes/opaque.ts";

const source = "Kyverno, http library";
const clientType = "http.Context";

/** Certificates that answers must be signed by; empty for those of the system. */
type Client = Opaque<string>;

const noHeaders: MapValue = {};

function client(caBundle: string): Client {
  if (caBundle !== "" && !/-----BEGIN CERTIFICATE-----[\s\S]+-----END CERTIFICATE-----/.test(caBundle)) {
    throw new CelError("request failed: failed to parse PEM CA bundle for APICall");
  }
  return new Opaque(clientType, caBundle, (left, right) => left === right);
}

function call(
  method: "GET" | "POST",
  url: string,
  headers: MapValue,
  caBundle: string,
  context: CallContext,
  body?: Json,
): CelValue {
  if (context.scope?.policyNamespace !== undefined) {
    throw new CelError(
      "http calls are not allowed in namespaced policies: set --allowHTTPInNamespacedPolicies to enable",
    );
  }
  const answer = context.ask({
    kind: "service",
    method,
    url,
    headers: headersOf(headers),
    wholeResponse: true,
    ...(caBundle === "" ? {} : { caBundle }),
    ...(body === undefined ? {} : { body }),
  });
  if (answer.kind === "unavailable") throw new CelError("request failed: nothing here makes calls");
  if (answer.kind === "failed") throw new CelError(`request failed: request failed: ${answer.message}`);
  return withDoubles(responseOf(answer.value), context);
}

/** The body where it is an object, with the status in it; else both beside each other. */
const responses = new WeakMap<object, Json>();

function responseOf(answer: Json): Json {
  const whole: JsonObject = isObject(answer) ? answer : {};
  const known = responses.get(whole);
  if (known !== undefined) return known;
  const body = own(whole, "body") ?? null;
  const statusCode = own(whole, "statusCode") ?? 0;
  const response = isObject(body) ? { ...body, statusCode } : { body, statusCode };
  responses.set(whole, response);
  return response;
}

function headersOf(headers: MapValue): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Array.from(mapEntries(headers), ([name, value]): [string, string] => {
      if (typeof name === "string" && typeof value === "string") return [name, value];
      throw new CelError("request failed: headers are a map of strings");
    }),
  );
}

const get = ["Get", "get"].flatMap((name): readonly Overload[] => [
  {
    signature: `http.${name}(string): any`,
    call: (url: string, context: CallContext) => call("GET", url, noHeaders, "", context),
  },
  {
    signature: `http.${name}(string, map(string, string)): any`,
    call: (url: string, headers: MapValue, context: CallContext) => call("GET", url, headers, "", context),
  },
  {
    signature: `(${clientType}).${name}(string): any`,
    call: ({ value }: Client, url: string, context: CallContext) =>
      call("GET", url, noHeaders, value, context),
  },
  {
    signature: `(${clientType}).${name}(string, map(string, string)): any`,
    call: ({ value }: Client, url: string, headers: MapValue, context: CallContext) =>
      call("GET", url, headers, value, context),
  },
]);

const post = ["Post", "post"].flatMap((name): readonly Overload[] => [
  {
    signature: `http.${name}(string, any): any`,
    call: (url: string, data: CelValue, context: CallContext) =>
      call("POST", url, noHeaders, "", context, jsonOf(data)),
  },
  {
    signature: `http.${name}(string, any, map(string, string)): any`,
    call: (url: string, data: CelValue, headers: MapValue, context: CallContext) =>
      call("POST", url, headers, "", context, jsonOf(data)),
  },
  {
    signature: `(${clientType}).${name}(string, any): any`,
    call: ({ value }: Client, url: string, data: CelValue, context: CallContext) =>
      call("POST", url, noHeaders, value, context, jsonOf(data)),
  },
  {
    signature: `(${clientType}).${name}(string, any, map(string, string)): any`,
    call: ({ value }: Client, url: string, data: CelValue, headers: MapValue, context: CallContext) =>
      call("POST", url, headers, value, context, jsonOf(data)),
  },
]);

/** Calls of services, through the broker and its lists. */
export const httpLibrary: Library = {
  name: "http",
  functions: [
    {
      name: "http.Get",
      source,
      overloads: get,
      examples: [
        ["http.Get('https://shop.example/team').name", "'ada'"],
        ["http.get('https://shop.example/team', {'x-a': 'b'}).statusCode == 200", "true"],
        ["http.Get('https://shop.example/list').body[0]", "'a'"],
        ["http.Client('').Get('https://shop.example/team').name", "'ada'"],
        ["http.Get('http://127.0.0.1/')", { error: "request failed: request failed: not allowed" }],
      ],
    },
    {
      name: "http.Post",
      source,
      overloads: post,
      examples: [
        ["http.Post('https://shop.example/team', {'a': 1}).name", "'ada'"],
        ["http.post('http://127.0.0.1/', {})", { error: "request failed: request failed: not allowed" }],
      ],
    },
    {
      name: "http.Client",
      source,
      overloads: ["Client", "client"].map((name) => ({
        signature: `http.${name}(string): ${clientType}`,
        call: client,
      })),
      examples: [
        ["http.client('').get('https://shop.example/team').name", "'ada'"],
        ["http.Client('no PEM')", { error: "request failed: failed to parse PEM CA bundle for APICall" }],
      ],
    },
  ],
};
