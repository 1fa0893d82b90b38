import type {
  ImageValidatingPolicy,
  ImageValidatingPolicySpec,
  NamespacedImageValidatingPolicy,
} from "#api/policies/image-validating-policy.ts";
import type { ImageAttestation } from "#api/policies/image-attestors.ts";
import type { MatchConstraints } from "#api/policies/match-constraints.ts";

import { compileAnnotations } from "../cel-policy/audit-annotations.ts";
import type { CompiledAnnotations } from "../cel-policy/audit-annotations.ts";
import { autogenConfigs } from "../cel-policy/autogen-configs.ts";
import { celInputs, textsIn } from "../cel-policy/cel-inputs.ts";
import { compileChecks } from "../cel-policy/checks.ts";
import type { CompiledCheck } from "../cel-policy/checks.ts";
import { CelCompileError } from "../cel-policy/compile-expression.ts";
import { constraintSelections } from "../cel-policy/kind-selections.ts";
import { compileMatchConstraints } from "../cel-policy/match-constraints.ts";
import type { ConstraintsTest } from "../cel-policy/match-constraints.ts";
import { compileConditions } from "../cel-policy/match-conditions.ts";
import type { CompiledCondition } from "../cel-policy/match-conditions.ts";
import { autogenTargets } from "../cel-policy/pod-controllers.ts";
import { celCompiledPolicy, celIdentity, celReporting, processOf } from "../cel-policy/policy-document.ts";
import { rewriteSpec } from "../cel-policy/rewrite-spec.ts";
import { compileTypedVariables } from "../cel-policy/typed-variables.ts";
import type { CelEnvironment } from "../cel/compile/environment.ts";
import { kindEnvironment } from "../cel/environments/kind-environment.ts";
import type { CelProgram } from "../cel/program.ts";
import type { CompiledPolicy } from "../compiled-policy.ts";
import type { Json, JsonObject } from "../values/json.ts";
import { compileExtractors } from "./image-extractors.ts";
import type { CompiledExtractors } from "./image-extractors.ts";
import { compileReferences } from "./image-references.ts";
import type { ReferenceTest } from "./image-references.ts";
import { compileAttestors } from "./policy-attestors.ts";
import type { PolicyAttestors } from "./policy-attestors.ts";
import { judgeByImages } from "./judge-image-validating-policy.ts";

/** What is evaluated for an object that the constraints take. */
export interface ImageBody {
  readonly environment: CelEnvironment;
  readonly conditions: readonly CompiledCondition[];
  readonly onConditionError: "error" | "notMet";
  readonly variables: ReadonlyMap<string, CelProgram>;
  readonly extractors: CompiledExtractors;
  readonly isMeant: ReferenceTest;
  readonly checks: readonly CompiledCheck[];
  readonly annotations: CompiledAnnotations;
  /** What expressions see of the parties and the signed data that the policy knows. */
  readonly attestors: PolicyAttestors;
  readonly attestations: JsonObject;
  readonly knownAttestations: readonly ImageAttestation[];
  readonly credentials: ImageValidatingPolicySpec["credentials"];
  readonly verifiesDigest: boolean;
  readonly isRequired: boolean;
}

/** An ImageValidatingPolicy as it is for one set of kinds. */
export interface ImageVariant {
  readonly matchConstraints: MatchConstraints | undefined;
  readonly matches: ConstraintsTest;
  readonly body: ImageBody | { readonly problem: string };
}

/**
 * Compiles an ImageValidatingPolicy, once per content. Never throws. What asks for a signature, an attestation or data of an
 * image suspends the evaluation; where no registry is read it is an `error` that says so.
 */
export function compileImageValidatingPolicy(
  policy: ImageValidatingPolicy | NamespacedImageValidatingPolicy,
): CompiledPolicy {
  const { spec, metadata, kind } = policy;
  const identity = celIdentity(kind, metadata, kind === "NamespacedImageValidatingPolicy");
  const mode = spec.evaluation?.mode ?? "Kubernetes";
  const isObjects = mode !== "JSON";
  const environment = kindEnvironment("ImageValidatingPolicy", identity.namespace !== undefined);
  const variants = variantsOf(spec, isObjects, environment);
  const constraints = variants.map(({ matchConstraints }) => matchConstraints);
  return celCompiledPolicy({
    identity,
    metadata,
    reporting: celReporting("KyvernoImageValidatingPolicy", metadata, processOf(spec.evaluation)),
    background: spec.evaluation?.background?.enabled !== false,
    type: "imageVerify",
    selections: isObjects ? constraints.flatMap((one) => constraintSelections(one, identity.namespace)) : [],
    inputs: celInputs(textsIn({ ...spec, matchConstraints: undefined }), constraints),
    problems: variants.flatMap(({ body }) => ("problem" in body ? [{ message: body.problem }] : [])),
    autogenConfigs: isObjects ? autogenConfigs(spec) : {},
    judge: judgeByImages(identity, variants, isObjects ? undefined : "json"),
  });
}

function variantsOf(
  spec: ImageValidatingPolicySpec,
  isObjects: boolean,
  environment: CelEnvironment,
): readonly ImageVariant[] {
  const own = compileVariant(spec, isObjects ? spec.matchConstraints : {}, environment);
  if (!isObjects) return [own];
  return [
    own,
    ...autogenTargets(spec).map(({ templatePath, matchConstraints }) =>
      compileVariant(rewriteSpec(spec, templatePath), matchConstraints, environment),
    ),
  ];
}

function compileVariant(
  spec: ImageValidatingPolicySpec,
  matchConstraints: MatchConstraints | undefined,
  environment: CelEnvironment,
): ImageVariant {
  const matches = compileMatchConstraints(matchConstraints);
  try {
    return { matchConstraints, matches, body: compileBody(spec, environment) };
  } catch (error) {
    if (!(error instanceof CelCompileError)) throw error;
    return { matchConstraints, matches, body: { problem: error.message } };
  }
}

function compileBody(spec: ImageValidatingPolicySpec, base: CelEnvironment): ImageBody {
  const { programs, environment } = compileTypedVariables(spec.variables, base);
  const { verifyDigest = true, required = true } = spec.validationConfigurations ?? {};
  return {
    environment: base,
    conditions: compileConditions(spec.matchConditions, base, "matchConditions"),
    onConditionError: spec.failurePolicy === "Ignore" ? "notMet" : "error",
    variables: programs,
    extractors: compileExtractors(spec.images, base),
    isMeant: compileReferences(spec.matchImageReferences),
    checks: compileChecks(spec.validations, environment),
    annotations: compileAnnotations(spec.auditAnnotations, environment),
    attestors: compileAttestors(spec.attestors, environment),
    knownAttestations: spec.attestations ?? [],
    credentials: spec.credentials,
    attestations: byName(spec.attestations ?? [], ({ name }) => name),
    verifiesDigest: verifyDigest,
    isRequired: required,
  };
}

function byName<T extends { readonly name: string }>(items: readonly T[], of: (item: T) => Json): JsonObject {
  return Object.fromEntries(items.map((item) => [item.name, of(item)]));
}
