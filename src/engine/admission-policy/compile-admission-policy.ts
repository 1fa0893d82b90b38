import type {
  ValidatingAdmissionPolicy,
  ValidatingAdmissionPolicyBinding,
} from "#api/admissionregistration/validating-admission-policy.ts";
import type { CelCheck } from "#api/schema/cel-blocks.ts";

import { celInputs, textsIn } from "../cel-policy/cel-inputs.ts";
import { CelCompileError, compileExpression } from "../cel-policy/compile-expression.ts";
import { constraintSelections } from "../cel-policy/kind-selections.ts";
import { compileConditions } from "../cel-policy/match-conditions.ts";
import type { CompiledCondition } from "../cel-policy/match-conditions.ts";
import { compileTypedVariables } from "../cel-policy/typed-variables.ts";
import { celCompiledPolicy, celIdentity, celReporting } from "../cel-policy/policy-document.ts";
import type { CelEnvironment } from "../cel/compile/environment.ts";
import { kindEnvironment } from "../cel/environments/kind-environment.ts";
import type { CelProgram } from "../cel/program.ts";
import type { CompiledPolicy } from "../compiled-policy.ts";
import type { AdmissionMatching } from "./admission-reach.ts";
import { compileReach } from "./admission-reach.ts";
import { judgeByBindings } from "./judge-admission-policy.ts";

/** One expression that must hold. */
export interface AdmissionCheck {
  readonly program: CelProgram;
  /** Empty where there is none. */
  readonly message: string;
  readonly messageProgram: CelProgram | undefined;
}

export interface AdmissionBody {
  readonly conditions: readonly CompiledCondition[];
  readonly onConditionError: "error" | "notMet";
  readonly variables: ReadonlyMap<string, CelProgram>;
  readonly checks: readonly AdmissionCheck[];
}

/** What says which objects an admission policy is for. */
export interface AdmissionOptions {
  readonly bindings: readonly ValidatingAdmissionPolicyBinding[];
  readonly matching: AdmissionMatching;
}

/** Compiles a ValidatingAdmissionPolicy with its bindings, once per content of all of them. Never throws. */
export function compileAdmissionPolicy(
  policy: ValidatingAdmissionPolicy,
  options: AdmissionOptions,
): CompiledPolicy {
  const { spec, metadata } = policy;
  const identity = celIdentity("ValidatingAdmissionPolicy", metadata, false);
  const reach = compileReach(spec.matchConstraints, options);
  const body = attempt(() => compileBody(spec));
  const bindings = options.bindings.map((binding) => binding.spec);
  const selectors = [spec.matchConstraints, ...bindings.map(({ matchResources }) => matchResources)];
  return celCompiledPolicy({
    identity,
    metadata,
    reporting: celReporting("ValidatingAdmissionPolicy", metadata, "background scan"),
    background: true,
    type: "validate",
    selections: constraintSelections(spec.matchConstraints, undefined),
    inputs: {
      ...celInputs(textsIn({ ...spec, matchConstraints: undefined }), selectors),
      ...(spec.paramKind === undefined || bindings.length === 0 ? {} : { paramKinds: [spec.paramKind] }),
    },
    problems: "problem" in body ? [{ message: body.problem }] : [],
    judge: judgeByBindings({ identity, reach, body, paramKind: spec.paramKind }),
  });
}

function compileBody(spec: ValidatingAdmissionPolicy["spec"]): AdmissionBody {
  const base = kindEnvironment("ValidatingAdmissionPolicy");
  const { programs, environment } = compileTypedVariables(spec.variables, base);
  return {
    conditions: compileConditions(spec.matchConditions, base, "matchConditions"),
    onConditionError: spec.failurePolicy === "Ignore" ? "notMet" : "error",
    variables: programs,
    checks: (spec.validations ?? []).map((check, index) => compileCheck(check, index, environment)),
  };
}

function compileCheck(
  { expression, message = "", messageExpression = "" }: CelCheck,
  index: number,
  environment: CelEnvironment,
): AdmissionCheck {
  const field = `validations[${index}]`;
  return {
    program: compileExpression(expression, environment, `${field}.expression`, "bool"),
    message,
    messageProgram:
      messageExpression.trim() === ""
        ? undefined
        : compileExpression(messageExpression, environment, `${field}.messageExpression`, "string"),
  };
}

function attempt<T>(compile: () => T): T | { readonly problem: string } {
  try {
    return compile();
  } catch (error) {
    if (error instanceof CelCompileError) return { problem: error.message };
    throw error;
  }
}
