import type { PolicyIdentity } from "#engine/compiled-policy.ts";
import type { CloneSources } from "#engine/generate/clone-sources.ts";
import type { CompiledGenerations } from "#engine/generate/compiled-generations.ts";
import type { DesiredObject } from "#engine/generate/desired-object.ts";
import { generate } from "#engine/generate/generate.ts";
import type { CompiledGeneratingPolicy } from "#engine/generating-policy/compile-generating-policy.ts";
import { generateByPolicy } from "#engine/generating-policy/generate-by-policy.ts";
import type { EvaluationInput } from "#engine/input.ts";
import type { RuleStatus } from "#engine/response.ts";

import { scopeOf, settle } from "./preview-input.ts";
import type { PreviewWorld } from "./preview-world.ts";

/** What a rule says of a trigger: `left` where what it made for it has no reason to be any more. */
export type RuleVerdict = "applies" | "left" | "exempt" | "source gone" | "failed";

/** What a policy wants to exist for a trigger. */
export interface Generation {
  readonly objects: readonly DesiredObject[];
  /** A rule without an entry does not take the trigger. */
  readonly verdicts: ReadonlyMap<string, RuleVerdict>;
  readonly errors: readonly string[];
}

const endless = "external data was asked for again and again";

/** Runs all generate rules of a policy for a trigger. */
export async function runGenerations(
  compiled: CompiledGenerations,
  input: EvaluationInput,
  world: PreviewWorld,
): Promise<Generation> {
  const missing = new Set<string>();
  let rule = "";
  const sources: CloneSources = {
    find(request, scope) {
      const answer = world.sources.find(request, scope);
      if (request.request === "object" && answer.kind === "objects" && answer.objects.length === 0)
        missing.add(rule);
      return answer;
    },
  };
  const verdicts = new Map<string, RuleVerdict>();
  const objects: DesiredObject[] = [];
  const errors: string[] = [];
  for (const { rule: one } of compiled.rules) {
    rule = one.name;
    const result = await settle(
      () => generate(compiled, input, sources, rule),
      scopeOf(compiled.identity),
      world,
    );
    if (result === undefined) {
      verdicts.set(rule, "failed");
      errors.push(`rule ${rule}: ${endless}`);
      continue;
    }
    const [response] = result.responses;
    if (response === undefined) continue;
    objects.push(...result.objects);
    const failed = result.failures.map(({ message }) => `rule ${rule}: ${message}`);
    if (response.status === "error") failed.push(`rule ${rule}: ${response.message}`);
    errors.push(...failed);
    const verdict = verdictOf(response);
    if (failed.length === 0) verdicts.set(rule, verdict);
    else verdicts.set(rule, verdict === "applies" && missing.has(rule) ? "source gone" : "failed");
    if (compiled.applyOne && response.status !== "skip") break;
  }
  return { objects, verdicts, errors };
}

function verdictOf({
  status,
  exceptions = [],
}: {
  readonly status: RuleStatus;
  readonly exceptions?: readonly string[];
}): RuleVerdict {
  switch (status) {
    case "pass":
      return "applies";
    case "skip":
      return exceptions.length > 0 ? "exempt" : "left";
    case "fail":
    case "warn":
      return "left";
    case "error":
      return "failed";
    default:
      return status satisfies never;
  }
}

/** Runs a GeneratingPolicy for a trigger; its one rule has the policy's name. */
export async function runGeneratingPolicy(
  compiled: CompiledGeneratingPolicy,
  input: EvaluationInput,
  world: PreviewWorld,
): Promise<Generation> {
  const { name }: PolicyIdentity = compiled.identity;
  const result = await settle(
    () => generateByPolicy(compiled, input, { isClusterScoped: world.isClusterScoped }),
    scopeOf(compiled.identity),
    world,
  );
  if (result === undefined) return { objects: [], verdicts: new Map([[name, "failed"]]), errors: [endless] };
  const { response, objects } = result;
  if (response === undefined) return { objects, verdicts: new Map(), errors: [] };
  const verdict = verdictOf(response);
  const errors = verdict === "failed" ? [response.message] : [];
  return { objects, verdicts: new Map([[name, verdict]]), errors };
}
