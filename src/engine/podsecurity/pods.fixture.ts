import type { PodSecurityExclusion, PodSecurityValidation } from "#api/kyverno/pod-security.ts";

import { compile } from "../compile.ts";
import { evaluate } from "../evaluate.ts";
import { input, policy, rule } from "../evaluate.fixture.ts";
import type { ExceptionSource, RuleException } from "../exceptions/exception-source.ts";
import type { EvaluationInput } from "../input.ts";
import type { RuleResponse } from "../response.ts";
import type { JsonObject } from "../values/json.ts";
import { compileExclusion } from "./exclusions.ts";

/** The response of one podSecurity rule. */
export function judge(
  podSecurity: PodSecurityValidation,
  resource: JsonObject,
  more: Partial<EvaluationInput> = {},
): RuleResponse | undefined {
  const evaluation = evaluate(
    compile(policy([rule("r", { validate: { podSecurity } })])),
    input(resource, more),
  );
  return evaluation.kind === "completed" ? evaluation.responses[0] : undefined;
}

/** A security context that the restricted level takes. */
export const good: JsonObject = {
  allowPrivilegeEscalation: false,
  runAsNonRoot: true,
  capabilities: { drop: ["ALL"] },
  seccompProfile: { type: "RuntimeDefault" },
};

/** A pod. */
export function pod(spec: JsonObject): JsonObject {
  return { apiVersion: "v1", kind: "Pod", metadata: { name: "p", namespace: "shop" }, spec };
}

/** A pod whose containers run these images and are privileged. */
export function privileged(...images: string[]): JsonObject {
  const containers = images.map((image, index) => ({
    name: `c${index}`,
    image,
    securityContext: { ...good, privileged: true },
  }));
  return pod({ containers });
}

interface ExceptionExample {
  readonly key: string;
  readonly controls?: readonly PodSecurityExclusion[];
}

/** Exceptions for every rule and object, with these controls. */
export function exceptions(...list: readonly ExceptionExample[]): ExceptionSource {
  const compiled: RuleException[] = list.map(({ key, controls = [] }) => ({
    key,
    applies: () => true,
    podSecurity: controls.map(compileExclusion),
  }));
  return { find: () => compiled };
}
