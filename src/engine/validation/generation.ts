import type { Generation } from "#api/kyverno/generate.ts";
import type { Rule } from "#api/kyverno/rule.ts";

import { reportForeignAnchors } from "./pattern.ts";
import { isFilled, isSet } from "./report.ts";
import type { Report } from "./report.ts";

/** What the problems of a generate rule depend on besides the rule. */
export interface GenerationPlace {
  /** Absent for a ClusterPolicy. */
  readonly policyNamespace: string | undefined;
  readonly clusterKinds: ReadonlySet<string> | undefined;
}

type Pattern = Omit<Generation, "foreach">;

/** Reports what is wrong with the body of a generate rule. */
export function reportGeneration(rule: Rule, path: string, place: GenerationPlace, report: Report): void {
  const { generate } = rule;
  if (generate === undefined || !isFilled(generate)) return;
  const at = `${path}.generate`;
  const { data, clone, cloneList, foreach } = generate;
  const sources = [data, isFilled(clone) ? clone : undefined, cloneList?.kinds, foreach].filter(isSet);
  if (sources.length > 1) {
    report(at, "only one of generate patterns(data, clone, cloneList and foreach) can be specified");
    return;
  }
  if ((rule.match.resources?.kinds ?? []).includes(generate.kind ?? "")) {
    report(at, "generation kind and match resource kind should not be the same");
  }
  reportForeignAnchors(data, `${at}.data`, report);
  if (foreach === undefined) reportTarget(generate, at, place, report);
  for (const [index, entry] of (foreach ?? []).entries()) {
    reportTarget(entry, `${at}.foreach[${index}]`, place, report);
  }
}

function reportTarget(pattern: Pattern, path: string, place: GenerationPlace, report: Report): void {
  if (place.policyNamespace !== undefined) reportOwnNamespace(pattern, path, place, report);
  const kinds = pattern.cloneList?.kinds ?? [];
  if (kinds.length > 0) {
    reportCloneList(pattern.cloneList ?? {}, path, place, report);
    return;
  }
  for (const field of ["kind", "name", "apiVersion"] as const) {
    if ((pattern[field] ?? "") === "") report(`${path}.${field}`, `${field} can not be empty`);
  }
  if (place.clusterKinds === undefined || (pattern.kind ?? "") === "") return;
  const namespace = pattern.namespace ?? "";
  const isClusterWide = place.clusterKinds.has(`${pattern.apiVersion ?? ""}/${pattern.kind ?? ""}`);
  if (isClusterWide && namespace !== "") {
    report(`${path}.namespace`, "target namespace must not be set for a cluster-wide resource");
  }
  if (!isClusterWide && namespace === "") {
    report(`${path}.namespace`, "target namespace must be set for a namespaced resource");
  }
}

/** A namespaced policy takes from its own namespace and puts there. */
function reportOwnNamespace(
  { apiVersion = "", kind = "", namespace = "", clone }: Pattern,
  path: string,
  { policyNamespace = "", clusterKinds }: GenerationPlace,
  report: Report,
): void {
  const mismatch = (text: string) => report(`${path}.namespace`, `target resource scope mismatched: ${text}`);
  if (clusterKinds?.has(`${apiVersion}/${kind}`) === true) {
    mismatch(`the target must be a namespaced resource: ${apiVersion}/${kind}`);
  } else if (namespace !== policyNamespace) {
    mismatch(
      `a namespaced policy cannot generate resources in other namespaces, expected: ${policyNamespace}, received: ${namespace}`,
    );
  } else if ((clone?.name ?? "") !== "" && clone?.namespace !== policyNamespace) {
    mismatch(
      `a namespaced policy cannot clone resources from other namespaces, expected: ${policyNamespace}, received: ${clone?.namespace ?? ""}`,
    );
  }
}

function reportCloneList(
  { kinds = [], namespace = "", selector }: NonNullable<Pattern["cloneList"]>,
  path: string,
  { policyNamespace, clusterKinds }: GenerationPlace,
  report: Report,
): void {
  const at = `${path}.cloneList`;
  if (/[*?]/.test(JSON.stringify(selector ?? {}))) {
    report(`${at}.selector`, "wildcard characters `*/?` not supported");
  }
  if (policyNamespace !== undefined && namespace !== policyNamespace) {
    report(
      `${at}.namespace`,
      `a namespaced policy cannot clone resources from other namespace, expected: ${policyNamespace}, received: ${namespace}`,
    );
  }
  if (clusterKinds === undefined) return;
  const clusterWide = kinds.filter((kind) => clusterKinds.has(kind));
  if (policyNamespace !== undefined) {
    for (const kind of clusterWide) {
      report(`${at}.kinds`, `the source in cloneList must be a namespaced resource: ${kind}`);
    }
  }
  if (clusterWide.length > 0 && clusterWide.length < kinds.length) {
    report(`${at}.kinds`, "mixed scope of target resources is forbidden");
  }
  if (clusterWide.length < kinds.length && namespace === "") {
    report(`${at}.namespace`, "namespace is required for namespaced target resources");
  }
  if (clusterWide.length === kinds.length && policyNamespace === undefined && namespace !== "") {
    report(`${at}.namespace`, "namespace is forbidden for cluster-wide target resources");
  }
}
