import type {
  MutatingPolicy,
  MutatingPolicySpec,
  NamespacedMutatingPolicy,
} from "#api/policies/mutating-policy.ts";

import { celInputs, textsIn } from "../cel-policy/cel-inputs.ts";
import { constraintSelections } from "../cel-policy/kind-selections.ts";
import { autogenTargets } from "../cel-policy/pod-controllers.ts";
import { celCompiledPolicy, celIdentity, celReporting, processOf } from "../cel-policy/policy-document.ts";
import type { CelPolicyParts } from "../cel-policy/policy-document.ts";
import { kindEnvironment } from "../cel/environments/kind-environment.ts";
import type { CelEnvironment } from "../cel/compile/environment.ts";
import type { CompiledPolicy, PolicyIdentity, PolicyProblem } from "../compiled-policy.ts";
import { compileMutatingVariant } from "./compile-mutating-variant.ts";
import type { MutatingVariant } from "./compile-mutating-variant.ts";
import { judgeMutatingPolicy } from "./judge-mutating-policy.ts";
import { compileExistingTargets } from "./existing-targets.ts";
import type { ExistingTargets } from "./existing-targets.ts";
import { rewriteMutations } from "./rewrite-mutations.ts";

/** A MutatingPolicy ready to change objects. It holds nothing of the cluster and may be kept as long as its content. */
export interface CompiledMutatingPolicy {
  readonly identity: PolicyIdentity;
  /** The policy itself, then what it is for pod controllers. */
  readonly variants: readonly MutatingVariant[];
  /** Which objects that exist it changes; undefined for a policy that changes none. */
  readonly existing: ExistingTargets | undefined;
  /** False for a policy that is not for requests: objects are changed where they are alone. */
  readonly admission: boolean;
  /**
   * What scans, reports and the command line handle: its judge says what reports do. Scans say nothing of a policy that
   * changes existing objects; what it does to them is reported where it is done.
   */
  readonly policy: CompiledPolicy;
}

/**
 * Compiles a MutatingPolicy with its variants for pod controllers, once per content. Never throws: what cannot be compiled
 * is in `policy.problems` and answers with an `error` for the objects that it is for.
 */
export function compileMutatingPolicy(
  document: MutatingPolicy | NamespacedMutatingPolicy,
): CompiledMutatingPolicy {
  const { spec, metadata, kind } = document;
  const identity = celIdentity(kind, metadata, kind === "NamespacedMutatingPolicy");
  const environment = kindEnvironment("MutatingPolicy", identity.namespace !== undefined);
  const mode = spec.evaluation?.mode ?? "Kubernetes";
  const problems: PolicyProblem[] = [];
  if (mode !== "Kubernetes" && mode !== "") {
    problems.push({
      message: `evaluation.mode ${mode} is for no objects of a cluster`,
      unsupported: `evaluation.mode.${mode}`,
    });
  }
  const variants = problems.length > 0 ? [] : variantsOf(spec, environment);
  problems.push(...variants.flatMap(({ problem }) => (problem === undefined ? [] : [{ message: problem }])));
  const constraints = variants.map(({ matchConstraints }) => matchConstraints);
  const existing = compileExistingTargets(spec, identity.namespace);
  const compiled: CompiledMutatingPolicy = {
    identity,
    variants,
    existing,
    admission: spec.evaluation?.admission?.enabled !== false,
    policy: reported(existing, {
      identity,
      metadata,
      reporting: celReporting("KyvernoMutatingPolicy", metadata, processOf(spec.evaluation)),
      background: spec.evaluation?.background?.enabled !== false,
      type: "mutate",
      selections: constraints.flatMap((one) => constraintSelections(one, identity.namespace)),
      inputs: celInputs(textsIn({ ...spec, matchConstraints: undefined }), constraints),
      problems,
      judge: (input) => judgeMutatingPolicy(compiled, input),
    }),
  };
  return compiled;
}

/** What scans have of a policy: of one that changes existing objects nothing, and why. */
function reported(existing: ExistingTargets | undefined, parts: CelPolicyParts): CompiledPolicy {
  if (existing === undefined) return celCompiledPolicy(parts);
  return {
    ...celCompiledPolicy({ ...parts, judge: () => ({ kind: "completed", responses: [] }) }),
    changesExisting: true,
    backgroundProblem:
      "spec.evaluation.mutateExisting is on: objects are changed, and that is what is reported",
  };
}

function variantsOf(spec: MutatingPolicySpec, environment: CelEnvironment): readonly MutatingVariant[] {
  return [
    compileMutatingVariant(spec, spec.matchConstraints, environment),
    ...autogenTargets(spec).map(({ templatePath, matchConstraints }) =>
      compileMutatingVariant(rewriteMutations(spec, templatePath), matchConstraints, environment),
    ),
  ];
}
