import type { PodSecurityValidation } from "#api/kyverno/pod-security.ts";

import { imagesOf } from "../context/images-entry.ts";
import { QueryError } from "../errors.ts";
import type { RuleException } from "../exceptions/exception-source.ts";
import type { EvaluationInput } from "../input.ts";
import type { RuleBody, RuleOutcome } from "../validate/compiled-rule.ts";
import { isObject, own } from "../values/json.ts";
import type { JsonObject } from "../values/json.ts";
import { applyExclusions, compileExclusion } from "./exclusions.ts";
import { fieldErrorText } from "./field-error.ts";
import { PodShapeError } from "./pod-reader.ts";
import type { PodView } from "./pod-view.ts";
import { readPod } from "./read-pod.ts";
import { standardOf, violationsOf } from "./standard.ts";
import type { Violation } from "./standard.ts";

/**
 * Compiles `validate.podSecurity`. Throws `QueryError` for an unknown version and `BudgetExceeded` for a wildcard that
 * cannot be matched in linear time.
 *
 * The body deals with exceptions itself: one without controls of its own skips the rule, controls of the others are
 * left out of what is held against a pod that fails.
 */
export function compilePodSecurityBody(rule: string, podSecurity: PodSecurityValidation): RuleBody {
  const { level = "", version = "" } = podSecurity;
  const standard = standardOf(level, version);
  const exclusions = (podSecurity.exclude ?? []).map(compileExclusion);
  return ({ input, exceptions = [] }) => {
    if (input.operation === "DELETE") return undefined;
    const skipping = exceptions.find((exception) => exception.podSecurity.length === 0);
    if (skipping !== undefined) return skippedBy(skipping);
    const pod = readPodOf(input);
    if (isOutcome(pod)) return pod;
    const violations = applyExclusions(violationsOf(standard, pod), exclusions, pod, standard);
    if (violations.length === 0) return { status: "pass", message: `Validation rule '${rule}' passed.` };
    const excepted = exceptions.flatMap((exception) => exception.podSecurity);
    const left = applyExclusions(violations, excepted, pod, standard);
    if (left.length === 0) return skippedByControls(exceptions);
    const convert = fieldConverter(input.gvk.kind);
    const reasons = left.map((violation) => reasonText(violation, convert)).join("");
    return {
      status: "fail",
      message: `Validation rule '${rule}' failed. It violates PodSecurity "${level}:${version}": ${reasons}`,
      properties: {
        standard: level,
        version,
        controls: left.map(({ id }) => id).join(","),
        controlsJSON: controlsText(left, input),
      },
    };
  };
}

function readPodOf(input: EvaluationInput): PodView | RuleOutcome {
  try {
    return readPod(input.resource, input.gvk.kind);
  } catch (error) {
    if (!(error instanceof PodShapeError)) throw error;
    return { status: "error", message: `Error while getting new resource: ${error.message}` };
  }
}

function isOutcome(value: PodView | RuleOutcome): value is RuleOutcome {
  return Object.hasOwn(value, "status");
}

function skippedBy({ key }: RuleException): RuleOutcome {
  return { status: "skip", message: `rule is skipped due to policy exception ${key}`, exceptions: [key] };
}

function skippedByControls(exceptions: readonly RuleException[]): RuleOutcome {
  const keys = exceptions.map(({ key }) => key);
  return {
    status: "skip",
    message: `rule is skipped due to policy exceptions ${keys.join(", ")}`,
    exceptions: keys,
  };
}

const templateKinds: ReadonlySet<string> = new Set([
  "DaemonSet",
  "Deployment",
  "Job",
  "StatefulSet",
  "ReplicaSet",
  "ReplicationController",
]);

/** Field paths of the pod as paths of the object. Kyverno replaces the words wherever they stand. */
function fieldConverter(kind: string): (field: string) => string {
  const spec = templateKinds.has(kind)
    ? "spec.template.spec"
    : kind === "CronJob"
      ? "spec.jobTemplate.spec.template.spec"
      : "spec";
  return (field) => field.replaceAll("spec", spec).replaceAll("metadata", "spec.template.metadata");
}

function reasonText({ reason, errors }: Violation, convert: (field: string) => string): string {
  const fields = errors.map((error) => fieldErrorText({ ...error, field: convert(error.field) }));
  return `(Forbidden reason: ${reason}, field error list: [${fields.join(", ")}])`;
}

/** The controls as Go writes them, with the images of the containers at fault. */
function controlsText(violations: readonly Violation[], input: EvaluationInput): string {
  const images = violations.some(({ containers }) => containers !== undefined) ? knownImages(input) : {};
  const controls = violations.map(({ id, control, containers }) => ({
    ID: id,
    Name: control,
    Images: containers?.map((name) => imageReference(name, images)) ?? null,
  }));
  return JSON.stringify(controls).replaceAll(/[<>&\u2028\u2029]/g, escapeLikeGo);
}

function escapeLikeGo(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}

/** The images of the object; none where one of them is no image reference. */
function knownImages({ resource, gvk }: EvaluationInput): JsonObject {
  try {
    return imagesOf(resource, gvk.kind) ?? {};
  } catch (error) {
    if (error instanceof QueryError) return {};
    throw error;
  }
}

/** The full reference of a container's image, or the name of a container without one. */
function imageReference(container: string, images: JsonObject): string {
  for (const group of ["containers", "initContainers", "ephemeralContainers"]) {
    const infos = own(images, group);
    const info = isObject(infos) ? own(infos, container) : undefined;
    const reference = isObject(info) ? own(info, "reference") : undefined;
    if (typeof reference === "string") return reference;
  }
  return container;
}
