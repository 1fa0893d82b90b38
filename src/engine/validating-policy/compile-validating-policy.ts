import type {
  NamespacedValidatingPolicy,
  ValidatingPolicy,
  ValidatingPolicySpec,
} from "#api/policies/validating-policy.ts";

import { autogenConfigs } from "../cel-policy/autogen-configs.ts";
import { celInputs, textsIn } from "../cel-policy/cel-inputs.ts";
import { constraintSelections } from "../cel-policy/kind-selections.ts";
import { autogenTargets } from "../cel-policy/pod-controllers.ts";
import { celCompiledPolicy, celIdentity, celReporting, processOf } from "../cel-policy/policy-document.ts";
import { rewriteSpec } from "../cel-policy/rewrite-spec.ts";
import type { CelEnvironment } from "../cel/compile/environment.ts";
import { kindEnvironment } from "../cel/environments/kind-environment.ts";
import type { CompiledPolicy, PolicyProblem } from "../compiled-policy.ts";
import { compileVariant } from "./compile-variant.ts";
import type { ValidatingVariant } from "./compile-variant.ts";
import { judgeByVariants } from "./judge-validating-policy.ts";

/** How a policy is evaluated; HTTP and Envoy policies judge requests of a service mesh, not objects. */
export type EvaluationMode = "Kubernetes" | "JSON";

/**
 * Compiles a ValidatingPolicy with its variants for pod controllers, once per content. Never throws: what cannot be
 * compiled is in `problems` and answers with an `error` for the objects that it is for.
 */
export function compileValidatingPolicy(
  policy: ValidatingPolicy | NamespacedValidatingPolicy,
): CompiledPolicy {
  const { spec, metadata, kind } = policy;
  const identity = celIdentity(kind, metadata, kind === "NamespacedValidatingPolicy");
  const mode = spec.evaluation?.mode ?? "Kubernetes";
  const problems: PolicyProblem[] = [];
  if (mode !== "Kubernetes" && mode !== "JSON") {
    problems.push({
      message: `evaluation.mode ${mode} judges requests to services, which this program does not serve`,
      unsupported: `evaluation.mode.${mode}`,
    });
  }
  const isObjects = mode === "Kubernetes";
  const variants =
    problems.length > 0
      ? []
      : variantsOf(spec, isObjects, kindEnvironment("ValidatingPolicy", identity.namespace !== undefined));
  problems.push(...variants.flatMap(({ problem }) => (problem === undefined ? [] : [{ message: problem }])));
  const constraints = variants.map(({ matchConstraints }) => matchConstraints);
  return celCompiledPolicy({
    identity,
    metadata,
    reporting: celReporting("KyvernoValidatingPolicy", metadata, processOf(spec.evaluation)),
    background: spec.evaluation?.background?.enabled !== false,
    type: "validate",
    selections: isObjects ? constraints.flatMap((one) => constraintSelections(one, identity.namespace)) : [],
    inputs: celInputs(textsIn({ ...spec, matchConstraints: undefined }), constraints),
    problems,
    autogenConfigs: isObjects ? autogenConfigs(spec) : {},
    judge: judgeByVariants(identity, variants, isObjects ? undefined : "json"),
  });
}

/** The policy itself, then what it is for pod controllers. */
function variantsOf(
  spec: ValidatingPolicySpec,
  isObjects: boolean,
  environment: CelEnvironment,
): readonly ValidatingVariant[] {
  const own = compileVariant(spec, isObjects ? spec.matchConstraints : {}, environment);
  if (!isObjects) return [own];
  return [
    own,
    ...autogenTargets(spec).map(({ templatePath, matchConstraints }) =>
      compileVariant(rewriteSpec(spec, templatePath), matchConstraints, environment),
    ),
  ];
}
