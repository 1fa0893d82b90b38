import type { LabelSelector, LabelSelectorRequirement } from "#api/schema/metadata.ts";

import { compileWildcard, hasWildcard } from "../values/wildcard.ts";

export type Labels = Readonly<Record<string, string>>;

/** True where the labels satisfy the selector. */
export type LabelPredicate = (labels: Labels) => boolean;

const never: LabelPredicate = () => false;
const nameText = /^[A-Za-z0-9](?:[-A-Za-z0-9_.]*[A-Za-z0-9])?$/;
const prefixText = /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*$/;

/**
 * Compiles a label selector. Keys and values of `matchLabels` may hold wildcards: such an entry stands for the first
 * label that fits both, and for an impossible one where none does. A selector that Kubernetes would refuse matches
 * nothing.
 */
export function compileLabelSelector(selector: LabelSelector): LabelPredicate {
  const predicates: LabelPredicate[] = [];
  for (const [key, value] of Object.entries(selector.matchLabels ?? {})) {
    predicates.push(compileLabel(key, value));
  }
  for (const requirement of selector.matchExpressions ?? []) predicates.push(compileRequirement(requirement));
  if (predicates.includes(never)) return never;
  return (labels) => predicates.every((holds) => holds(labels));
}

function compileLabel(key: string, value: string): LabelPredicate {
  if (!hasWildcard(key) && !hasWildcard(value)) {
    if (!isLabelKey(key) || !isLabelValue(value)) return never;
    return (labels) => labelOf(labels, key) === value;
  }
  const literalKey = withoutWildcards(key);
  const literalValue = withoutWildcards(value);
  const matchesKey = compileWildcard(key);
  const matchesValue = compileWildcard(value);
  const literal = isLabelKey(literalKey) && isLabelValue(literalValue);
  return (labels) => {
    for (const actual of Object.keys(labels)) {
      const text = labels[actual] ?? "";
      if (matchesKey(actual) && matchesValue(text)) {
        return isLabelKey(actual) && isLabelValue(text);
      }
    }
    return literal && labelOf(labels, literalKey) === literalValue;
  };
}

function withoutWildcards(text: string): string {
  return text.replaceAll(/[*?]/g, "0");
}

function compileRequirement(requirement: LabelSelectorRequirement): LabelPredicate {
  const { key } = requirement;
  const values = requirement.values ?? [];
  if (!isLabelKey(key)) return never;
  switch (requirement.operator) {
    case "In":
    case "NotIn": {
      if (values.length === 0 || !values.every(isLabelValue)) return never;
      const accepted = new Set(values);
      if (requirement.operator === "In") {
        return (labels) => {
          const actual = labelOf(labels, key);
          return actual !== undefined && accepted.has(actual);
        };
      }
      return (labels) => {
        const actual = labelOf(labels, key);
        return actual === undefined || !accepted.has(actual);
      };
    }
    case "Exists":
      return values.length > 0 ? never : (labels) => labelOf(labels, key) !== undefined;
    case "DoesNotExist":
      return values.length > 0 ? never : (labels) => labelOf(labels, key) === undefined;
    default:
      return never;
  }
}

function labelOf(labels: Labels, key: string): string | undefined {
  return Object.hasOwn(labels, key) ? labels[key] : undefined;
}

function isLabelKey(key: string): boolean {
  const slash = key.indexOf("/");
  const name = key.slice(slash + 1);
  if (name.length > 63 || !nameText.test(name)) return false;
  if (slash < 0) return true;
  const prefix = key.slice(0, slash);
  return prefix.length <= 253 && prefixText.test(prefix);
}

function isLabelValue(value: string): boolean {
  return value === "" || (value.length <= 63 && nameText.test(value));
}
