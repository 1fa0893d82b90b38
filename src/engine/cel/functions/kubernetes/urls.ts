import { traversalCost } from "../../compile/sizes.ts";
import { CelError } from "../../values/cel-error.ts";
import type { CelValue } from "../../values/cel-value.ts";
import type { FunctionSpec, Library } from "../function-spec.ts";
import { Opaque } from "./opaque.ts";
import { readQuery, readUrl } from "./request-url.ts";
import type { RequestUrl } from "./request-url.ts";

const source = "Kubernetes, CEL URL library";

type UrlValue = Opaque<RequestUrl>;

function url(text: string): UrlValue {
  return new Opaque("kubernetes.URL", readUrl(text), (left, right) => left.text === right.text);
}

function isUrl(text: string): boolean {
  try {
    readUrl(text);
    return true;
  } catch (error) {
    if (!(error instanceof CelError)) throw error;
    return false;
  }
}

function part(
  name: string,
  result: string,
  read: (url: RequestUrl) => CelValue,
  example: string,
): FunctionSpec {
  return {
    name,
    source,
    overloads: [
      { signature: `(kubernetes.URL).${name}(): ${result}`, call: ({ value }: UrlValue) => read(value) },
    ],
    examples: [
      [`url('https://user@[::1]:80/a b?k=1&k=2').${name}()`, example],
      [`dyn(1).${name}()`, { error: `no such overload: ${name}(int)` }],
    ],
  };
}

/** URLs. */
export const urlLibrary: Library = {
  name: "url",
  functions: [
    {
      name: "url",
      source,
      overloads: [{ signature: "url(string): kubernetes.URL", call: url, cost: traversalCost }],
      examples: [
        ["url('/path') == url('/path')", "true"],
        [
          "url('path')",
          { error: 'URL parse error during conversion from string: parse "path": invalid URI for request' },
        ],
      ],
    },
    {
      name: "isURL",
      source,
      overloads: [{ signature: "isURL(string): bool", call: isUrl }],
      examples: [
        ["isURL('https://example.com:80/')", "true"],
        ["isURL('../relative')", "false"],
        ["isURL(dyn(1))", { error: "no such overload: isURL(int)" }],
      ],
    },
    part("getScheme", "string", ({ scheme }) => scheme, "'https'"),
    part("getHost", "string", ({ host }) => host, "'[::1]:80'"),
    part("getHostname", "string", ({ hostname }) => hostname, "'::1'"),
    part("getPort", "string", ({ port }) => port, "'80'"),
    part("getEscapedPath", "string", ({ escapedPath }) => escapedPath, "'/a%20b'"),
    part("getQuery", "map(string, list(string))", ({ query }) => readQuery(query), "{'k': ['1', '2']}"),
  ],
};
