import type {
  GeneratingPolicy,
  GeneratingPolicySpec,
  NamespacedGeneratingPolicy,
  PolicyGeneration,
} from "#api/policies/generating-policy.ts";

import { compileAnnotations } from "../cel-policy/audit-annotations.ts";
import type { CompiledAnnotations } from "../cel-policy/audit-annotations.ts";
import { celInputs, textsIn } from "../cel-policy/cel-inputs.ts";
import { CelCompileError, compileExpression } from "../cel-policy/compile-expression.ts";
import { constraintSelections } from "../cel-policy/kind-selections.ts";
import { compileMatchConstraints } from "../cel-policy/match-constraints.ts";
import type { ConstraintsTest } from "../cel-policy/match-constraints.ts";
import { compileConditions } from "../cel-policy/match-conditions.ts";
import type { CompiledCondition } from "../cel-policy/match-conditions.ts";
import { celCompiledPolicy, celIdentity, celReporting } from "../cel-policy/policy-document.ts";
import { compileTypedVariables } from "../cel-policy/typed-variables.ts";
import type { CelEnvironment } from "../cel/compile/environment.ts";
import { kindEnvironment } from "../cel/environments/kind-environment.ts";
import type { CelProgram } from "../cel/program.ts";
import type { CompiledPolicy, PolicyIdentity } from "../compiled-policy.ts";
import { compileTemplate } from "./compile-template.ts";
import type { CompiledTemplate } from "./compile-template.ts";

/** One source of objects. */
export type CompiledSource =
  | { readonly kind: "expression"; readonly program: CelProgram }
  | { readonly kind: "template"; readonly template: CompiledTemplate };

/** What a policy evaluates once its constraints take an object. */
export interface GeneratingBody {
  readonly conditions: readonly CompiledCondition[];
  readonly variables: ReadonlyMap<string, CelProgram>;
  readonly sources: readonly CompiledSource[];
  readonly annotations: CompiledAnnotations;
}

/** A GeneratingPolicy ready to make objects. It holds nothing of the cluster and may be kept as long as its content. */
export interface CompiledGeneratingPolicy {
  readonly identity: PolicyIdentity;
  /** What match conditions see, of the policy and of exceptions: without its variables. */
  readonly environment: CelEnvironment;
  readonly matches: ConstraintsTest;
  readonly body: GeneratingBody | undefined;
  /** Why there is no body. */
  readonly problem: string | undefined;
  readonly synchronize: boolean;
  readonly generateExisting: boolean;
  /** Objects stay where the policy goes. */
  readonly orphansOnDelete: boolean;
  /** False for a policy that is not for requests: only existing triggers are looked at. */
  readonly admission: boolean;
  /** True where a deleted trigger generates: a rule lists the operation. */
  readonly generatesOnDelete: boolean;
  /** What reports and the command line handle; it judges nothing by itself. */
  readonly policy: CompiledPolicy;
}

/** Compiles a GeneratingPolicy, once per content. Never throws: one that cannot be compiled says why in `problem`. */
export function compileGeneratingPolicy(
  document: GeneratingPolicy | NamespacedGeneratingPolicy,
): CompiledGeneratingPolicy {
  const { spec, metadata, kind } = document;
  const { evaluation, matchConstraints } = spec;
  const identity = celIdentity(kind, metadata, kind === "NamespacedGeneratingPolicy");
  const environment = kindEnvironment("GeneratingPolicy", identity.namespace !== undefined);
  const { body, problem } = compileBody(spec, environment);
  return {
    identity,
    environment,
    matches: compileMatchConstraints(matchConstraints),
    body,
    problem,
    synchronize: evaluation?.synchronize?.enabled === true,
    generateExisting: evaluation?.generateExisting?.enabled === true,
    orphansOnDelete: evaluation?.orphanDownstreamOnPolicyDelete?.enabled === true,
    admission: evaluation?.admission?.enabled !== false,
    generatesOnDelete: (matchConstraints?.resourceRules ?? []).some(({ operations = [] }) =>
      operations.some((operation) => operation === "DELETE" || operation === "*"),
    ),
    policy: celCompiledPolicy({
      identity,
      metadata,
      reporting: celReporting("KyvernoGeneratingPolicy", metadata, "admission review"),
      // There is no switch for scans: they do not generate.
      background: false,
      type: "generate",
      selections: constraintSelections(matchConstraints, identity.namespace, "any"),
      inputs: celInputs(textsIn({ ...spec, matchConstraints: undefined }), [matchConstraints]),
      problems: problem === undefined ? [] : [{ message: problem }],
      judge: () => ({ kind: "completed", responses: [] }),
    }),
  };
}

function compileBody(
  spec: GeneratingPolicySpec,
  base: CelEnvironment,
): Pick<CompiledGeneratingPolicy, "body" | "problem"> {
  try {
    const { programs, environment } = compileTypedVariables(spec.variables, base);
    const body = {
      conditions: compileConditions(spec.matchConditions, base, "matchConditions"),
      variables: programs,
      sources: spec.generate.map((source, index) => compileSource(source, index, environment)),
      annotations: compileAnnotations(spec.auditAnnotations, environment),
    };
    return { body, problem: undefined };
  } catch (error) {
    if (!(error instanceof CelCompileError)) throw error;
    return { body: undefined, problem: error.message };
  }
}

function compileSource(
  { expression, template }: PolicyGeneration,
  index: number,
  environment: CelEnvironment,
): CompiledSource {
  const field = `generate[${index}]`;
  if (template === undefined) {
    const program = compileExpression(expression ?? "", environment, `${field}.expression`);
    return { kind: "expression", program };
  }
  const interpolates = template.interpolate === "cel";
  const options = { interpolates, environment, field: `${field}.template.value` };
  return { kind: "template", template: compileTemplate(template.value, options) };
}
