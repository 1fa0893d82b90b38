import { evaluateAnnotations } from "../cel-policy/audit-annotations.ts";
import { kyvernoBindings } from "../cel-policy/cel-bindings.ts";
import { noCelExceptions } from "../cel-policy/cel-exception-source.ts";
import { openCelSession } from "../cel-policy/cel-session.ts";
import { celSubjectOf } from "../cel-policy/cel-subject.ts";
import type { CelSubject } from "../cel-policy/cel-subject.ts";
import { evaluateChecks } from "../cel-policy/checks.ts";
import { findExemption } from "../cel-policy/exemption.ts";
import { MatchError } from "../cel-policy/match-constraints.ts";
import { evaluateConditions } from "../cel-policy/match-conditions.ts";
import { policyScope, ruleless } from "../cel-policy/ruleless-response.ts";
import { runJudgement } from "../cel-policy/run-judgement.ts";
import { CelError } from "../cel/values/cel-error.ts";
import type { PolicyIdentity } from "../compiled-policy.ts";
import type { Evaluation } from "../evaluation.ts";
import { podSpecOf } from "../context/images-entry.ts";
import { pullSecretsOf, registryAccess } from "../context/registry-access.ts";
import type { EvaluationInput } from "../input.ts";
import type { RuleResponse } from "../response.ts";
import type { JsonObject } from "../values/json.ts";
import type { ImageBody, ImageVariant } from "./compile-image-validating-policy.ts";
import { extractImages } from "./image-extractors.ts";
import type { ImageLists } from "./image-extractors.ts";
import { createVerifyFunctions } from "./verify-functions.ts";

const respond = ruleless("imageVerify");

/** What the variants of an ImageValidatingPolicy say of an object. */
export function judgeByImages(
  identity: PolicyIdentity,
  variants: readonly ImageVariant[],
  mode: "json" | undefined,
): (input: EvaluationInput) => Evaluation {
  return (input) => {
    if (input.mode !== mode) return { kind: "completed", responses: [] };
    let subject: CelSubject | undefined;
    return runJudgement(
      variants.map(({ matches, body }) => () => {
        if (mode === undefined && !matches((subject ??= celSubjectOf(input)))) return undefined;
        if ("problem" in body) {
          return respond("evaluation", "error", `failed to compile policy: ${body.problem}`);
        }
        return judgeBy(body, identity, input);
      }),
      explain,
      respond,
    );
  };
}

function explain(error: unknown): RuleResponse | undefined {
  if (error instanceof MatchError)
    return respond("match", "error", `failed to execute matching: ${error.message}`);
  return error instanceof CelError ? notEvaluated(error.message) : undefined;
}

function notEvaluated(message: string): RuleResponse {
  return respond("evaluation", "error", `failed to evaluate policy: ${message}`);
}

/** Conditions come before exceptions here, and where one does not hold there is no result. */
function judgeBy(
  body: ImageBody,
  identity: PolicyIdentity,
  input: EvaluationInput,
): RuleResponse | undefined {
  const scope = policyScope(identity);
  let images: JsonObject = {};
  let attestors: JsonObject | undefined;
  const objects = kyvernoBindings(input, scope);
  const shared = {
    clock: { nowMs: input.nowMs, seed: input.seed },
    bind: (name: string) => {
      if (name === "images") return images;
      if (name === "attestors") return (attestors ??= body.attestors(before));
      return name === "attestations" ? body.attestations : objects(name);
    },
    outside: { source: input.context, scope },
  };
  const before = openCelSession(shared);
  const met = evaluateConditions(body.conditions, before, body.onConditionError);
  if (met.kind === "notMet") return undefined;
  if (met.kind === "error") return notEvaluated(met.message);
  const exceptions = (input.celExceptions ?? noCelExceptions).find(identity.kind, identity.name);
  const { environment, onConditionError: onError } = body;
  const exemption = findExemption(exceptions, before, {
    environment,
    nowMs: input.nowMs,
    onError,
    ignoresLists: true,
  });
  if (exemption.kind === "error") return notEvaluated(exemption.message);
  if (exemption.kind === "exempt") {
    // Whatever the exception wants its result to be.
    const message = exemption.message.replace("rule is passed", "rule is skipped");
    return { ...respond("exception", "skip", message), exceptions: exemption.exceptions };
  }
  const meant = meantImages(body, extractImages(body.extractors, input, before), shared.clock);
  const first = meant.all.find((image) => !image.includes("@"));
  if (body.verifiesDigest && first !== undefined) {
    return respond(identity.name, "fail", `image ${first} does not have a digest`);
  }
  images = meant.lists;
  const verification = createVerifyFunctions({
    outside: shared.outside,
    isMeant: (image) => body.isMeant(image, shared.clock),
    attestations: body.knownAttestations,
    access: registryAccess(
      body.credentials,
      pullSecretsOf(podSpecOf(input.resource, input.gvk.kind)),
      input.namespace,
    ),
  });
  const session = openCelSession({
    ...shared,
    variables: body.variables,
    images: verification.functions,
  });
  return validate(body, identity.name, { images: meant.all, verified: verification.verified }, session);
}

/** The images that the policy is about. Every list is there, also where nothing is left of it. */
function meantImages(
  { isMeant }: ImageBody,
  images: ImageLists,
  clock: Parameters<ImageBody["isMeant"]>[1],
): { readonly lists: JsonObject; readonly all: readonly string[] } {
  const kept = [...images].map(
    ([name, list]) => [name, list.filter((image) => isMeant(image, clock))] as const,
  );
  return { lists: Object.fromEntries(kept), all: kept.flatMap(([, list]) => list) };
}

function validate(
  body: ImageBody,
  name: string,
  { images, verified }: { readonly images: readonly string[]; readonly verified: ReadonlySet<string> },
  session: ReturnType<typeof openCelSession>,
): RuleResponse {
  const result = evaluateChecks(body.checks, session);
  if (result.kind === "error") return notEvaluated(result.message);
  const audited = evaluateAnnotations(body.annotations, session);
  if (audited.kind === "error") return notEvaluated(audited.message);
  const { properties } = audited;
  if (result.kind === "failed") return respond(name, "fail", result.message, properties);
  const unverified = images.find((image) => !verified.has(image));
  if (body.isRequired && unverified !== undefined) {
    const message = `image ${unverified} is not verified: no policy performed a signature or attestation check on it`;
    return respond(name, "fail", message, properties);
  }
  return respond(name, "pass", "success", properties);
}
