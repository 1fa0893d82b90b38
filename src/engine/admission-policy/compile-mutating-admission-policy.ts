import type {
  MutatingAdmissionPolicy,
  MutatingAdmissionPolicyBinding,
} from "#api/admissionregistration/mutating-admission-policy.ts";
import type { ParamKind } from "#api/admissionregistration/binding-blocks.ts";

import { celInputs, textsIn } from "../cel-policy/cel-inputs.ts";
import { CelCompileError } from "../cel-policy/compile-expression.ts";
import { constraintSelections } from "../cel-policy/kind-selections.ts";
import { compileConditions } from "../cel-policy/match-conditions.ts";
import type { CompiledCondition } from "../cel-policy/match-conditions.ts";
import { celCompiledPolicy, celIdentity, celReporting } from "../cel-policy/policy-document.ts";
import { compileTypedVariables } from "../cel-policy/typed-variables.ts";
import { kindEnvironment } from "../cel/environments/kind-environment.ts";
import type { CelProgram } from "../cel/program.ts";
import type { CompiledPolicy, PolicyIdentity } from "../compiled-policy.ts";
import { compileSteps } from "../mutating-policy/mutation-steps.ts";
import type { MutationStep } from "../mutating-policy/mutation-steps.ts";
import { compileReach } from "./admission-reach.ts";
import type { AdmissionMatching, AdmissionReach } from "./admission-reach.ts";
import { judgeMutatingAdmissionPolicy } from "./mutate-by-admission-policy.ts";

export interface MutatingAdmissionBody {
  readonly conditions: readonly CompiledCondition[];
  readonly onConditionError: "error" | "notMet";
  readonly variables: ReadonlyMap<string, CelProgram>;
  readonly mutations: readonly MutationStep[];
}

/** A MutatingAdmissionPolicy with its bindings, ready to change objects. */
export interface CompiledMutatingAdmissionPolicy {
  readonly identity: PolicyIdentity;
  readonly reach: AdmissionReach;
  readonly body: MutatingAdmissionBody | undefined;
  /** Why there is no body. */
  readonly problem: string | undefined;
  readonly paramKind: ParamKind | undefined;
  /** What scans, reports and the command line handle: its judge says what reports do. */
  readonly policy: CompiledPolicy;
}

/** What says which objects an admission policy is for. */
export interface MutatingAdmissionOptions {
  readonly bindings: readonly MutatingAdmissionPolicyBinding[];
  readonly matching: AdmissionMatching;
}

/** Compiles a MutatingAdmissionPolicy with its bindings, once per content of all of them. Never throws. */
export function compileMutatingAdmissionPolicy(
  document: MutatingAdmissionPolicy,
  options: MutatingAdmissionOptions,
): CompiledMutatingAdmissionPolicy {
  const { spec, metadata } = document;
  const { paramKind } = spec;
  const bindings = options.bindings.map((binding) => binding.spec);
  const selectors = [spec.matchConstraints, ...bindings.map(({ matchResources }) => matchResources)];
  const { body, problem } = compileBody(spec);
  const identity = celIdentity("MutatingAdmissionPolicy", metadata, false);
  const compiled: CompiledMutatingAdmissionPolicy = {
    identity,
    reach: compileReach(spec.matchConstraints, options),
    body,
    problem,
    paramKind,
    policy: celCompiledPolicy({
      identity,
      metadata,
      reporting: celReporting("MutatingAdmissionPolicy", metadata, "background scan"),
      background: true,
      type: "mutate",
      selections: constraintSelections(spec.matchConstraints, undefined),
      inputs: {
        ...celInputs(textsIn({ ...spec, matchConstraints: undefined }), selectors),
        ...(paramKind === undefined || bindings.length === 0 ? {} : { paramKinds: [paramKind] }),
      },
      problems: problem === undefined ? [] : [{ message: problem }],
      judge: (input) => judgeMutatingAdmissionPolicy(compiled, input),
    }),
  };
  return compiled;
}

function compileBody(
  spec: MutatingAdmissionPolicy["spec"],
): Pick<CompiledMutatingAdmissionPolicy, "body" | "problem"> {
  try {
    const base = kindEnvironment("MutatingAdmissionPolicy");
    const { programs, environment } = compileTypedVariables(spec.variables, base);
    const body: MutatingAdmissionBody = {
      conditions: compileConditions(spec.matchConditions, base, "matchConditions"),
      onConditionError: spec.failurePolicy === "Ignore" ? "notMet" : "error",
      variables: programs,
      mutations: compileSteps(spec.mutations, environment),
    };
    return { body, problem: undefined };
  } catch (error) {
    if (!(error instanceof CelCompileError)) throw error;
    return { body: undefined, problem: error.message };
  }
}
