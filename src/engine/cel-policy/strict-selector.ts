import type { LabelSelector } from "#api/schema/metadata.ts";

import { compileLabelSelector } from "../match/label-selector.ts";
import type { LabelPredicate } from "../match/label-selector.ts";
import { hasWildcard } from "../values/wildcard.ts";

/** A label selector as Kubernetes reads it: without wildcards. */
export type StrictSelector =
  | { readonly kind: "selector"; readonly matches: LabelPredicate }
  | { readonly kind: "problem"; readonly problem: string };

const operators: ReadonlySet<string> = new Set(["In", "NotIn", "Exists", "DoesNotExist"]);

/** Compiles a selector; one that Kubernetes would refuse gives the reason. */
export function compileStrictSelector(selector: LabelSelector): StrictSelector {
  for (const [key, value] of Object.entries(selector.matchLabels ?? {})) {
    if (hasWildcard(key) || hasWildcard(value)) {
      return { kind: "problem", problem: `"${key}: ${value}" is no label: wildcards are not allowed here` };
    }
  }
  for (const { operator } of selector.matchExpressions ?? []) {
    if (!operators.has(operator)) {
      return { kind: "problem", problem: `"${operator}" is not a valid label selector operator` };
    }
  }
  return { kind: "selector", matches: compileLabelSelector(selector) };
}
