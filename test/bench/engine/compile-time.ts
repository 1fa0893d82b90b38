import { join } from "node:path";
import { decodeClusterPolicy, decodePolicy } from "#api/kyverno/cluster-policy.ts";
import type { ClusterPolicy, Policy } from "#api/kyverno/cluster-policy.ts";
import { findFiles } from "#cli/documents/find-files.ts";
import { readDocuments } from "#cli/documents/read-documents.ts";
import { compile } from "#engine/compile.ts";
import { compileGenerations } from "#engine/generate/compile-generations.ts";
import { compileMutations } from "#engine/mutate/compile-mutations.ts";
import { isObject, own } from "#engine/values/json.ts";
import type { Json } from "#engine/values/json.ts";
import { CorpusMissing } from "../scan/load-policies.ts";
import type { EngineFigures } from "./figures.ts";
import { noStdin } from "./load-rule-sets.ts";

/** Every policy of a corpus that its schema lets in. */
const readPolicies = async (corpus: string): Promise<readonly (ClusterPolicy | Policy)[]> => {
  const policies: (ClusterPolicy | Policy)[] = [];
  for (const folder of ["policies", "kyverno"]) {
    const { files } = await findFiles(join(corpus, folder), true);
    for await (const document of readDocuments(files, noStdin)) {
      const policy = document.kind === "document" ? policyOf(document.content as Json) : undefined;
      if (policy !== undefined) policies.push(policy);
    }
  }
  return policies;
};

const policyOf = (content: Json): ClusterPolicy | Policy | undefined => {
  if (!isObject(content)) return undefined;
  const apiVersion = own(content, "apiVersion");
  if (typeof apiVersion !== "string" || !apiVersion.startsWith("kyverno.io/")) return undefined;
  const kind = own(content, "kind");
  if (kind !== "ClusterPolicy" && kind !== "Policy") return undefined;
  const decoded = kind === "Policy" ? decodePolicy(content) : decodeClusterPolicy(content);
  return decoded.ok ? decoded.value : undefined;
};

/**
 * How long the compilation of all policies takes, each once, as when the operator starts. It is only true in a process
 * in which the engine has not run before. Throws CorpusMissing where there are none.
 */
export const timeCompilation = async (corpus: string): Promise<EngineFigures["compile"]> => {
  const policies = await readPolicies(corpus);
  if (policies.length === 0) throw new CorpusMissing(`there is no policy in ${corpus}`);
  const started = process.cpuUsage();
  for (const policy of policies) {
    const rules = policy.spec.rules ?? [];
    compile(policy);
    if (rules.some((rule) => rule.mutate !== undefined)) compileMutations(policy);
    if (rules.some((rule) => rule.generate !== undefined)) compileGenerations(policy);
  }
  const { user, system } = process.cpuUsage(started);
  return { policies: policies.length, ms: (user + system) / 1_000 };
};
