import type { Generation } from "#api/kyverno/generate.ts";
import type { Rule } from "#api/kyverno/rule.ts";

import { input, policy, rule, web } from "../evaluate.fixture.ts";
import type { EvaluationInput } from "../input.ts";
import type { JsonObject } from "../values/json.ts";
import type { CloneSources } from "./clone-sources.ts";
import { compileGenerations } from "./compile-generations.ts";
import { generate } from "./generate.ts";

const noSources: CloneSources = { find: () => ({ kind: "objects", objects: [] }) };
/** The pod that rules generate for. */
export const trigger: JsonObject = {
  ...web,
  metadata: { name: "web", namespace: "shop", uid: "u1", labels: { app: "web" } },
};

/** What rules want to exist for the trigger. */
export function run(
  rules: readonly Rule[],
  more: Partial<EvaluationInput> = {},
  sources: CloneSources = noSources,
) {
  const result = generate(compileGenerations(policy(rules)), input(trigger, more), sources);
  if (result.kind === "pending") throw new Error("the generation waits for data");
  return result;
}

/** A rule for pods that generates. */
export function makes(block: Generation, more: Partial<Rule> = {}): Rule {
  return rule("r", { generate: block, ...more });
}

/** An object to make. */
export const configMap = { apiVersion: "v1", kind: "ConfigMap", namespace: "shop", name: "made" } as const;
