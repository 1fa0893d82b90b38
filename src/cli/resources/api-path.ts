/** What a path of the Kubernetes API names: all objects of a type (in a namespace), or one of them. */
export interface ApiPath {
  /** Empty for the core group. */
  readonly group: string;
  readonly version: string;
  /** Plural. */
  readonly resource: string;
  readonly namespace?: string;
  readonly name?: string;
}

/**
 * Reads `/api/v1/…` and `/apis/GROUP/VERSION/…`. Undefined for anything else, subresources and, as with Kyverno's command
 * line, the Namespace object itself (`/api/v1/namespaces/NAME`).
 */
export function parseApiPath(path: string): ApiPath | undefined {
  const segments = path.replace(/^\//, "").split("/");
  if (segments.some((segment) => segment === "")) return undefined;
  const [root, ...rest] = segments;
  const group = root === "api" ? "" : root === "apis" ? rest.shift() : undefined;
  const version = rest.shift();
  if (group === undefined || version === undefined) return undefined;
  const namespaced = rest[0] === "namespaces" && rest.length > 1;
  const [namespace, resource, name, more] = namespaced ? rest.slice(1) : [undefined, ...rest];
  if (resource === undefined || more !== undefined) return undefined;
  return {
    group,
    version,
    resource,
    ...(namespace === undefined ? {} : { namespace }),
    ...(name === undefined ? {} : { name }),
  };
}
