/** Policies by key, or all that apply. */
export type PolicyFilter = "all" | ReadonlySet<string>;

/** Namespaces that a pass lists; absent for the whole kind. */
export type NamespaceFilter = ReadonlySet<string> | undefined;

/** Objects to list again and policies to judge them by, because an input other than the object changed. */
export interface PassRequest {
  readonly policies: PolicyFilter;
  readonly namespaces: NamespaceFilter;
  /** For people and metrics: `policy`, `namespace labels`, `config map`, `schedule`, … */
  readonly reason: string;
}

/** Past this many namespaces one list of the whole kind is cheaper than one list each. */
const maxNamespaces = 50;

function joinPolicies(a: PolicyFilter, b: PolicyFilter): PolicyFilter {
  return a === "all" || b === "all" ? "all" : a.union(b);
}

function joinNamespaces(a: NamespaceFilter, b: NamespaceFilter): NamespaceFilter {
  if (a === undefined || b === undefined) return undefined;
  const both = a.union(b);
  return both.size > maxNamespaces ? undefined : both;
}

/**
 * One pass that does the work of both: it may judge more than either asked for, never less. A waiting pass takes a new
 * request in, so that a storm of edits costs one list and not many.
 */
export function joinPasses(waiting: PassRequest | undefined, request: PassRequest): PassRequest {
  if (waiting === undefined) {
    return { ...request, namespaces: joinNamespaces(request.namespaces, request.namespaces) };
  }
  return {
    policies: joinPolicies(waiting.policies, request.policies),
    namespaces: joinNamespaces(waiting.namespaces, request.namespaces),
    reason: waiting.reason === request.reason ? waiting.reason : "several",
  };
}
