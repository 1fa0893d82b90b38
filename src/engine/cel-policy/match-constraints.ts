import type { MatchConstraints, NamedResourceRule } from "#api/policies/match-constraints.ts";
import type { LabelSelector } from "#api/schema/metadata.ts";

import type { CelSubject } from "./cel-subject.ts";
import { compileStrictSelector } from "./strict-selector.ts";
import type { StrictSelector } from "./strict-selector.ts";

/** Constraints that cannot be held against an object; the message is the reason. */
export class MatchError extends Error {
  override readonly name = "MatchError";
}

/** True where the constraints take the object. Throws a `MatchError` where they cannot be evaluated. */
export type ConstraintsTest = (subject: CelSubject) => boolean;

export interface ConstraintsOptions {
  /** `any`: the operations of `resourceRules` do not count, as where there is no request. Those of exclusions do. */
  readonly operations?: "declared" | "any";
}

/**
 * Compiles match constraints as Kyverno's matcher and the API server's admission plugins read them: namespace selector,
 * object selector, exclusions, rules. No constraints at all match nothing; no rules match everything.
 */
export function compileMatchConstraints(
  constraints: MatchConstraints | undefined,
  { operations = "declared" }: ConstraintsOptions = {},
): ConstraintsTest {
  if (constraints === undefined) return () => false;
  const inNamespace = compileNamespaceSelector(constraints.namespaceSelector);
  const selected = compileObjectSelector(constraints.objectSelector);
  const excludes = (constraints.excludeResourceRules ?? []).map((rule) =>
    compileResourceRule(rule, "declared"),
  );
  const rules = (constraints.resourceRules ?? []).map((rule) => compileResourceRule(rule, operations));
  return (subject) => {
    // A selector that cannot be read only counts where nothing else speaks against the object.
    const matchesNamespace = inNamespace(subject);
    const matchesLabels = selected(subject);
    if (matchesNamespace === false || matchesLabels === false) return false;
    if (excludes.some((matches) => matches(subject))) return false;
    if (rules.length > 0 && !rules.some((matches) => matches(subject))) return false;
    for (const outcome of [matchesNamespace, matchesLabels]) {
      if (typeof outcome === "object") throw new MatchError(outcome.problem);
    }
    return true;
  };
}

type SelectorOutcome = boolean | { readonly problem: string };
type SelectorTest = (subject: CelSubject) => SelectorOutcome;

function compileNamespaceSelector(selector: LabelSelector | undefined): SelectorTest {
  if (isEmpty(selector)) return () => true;
  const compiled = compileStrictSelector(selector);
  return (subject) => {
    const isNamespace = subject.gvk.group === "" && subject.gvk.kind === "Namespace";
    if (subject.namespace === "" && !isNamespace) return true;
    if (compiled.kind === "problem") return { problem: compiled.problem };
    return compiled.matches(isNamespace ? subject.labels : subject.namespaceLabels);
  };
}

function compileObjectSelector(selector: LabelSelector | undefined): SelectorTest {
  if (isEmpty(selector)) return () => true;
  const compiled: StrictSelector = compileStrictSelector(selector);
  if (compiled.kind === "problem") return () => ({ problem: compiled.problem });
  return ({ labels, oldLabels }) =>
    compiled.matches(labels) || (oldLabels !== undefined && compiled.matches(oldLabels));
}

function isEmpty(selector: LabelSelector | undefined): selector is undefined {
  if (selector === undefined) return true;
  const { matchLabels = {}, matchExpressions = [] } = selector;
  return Object.keys(matchLabels).length === 0 && matchExpressions.length === 0;
}

function compileResourceRule(
  rule: NamedResourceRule,
  operations: "declared" | "any",
): (subject: CelSubject) => boolean {
  const takesOperation = operations === "any" ? () => true : oneOf(rule.operations);
  const takesGroup = oneOf(rule.apiGroups);
  const takesVersion = oneOf(rule.apiVersions);
  const takesResource = (rule.resources ?? []).map(compileResource);
  const takesName = compileNames(rule.resourceNames ?? []);
  const { scope = "*" } = rule;
  return (subject) =>
    takesOperation(subject.operation) &&
    takesGroup(subject.gvk.group) &&
    takesVersion(subject.gvk.version) &&
    takesResource.some((matches) => matches(subject.resource, subject.subresource)) &&
    takesScope(scope, subject) &&
    takesName(subject);
}

/** Exact texts; `*` stands for all, and an empty list for none. */
function oneOf(list: readonly string[] = []): (value: string) => boolean {
  if (list.includes("*")) return () => true;
  const values = new Set(list);
  return (value) => values.has(value);
}

/** `pods`, `pods/log`, `pods/*`, `*`, `*` with any subresource. `pods/*` also takes plain pods, as in Kubernetes. */
function compileResource(text: string): (resource: string, subresource: string) => boolean {
  const slash = text.indexOf("/");
  const wanted = slash < 0 ? text : text.slice(0, slash);
  const sub = slash < 0 ? "" : text.slice(slash + 1);
  return (resource, subresource) =>
    (wanted === "*" || wanted === resource) && (sub === "*" || sub === subresource);
}

/** A Namespace counts as cluster-scoped. */
function takesScope(scope: string, { namespace, gvk }: CelSubject): boolean {
  if (scope === "*" || scope === "") return true;
  const isNamespaced = namespace !== "" && !(gvk.group === "" && gvk.kind === "Namespace");
  return scope === "Namespaced" ? isNamespaced : scope === "Cluster" && !isNamespaced;
}

function compileNames(names: readonly string[]): (subject: CelSubject) => boolean {
  if (names.length === 0) return () => true;
  const exact = new Set(names);
  return ({ name, generateName }) => {
    if (name !== "") return exact.has(name);
    return generateName !== "" && names.some((listed) => listed.startsWith(generateName));
  };
}
