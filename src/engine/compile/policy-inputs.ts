import type { MatchResources } from "#api/kyverno/match.ts";
import type { PolicySpec } from "#api/kyverno/policy-spec.ts";
import type { Rule } from "#api/kyverno/rule.ts";

import { contextEntriesOf } from "./context-entries-of.ts";
import { expressionUse } from "./expressions.ts";

/** What, besides the object itself, the verdicts of some rules depend on. */
export interface PolicyInputs {
  readonly usesNamespaceLabels: boolean;
  readonly readsStatus: boolean;
  readonly literalConfigMaps: readonly { readonly namespace: string; readonly name: string }[];
  readonly globalEntries: readonly string[];
  readonly needsRescan: boolean;
  /** Kinds of objects that parameterize `validate.cel`. */
  readonly paramKinds: readonly { readonly apiVersion?: string; readonly kind?: string }[];
}

type MatchConditions = NonNullable<NonNullable<PolicySpec["webhookConfiguration"]>["matchConditions"]>;

/** Works out the inputs of the rules that a scan evaluates. Where it is not certain, it says that there is one. */
export function policyInputs(
  rules: readonly Rule[],
  policyNamespace: string | undefined,
  matchConditions: MatchConditions = [],
): PolicyInputs {
  const entries = rules.flatMap(contextEntriesOf);
  const uses = rules.map(({ match: _match, exclude: _exclude, name: _name, ...rest }) => expressionUse(rest));
  const maps = entries.flatMap(({ configMap }) => (configMap === undefined ? [] : [configMap]));
  const literal = maps.filter(({ name, namespace }) => isLiteral(name) && isLiteral(namespace ?? ""));
  const references = entries.flatMap(({ globalReference }) => globalReference?.name ?? []);
  const waits = entries.some(
    ({ apiCall, imageRegistry }) => apiCall !== undefined || imageRegistry !== undefined,
  );
  const readsNamespace = rules.some(celReadsNamespace);
  return {
    usesNamespaceLabels: readsNamespace || rules.some((rule) => selectsNamespaces(rule)),
    readsStatus:
      uses.some((use) => use.readsStatus) || rules.some(celReadsStatus) || mayReadStatus(matchConditions),
    literalConfigMaps: unique(
      literal.map(({ name, namespace }) => ({
        namespace: namespace === undefined || namespace === "" ? (policyNamespace ?? "default") : namespace,
        name,
      })),
    ),
    globalEntries: [...new Set(references.filter(isLiteral).map(globalName))],
    paramKinds: rules.flatMap(({ validate }) => validate?.cel?.paramKind ?? []),
    needsRescan:
      waits ||
      readsNamespace ||
      literal.length < maps.length ||
      !references.every(isLiteral) ||
      uses.some((use) => use.usesTimeOrRandom) ||
      rules.some((rule) => (rule.verifyImages ?? []).length > 0),
  };
}

/** `entry`, or `entry.projection`. */
function globalName(reference: string): string {
  const [entry = "", projection = ""] = reference.split(".");
  return projection === "" ? entry : `${entry}.${projection}`;
}

function isLiteral(text: string): boolean {
  return !text.includes("{{") && !text.includes("$(");
}

function unique<T extends { readonly namespace: string; readonly name: string }>(items: readonly T[]): T[] {
  return [...new Map(items.map((item) => [`${item.namespace}/${item.name}`, item])).values()];
}

function selectsNamespaces(rule: Rule): boolean {
  return [rule.match, rule.exclude].some(
    (block) =>
      block !== undefined &&
      filtersIn(block).some((filter) => filter.resources?.namespaceSelector !== undefined),
  );
}

function filtersIn(block: MatchResources) {
  return [block, ...(block.any ?? []), ...(block.all ?? [])];
}

/** CEL sees the whole object through `object`; anything but one of its fields by name may be its status. */
function celReadsStatus(rule: Rule): boolean {
  if (rule.validate?.cel === undefined) return false;
  return mayReadStatus([rule.validate.cel, rule.celPreconditions ?? []]);
}

function mayReadStatus(expressions: unknown): boolean {
  const text = JSON.stringify(expressions);
  return text.includes("status") || /\b(?:object|oldObject)\b(?!\.[A-Za-z_])/.test(text);
}

/** CEL sees the Namespace itself. Its labels are watched; what else it reads of it only a rescan finds. */
function celReadsNamespace(rule: Rule): boolean {
  if (rule.validate?.cel === undefined) return false;
  const text = JSON.stringify([rule.validate.cel, rule.celPreconditions ?? []]);
  return /\bnamespaceObject\b(?!\.metadata\.name\b)/.test(text);
}
