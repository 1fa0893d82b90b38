/** A request to the API server that a policy asks for, taken apart. Its parts are plain: nothing in them is decoded again. */
export type ApiPath =
  | {
      readonly kind: "resource";
      /** Empty for the core group. */
      readonly group: string;
      readonly version: string;
      readonly resource: string;
      readonly namespace?: string;
      readonly name?: string;
      readonly subresource?: string;
      readonly query: Readonly<Record<string, string>>;
    }
  /** Discovery, version, health: `segments` of a path that is no resource. */
  | { readonly kind: "other"; readonly segments: readonly string[] };

export type ParsedApiPath =
  | { readonly ok: true; readonly path: ApiPath }
  | { readonly ok: false; readonly problem: string };

const maxLength = 2_048;

/** What names, kinds, groups and wildcards of metrics APIs are made of. No percent, no backslash, no space. */
const plainSegment = /^[A-Za-z0-9._:~*-]{1,253}$/;

/** Parameters that narrow what is read; all others (`watch`, `follow`, `container`, …) change what the request is. */
const knownParameters: ReadonlySet<string> = new Set([
  "labelSelector",
  "fieldSelector",
  "limit",
  "resourceVersion",
  "resourceVersionMatch",
]);

const bad = (problem: string): ParsedApiPath => ({ ok: false, problem });

/**
 * Takes `/api/v1/namespaces/x/pods?labelSelector=a=b` apart. Refused are relative and empty segments, escapes, fragments,
 * unknown parameters, and paths longer than an object of an object: one reading only, the one that is sent.
 */
export function parseApiPath(urlPath: string): ParsedApiPath {
  if (urlPath.length > maxLength) return bad(`is longer than ${maxLength} characters`);
  if (!urlPath.startsWith("/")) return bad("must begin with a slash");
  if (urlPath.includes("#")) return bad("must not have a fragment");
  const mark = urlPath.indexOf("?");
  const path = mark < 0 ? urlPath : urlPath.slice(0, mark);
  const query = parseQuery(mark < 0 ? "" : urlPath.slice(mark + 1));
  if (typeof query === "string") return bad(query);
  // One slash at the end is how people write lists.
  const segments = path.replace(/\/$/, "").split("/").slice(1);
  for (const segment of segments) {
    if (segment === "" || segment === "." || segment === "..")
      return bad("must not have empty or dot segments");
    if (!plainSegment.test(segment))
      return bad(`has a segment ${JSON.stringify(segment)} that is no plain name`);
  }
  return pathOf(segments, query);
}

function parseQuery(text: string): Readonly<Record<string, string>> | string {
  const entries = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(text)) {
    if (!knownParameters.has(name))
      return `has a parameter ${JSON.stringify(name)}, which policies may not set`;
    if (entries.has(name)) return `has the parameter ${name} twice`;
    entries.set(name, value);
  }
  return Object.fromEntries(entries);
}

function pathOf(segments: readonly string[], query: Readonly<Record<string, string>>): ParsedApiPath {
  const [root] = segments;
  const [group, version, rest] =
    root === "apis" ? [segments[1], segments[2], segments.slice(3)] : ["", segments[1], segments.slice(2)];
  const isResource = (root === "api" || root === "apis") && rest.length > 0;
  if (!isResource || group === undefined || version === undefined) {
    return Object.keys(query).length === 0
      ? { ok: true, path: { kind: "other", segments } }
      : bad("has parameters, which only resources take");
  }
  const [first, second, third] = rest;
  // The oldest form of a watch: it does not end.
  if (first === "watch" || first === "proxy") return bad(`begins with ${first}, which is closed to policies`);
  // `namespaces/x` is the Namespace itself, and so are its own subresources; else it says where the resource is.
  const isNamespaceItself =
    group === "" && (third === undefined || third === "status" || third === "finalize");
  const isInNamespace =
    first === "namespaces" && second !== undefined && !(isNamespaceItself && rest.length <= 3);
  const [resource, name, subresource, ...deeper] = isInNamespace ? rest.slice(2) : rest;
  if (resource === undefined) return bad("names a namespace but no resource in it");
  if (deeper.length > 0) return bad("goes deeper than a subresource");
  return {
    ok: true,
    path: {
      kind: "resource",
      group,
      version,
      resource,
      ...(isInNamespace ? { namespace: second } : {}),
      ...(name === undefined ? {} : { name }),
      ...(subresource === undefined ? {} : { subresource }),
      query,
    },
  };
}

/** The path as it is sent, without its query. */
export function showApiPath(path: ApiPath): string {
  if (path.kind === "other") return `/${path.segments.join("/")}`;
  const { group, version, namespace, resource, name, subresource } = path;
  return [
    group === "" ? `/api/${version}` : `/apis/${group}/${version}`,
    ...(namespace === undefined ? [] : [`namespaces/${namespace}`]),
    resource,
    ...(name === undefined ? [] : [name]),
    ...(subresource === undefined ? [] : [subresource]),
  ].join("/");
}
