import type { ScanFlags } from "./scan-flags.ts";

/** The flags of `explain` as they were typed; those of inputs are those of a scan. */
export interface ExplainFlags extends Pick<
  ScanFlags,
  | "resource"
  | "targetResource"
  | "parameterResource"
  | "crdPaths"
  | "contextFile"
  | "cluster"
  | "kubeconfig"
  | "context"
  | "namespace"
  | "valuesFile"
  | "set"
  | "userinfo"
  | "exception"
  | "exceptionsWithinResources"
  | "exceptionsWithinPolicies"
  | "detailedResults"
  | "removeColor"
> {
  readonly policy?: readonly string[];
  readonly rule?: string;
  readonly outputFormat?: string;
}
