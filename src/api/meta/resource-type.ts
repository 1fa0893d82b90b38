/** A kind as the API server serves it: one row of discovery. */
export interface ResourceType {
  /** Empty for the core group. */
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  /** Plural, as in paths: `deployments`. */
  readonly resource: string;
  readonly namespaced: boolean;
  readonly verbs: readonly string[];
  /** True in the first version, in the API server's order of preference, that serves this kind of the group. */
  readonly preferred: boolean;
}

/** `group/version`, or `version` for the core group. */
export function apiVersionOf(type: { readonly group: string; readonly version: string }): string {
  return type.group === "" ? type.version : `${type.group}/${type.version}`;
}

/** Splits an `apiVersion`; the core group is empty. */
export function splitApiVersion(apiVersion: string): { readonly group: string; readonly version: string } {
  const slash = apiVersion.indexOf("/");
  return slash < 0
    ? { group: "", version: apiVersion }
    : { group: apiVersion.slice(0, slash), version: apiVersion.slice(slash + 1) };
}

/** One text per served kind, for maps and metric labels: `apps/v1/deployments`, `v1/pods`. */
export function resourceTypeKey(type: ResourceType): string {
  return `${apiVersionOf(type)}/${type.resource}`;
}
