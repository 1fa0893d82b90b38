import type { DeletingPolicy, NamespacedDeletingPolicy } from "#api/policies/deleting-policy.ts";
import type { MatchConstraints } from "#api/policies/match-constraints.ts";
import type { LabelSelector } from "#api/schema/metadata.ts";

import { celInputs, textsIn } from "../cel-policy/cel-inputs.ts";
import { CelCompileError } from "../cel-policy/compile-expression.ts";
import { constraintSelections } from "../cel-policy/kind-selections.ts";
import { compileMatchConstraints } from "../cel-policy/match-constraints.ts";
import type { ConstraintsTest } from "../cel-policy/match-constraints.ts";
import { compileConditions } from "../cel-policy/match-conditions.ts";
import type { CompiledCondition } from "../cel-policy/match-conditions.ts";
import { celCompiledPolicy, celIdentity, celReporting } from "../cel-policy/policy-document.ts";
import { compileTypedVariables } from "../cel-policy/typed-variables.ts";
import { kindEnvironment } from "../cel/environments/kind-environment.ts";
import type { CelEnvironment } from "../cel/compile/environment.ts";
import type { CelProgram } from "../cel/program.ts";
import type { CompiledPolicy, PolicyIdentity } from "../compiled-policy.ts";

/** A resource whose objects have to be listed. */
export interface DeletableResource {
  readonly group: string;
  readonly version: string;
  /** Plural. */
  readonly resource: string;
}

/** A DeletingPolicy ready to judge objects with. It holds nothing of the cluster. */
export interface CompiledDeletingPolicy {
  readonly identity: PolicyIdentity;
  /**
   * What has to be listed, as the policy names it: Kyverno does not look for what a wildcard could mean, so one names
   * nothing.
   */
  readonly resources: readonly DeletableResource[];
  /** Of all listed objects only those with these labels; a server may select them. */
  readonly selector: LabelSelector | undefined;
  /** How dependents go; undefined for the API server's own way. */
  readonly propagation: "Foreground" | "Background" | "Orphan" | undefined;
  /** Why the policy cannot be evaluated; every object is then a failure. */
  readonly problem: string | undefined;
  readonly usesNamespaceLabels: boolean;
  /** Throws a `MatchError`. */
  readonly matches: ConstraintsTest;
  /** What conditions see, those of exceptions too: with the variables. */
  readonly environment: CelEnvironment;
  readonly variables: ReadonlyMap<string, CelProgram>;
  readonly conditions: readonly CompiledCondition[];
  /** What the command line handles; it judges nothing by itself. */
  readonly policy: CompiledPolicy;
}

/** Compiles a DeletingPolicy, once per content. Never throws: one that cannot be compiled says why in `problem`. */
export function compileDeletingPolicy(
  document: DeletingPolicy | NamespacedDeletingPolicy,
): CompiledDeletingPolicy {
  const { spec, metadata, kind } = document;
  const { matchConstraints } = spec;
  const identity = celIdentity(kind, metadata, kind === "NamespacedDeletingPolicy");
  const environment = kindEnvironment("DeletingPolicy", identity.namespace !== undefined);
  const expressions = compileExpressions(spec, environment);
  const { problem } = expressions;
  return {
    identity,
    resources: resourcesOf(matchConstraints),
    selector: matchConstraints?.objectSelector,
    propagation: spec.deletionPropagationPolicy,
    usesNamespaceLabels: matchConstraints?.namespaceSelector !== undefined,
    matches: compileMatchConstraints(matchConstraints, { operations: "any" }),
    ...expressions,
    policy: celCompiledPolicy({
      identity,
      metadata,
      reporting: celReporting("KyvernoDeletingPolicy", metadata, ""),
      background: false,
      type: "validate",
      selections: constraintSelections(matchConstraints, identity.namespace, "any"),
      inputs: celInputs(textsIn({ ...spec, matchConstraints: undefined }), [matchConstraints]),
      problems: problem === undefined ? [] : [{ message: problem }],
      judge: () => ({ kind: "completed", responses: [] }),
    }),
  };
}

function compileExpressions(
  spec: DeletingPolicy["spec"],
  base: CelEnvironment,
): Pick<CompiledDeletingPolicy, "problem" | "environment" | "variables" | "conditions"> {
  try {
    const { programs, environment } = compileTypedVariables(spec.variables, base);
    const conditions = compileConditions(spec.conditions, environment, "conditions");
    return { problem: undefined, environment, variables: programs, conditions };
  } catch (error) {
    if (!(error instanceof CelCompileError)) throw error;
    return { problem: error.message, environment: base, variables: new Map(), conditions: [] };
  }
}

function resourcesOf(constraints: MatchConstraints | undefined): readonly DeletableResource[] {
  const found = new Map<string, DeletableResource>();
  for (const { apiGroups, apiVersions, resources } of constraints?.resourceRules ?? []) {
    for (const group of apiGroups ?? []) {
      for (const version of apiVersions ?? []) {
        for (const resource of resources ?? []) {
          if ([group, version, resource].some((part) => /[*/]/.test(part))) continue;
          found.set(`${group}/${version}/${resource}`, { group, version, resource });
        }
      }
    }
  }
  return [...found.values()];
}
