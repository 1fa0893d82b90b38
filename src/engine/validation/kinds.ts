import type { Rule } from "#api/kyverno/rule.ts";

import { parseKindSelector } from "../match/kind-selector.ts";
import { allFilters, countingFilters } from "./filters.ts";
import { isFilled, isSet } from "./report.ts";
import type { Report } from "./report.ts";

const metadataOnly =
  "policy can only deal with the metadata field of the resource if the rule does not match any kind";
const kindsNeeded =
  "at least one element must be specified in a kind block, the kind attribute is mandatory when working with the resources element";

/** Reports kinds that a rule may not have: none at all, wildcards where the rule cannot take them, subresources. */
export function reportKinds(rule: Rule, path: string, background: boolean, report: Report): void {
  const filters = [
    ...allFilters(rule.match, `${path}.match`),
    ...allFilters(rule.exclude ?? {}, `${path}.exclude`),
  ];
  for (const [{ resources }, at] of filters) {
    const kinds = resources?.kinds ?? [];
    reportWildcard(rule, kinds, `${at}.kinds`, background, report);
    if (background && isFilled(rule.validate)) reportSubresources(kinds, `${at}.kinds`, report);
  }
  for (const [filter, at] of countingFilters(rule.match, `${path}.match`)) {
    if ((filter.resources?.kinds ?? []).length > 0 || !isFilled(filter.resources)) continue;
    report(at, dealsWithMetadataOnly(rule) ? kindsNeeded : metadataOnly);
  }
}

function reportWildcard(
  rule: Rule,
  kinds: readonly string[],
  path: string,
  background: boolean,
  report: Report,
): void {
  if (!kinds.includes("*")) return;
  if (background) {
    report(
      path,
      "wildcard policy not allowed in background mode. Set spec.background=false to disable background mode for this policy rule",
    );
  }
  if (kinds.length > 1) report(path, "wildcard policy can not deal with more than one kind");
  const { validate } = rule;
  if (isFilled(rule.generate) || isFilled(rule.verifyImages) || validate?.foreach !== undefined) {
    report(path, "wildcard policy does not support rule type");
  } else if (
    !dealsWithMetadataOnly(rule) ||
    (validate?.deny !== undefined && !asksMetadataOnly(validate.deny.conditions))
  ) {
    report(path, metadataOnly);
  }
}

function reportSubresources(kinds: readonly string[], path: string, report: Report): void {
  for (const [index, kind] of kinds.entries()) {
    const { subresource } = parseKindSelector(kind);
    // A capital makes it a kind without its version, which is unknown rather than a subresource.
    if (subresource === "" || subresource !== subresource.toLowerCase()) continue;
    report(`${path}[${index}]`, `background scan enabled with subresource ${kind}`);
  }
}

/** True for a rule whose patterns and patches name nothing outside of `metadata`. */
function dealsWithMetadataOnly({ validate, mutate }: Rule): boolean {
  const anyPattern = validate?.anyPattern;
  const patterns = [
    validate?.pattern,
    ...(Array.isArray(anyPattern) ? (anyPattern as readonly unknown[]) : []),
    mutate?.patchStrategicMerge,
  ];
  const paths = [...(mutate?.patchesJson6902 ?? "").matchAll(/"?\bpath"?\s*:\s*["']?(\S+)/g)];
  return (
    patterns.every((pattern) => !isSet(pattern) || Object.keys(pattern as object).every(isMetadata)) &&
    paths.every((found) => (found[1] ?? "").startsWith("/metadata"))
  );
}

function isMetadata(key: string): boolean {
  return key === "metadata";
}

const requestFields = /\{\{\s*(?:request\.|serviceAccountName|serviceAccountNamespace)[^{}]*\}\}/;

/** Only the old form of conditions, a plain list, is looked at. */
function asksMetadataOnly(conditions: unknown): boolean {
  if (!Array.isArray(conditions)) return true;
  return (conditions as readonly unknown[]).every((condition) => {
    const key =
      typeof condition === "object" && condition !== null && "key" in condition ? condition.key : "";
    if (typeof key !== "string") return true;
    return (
      key.includes("request.object.metadata.") ||
      (requestFields.test(key) && !key.includes("request.object.spec"))
    );
  });
}
