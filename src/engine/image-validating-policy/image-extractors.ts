import type { ImageValidatingPolicySpec } from "#api/policies/image-validating-policy.ts";

import { compileExpression } from "../cel-policy/compile-expression.ts";
import type { CelSession } from "../cel-policy/cel-session.ts";
import type { CelEnvironment } from "../cel/compile/environment.ts";
import type { CelProgram } from "../cel/program.ts";
import { CelError } from "../cel/values/cel-error.ts";
import { isListValue } from "../cel/values/cel-value.ts";
import type { EvaluationInput } from "../input.ts";
import { resourceOf } from "../match/resource-name.ts";
import { isList, isObject, own } from "../values/json.ts";
import type { Json, JsonObject } from "../values/json.ts";

/** Images by the name under which expressions see them. */
export type ImageLists = ReadonlyMap<string, readonly string[]>;

export type CompiledExtractors = readonly (readonly [name: string, program: CelProgram])[];

/** Compiles a policy's own extractors. Throws a `CelCompileError`. */
export function compileExtractors(
  extractors: ImageValidatingPolicySpec["images"],
  environment: CelEnvironment,
): CompiledExtractors {
  return (extractors ?? []).map(
    ({ name, expression }, index) =>
      [name, compileExpression(expression, environment, `images[${index}].expression`)] as const,
  );
}

const containerLists = ["containers", "initContainers", "ephemeralContainers"] as const;

/** Where the pod of each kind is that has one. */
const podPaths: Readonly<Record<string, readonly string[]>> = {
  "/v1/pods": ["spec"],
  "apps/v1/daemonsets": ["spec", "template", "spec"],
  "apps/v1/deployments": ["spec", "template", "spec"],
  "apps/v1/replicasets": ["spec", "template", "spec"],
  "apps/v1/statefulsets": ["spec", "template", "spec"],
  "batch/v1/jobs": ["spec", "template", "spec"],
  "batch/v1/cronjobs": ["spec", "jobTemplate", "spec", "template", "spec"],
};

/**
 * The images of an object: those of its containers, where its kind has such, and those that the policy's own extractors
 * find, which come in the place of the former where they have the same name. Throws a `CelError` where one cannot be
 * evaluated.
 */
export function extractImages(
  extractors: CompiledExtractors,
  input: EvaluationInput,
  session: CelSession,
): ImageLists {
  const images = new Map<string, readonly string[]>();
  const { group, version } = input.gvk;
  const key = `${group}/${version}/${resourceOf(input.gvk)}`;
  const path = Object.hasOwn(podPaths, key) ? podPaths[key] : undefined;
  if (path !== undefined) {
    const pod = path.reduce<Json | undefined>(
      (value, field) => (isObject(value) ? own(value, field) : undefined),
      input.resource,
    );
    for (const list of containerLists) images.set(list, containerImages(isObject(pod) ? pod : {}, list));
  }
  for (const [name, program] of extractors) {
    const result = session.evaluate(program);
    if (result.kind === "error") throw new CelError(`failed to extract images ${name}: ${result.message}`);
    if (!isListValue(result.value)) throw new CelError(`failed to extract images ${name}: no list`);
    images.set(
      name,
      result.value.filter((image) => typeof image === "string"),
    );
  }
  return images;
}

function containerImages(pod: JsonObject, list: string): readonly string[] {
  const containers = own(pod, list);
  if (!isList(containers)) return [];
  return containers.flatMap((container) => {
    const image = isObject(container) ? own(container, "image") : undefined;
    return typeof image === "string" && image !== "" ? [image] : [];
  });
}
