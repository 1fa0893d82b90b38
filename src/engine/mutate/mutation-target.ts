import type { MutateTarget } from "#api/kyverno/mutate.ts";
import { labelSelectorSchema } from "#api/schema/metadata.ts";
import type { LabelSelector } from "#api/schema/metadata.ts";
import { decode } from "#api/schema/decode.ts";

import { compileConditionBlock } from "../compile/condition-block.ts";
import { compileContextEntry } from "../context/context-entry.ts";
import type { CompiledEntry } from "../context/context-entry.ts";
import type { PermissionScope } from "../context/context-source.ts";
import type { RuleContext } from "../context/rule-context.ts";
import { QueryError } from "../errors.ts";
import { parseKindSelector } from "../match/kind-selector.ts";
import type { KindSelector } from "../match/kind-selector.ts";
import type { ConditionsTest } from "../validate/compiled-rule.ts";
import { isObject, own } from "../values/json.ts";
import type { Json, JsonObject } from "../values/json.ts";
import { compileTemplate } from "../variables/template.ts";

/** Which existing objects a rule means, with its variables resolved. */
export interface TargetSelector {
  /** Wildcards in group, version and kind; the subresource of the kind, or empty. */
  readonly kind: KindSelector;
  /** As written, for messages: `apiVersion/kind`. */
  readonly kindText: string;
  /** A wildcard pattern; empty for any. A namespaced policy means its own. */
  readonly namespace: string;
  /** A wildcard pattern; empty for any. */
  readonly name: string;
  readonly selector?: LabelSelector;
}

/** An existing object that a rule may change. */
export interface TargetObject {
  readonly object: JsonObject;
  /** Empty unless the rule names a subresource. */
  readonly subresource: string;
}

/** The objects of a selector, why they cannot be had, or that they must be loaded first. */
export type TargetAnswer =
  | { readonly kind: "objects"; readonly objects: readonly TargetObject[] }
  | { readonly kind: "failed"; readonly message: string }
  | { readonly kind: "pending" };

/** The port through which existing objects reach a mutation. It answers from memory and has no side effects. */
export interface TargetSource {
  /** `entry` is the place of the selector in the rule's list of targets. */
  find(selector: TargetSelector, scope: PermissionScope, entry?: number): TargetAnswer;
}

/** One entry of `mutate.targets`, compiled. */
export interface CompiledTarget {
  /** Throws a `QueryError` for a variable without a value. */
  select(context: RuleContext): TargetSelector;
  readonly context: readonly CompiledEntry[];
  readonly preconditions: ConditionsTest | undefined;
}

/** Compiles an entry. Throws a `QueryError` for one that cannot be read. */
export function compileTarget(target: MutateTarget, policyNamespace: string | undefined): CompiledTarget {
  const { apiVersion = "", kind = "", namespace = "", name = "", selector } = target;
  const template = compileTemplate({
    apiVersion,
    kind,
    namespace,
    name,
    ...(selector === undefined ? {} : { selector: selector as unknown as Json }),
  });
  return {
    select: (context) => selectorOf(template.render(context), policyNamespace),
    context: (target.context ?? []).map((entry) => compileContextEntry(entry, policyNamespace)),
    preconditions: compileConditionBlock(target.preconditions, "targets.preconditions"),
  };
}

function selectorOf(rendered: Json, policyNamespace: string | undefined): TargetSelector {
  const text = (field: string): string => {
    const value = isObject(rendered) ? own(rendered, field) : undefined;
    if (value === undefined || value === null) return "";
    if (typeof value === "string") return value;
    throw new QueryError("type", `${field} is not a string`);
  };
  const labels = isObject(rendered) ? own(rendered, "selector") : undefined;
  const kindText = `${text("apiVersion")}/${text("kind")}`;
  return {
    kind: parseKindSelector(kindText),
    kindText,
    namespace: policyNamespace ?? text("namespace"),
    name: text("name"),
    ...(labels === undefined ? {} : { selector: readSelector(labels) }),
  };
}

function readSelector(labels: Json): LabelSelector {
  const decoded = decode<LabelSelector>(labelSelectorSchema, labels);
  if (decoded.ok) return decoded.value;
  throw new QueryError("type", "selector is no label selector");
}
