import { join } from "node:path";
import { openFiles } from "#cli/documents/read-documents.ts";
import { loadPolicies } from "#cli/policies/load-policies.ts";
import type { CompiledPolicy } from "#engine/compiled-policy.ts";
import { CorpusMissing } from "../scan/load-policies.ts";
import { checkByHand } from "./by-hand/checks.ts";
import type { CheckByHand } from "./by-hand/pod.ts";
import { ruleSets } from "./rule-sets.ts";
import type { RuleSet } from "./rule-sets.ts";

/** Files of this machine. */
export const noStdin = openFiles(() => {
  throw new Error("a bench reads no standard input");
});

/** A set ready to be measured: its policies, and each of their rules by hand. */
export interface LoadedSet {
  readonly set: RuleSet;
  readonly policies: readonly CompiledPolicy[];
  readonly checks: readonly { readonly rule: string; readonly check: CheckByHand }[];
}

/** Compiles the measured policies of a corpus. Throws CorpusMissing where one of them cannot be read. */
export const loadRuleSets = async (corpus: string): Promise<readonly LoadedSet[]> =>
  Promise.all(ruleSets.map((set) => loadSet(set, corpus)));

const loadSet = async (set: RuleSet, corpus: string): Promise<LoadedSet> => {
  const files = set.files.map((file) => join(corpus, "policies", file));
  const { policies, problems } = await loadPolicies(files, noStdin);
  const [problem] = problems;
  if (problem !== undefined || policies.length !== files.length) {
    throw new CorpusMissing(problem?.message ?? `not every policy of ${set.kind} is there`);
  }
  const compiled = policies.map((policy) => policy.compiled);
  const rules = compiled.flatMap((policy) => policy.rules.map(({ name }) => name));
  return { set, policies: compiled, checks: rules.map((rule) => ({ rule, check: checkByHand(rule) })) };
};
