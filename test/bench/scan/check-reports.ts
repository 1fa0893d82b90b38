import type { KubeObject } from "#api/meta/object-meta.ts";
import type { PolicyReportResult } from "#api/reports/policy-report.ts";
import { Budget } from "#engine/budget.ts";
import { compile } from "#engine/compile.ts";
import type { CompiledPolicy } from "#engine/compiled-policy.ts";
import { evaluate } from "#engine/evaluate.ts";
import type { RuleStatus } from "#engine/response.ts";
import type { JsonObject } from "#engine/values/json.ts";
import { summarize } from "#reports/build-report.ts";
import { buildResults } from "#reports/build-results.ts";
import { canonicalResults } from "#reports/canonical-results.ts";
import type { BenchCluster } from "../cluster/bench-cluster.ts";
import { listAll } from "../cluster/list-all.ts";
import { namespaceType, podType, policyReportType } from "../cluster/resource-types.ts";
import type { ScanBench } from "./scan-bench.ts";

type CheckedBench = Pick<ScanBench, "cluster" | "policies">;

const allResults: ReadonlySet<RuleStatus> = new Set(["pass", "fail", "warn", "error", "skip"]);
const maxExamples = 3;

/** How the reports compare with what the engine says offline. */
export interface ReportCheck {
  readonly pods: number;
  readonly wrong: number;
  /** Of the first few that are wrong. */
  readonly examples: readonly string[];
  /** How many results there are of each kind. */
  readonly results: Readonly<Record<string, number>>;
}

const compilePolicies = async ({
  cluster,
  policies: { type, decode },
}: CheckedBench): Promise<readonly CompiledPolicy[]> => {
  const policies: CompiledPolicy[] = [];
  for await (const object of listAll(cluster.client, type)) {
    const decoded = decode(object);
    if (!decoded.ok) throw new Error(`policy ${object.metadata.name} cannot be read`);
    policies.push(compile(decoded.value));
  }
  return policies;
};

const namespaceLabels = async ({
  client,
}: BenchCluster): Promise<ReadonlyMap<string, Record<string, string>>> => {
  const labels = new Map<string, Record<string, string>>();
  for await (const { metadata } of listAll(client, namespaceType, { metadataOnly: true })) {
    labels.set(metadata.name, (metadata["labels"] ?? {}) as Record<string, string>);
  }
  return labels;
};

const evaluatePod = (
  pod: KubeObject,
  policies: readonly CompiledPolicy[],
  labels: ReadonlyMap<string, Record<string, string>>,
): readonly PolicyReportResult[] => {
  const namespace = String(pod.metadata["namespace"]);
  const ownLabels = labels.get(namespace);
  return policies.flatMap((policy) => {
    const evaluation = evaluate(policy, {
      resource: pod as unknown as JsonObject,
      gvk: { group: "", version: "v1", kind: "Pod" },
      subresource: "",
      operation: "CREATE",
      namespace,
      ...(ownLabels === undefined ? {} : { namespaceLabels: ownLabels }),
      nowMs: 0,
      seed: 0,
      numbers: "int64",
      budget: new Budget(),
      context: { lookUp: () => ({ kind: "unavailable" }) },
    });
    if (evaluation.kind === "pending") throw new Error(`${policy.identity.key} asks for data from outside`);
    const { reporting, identity } = policy;
    return buildResults({ ...reporting, policy: identity.key }, evaluation.responses, {
      timestampSeconds: 0,
      allowedResults: allResults,
    });
  });
};

const expectedByUid = async (
  bench: CheckedBench,
): Promise<{ readonly expected: Map<string, string>; readonly results: Record<string, number> }> => {
  const { cluster } = bench;
  const policies = await compilePolicies(bench);
  const labels = await namespaceLabels(cluster);
  const expected = new Map<string, string>();
  const results: Record<string, number> = {};
  for await (const pod of listAll(cluster.client, podType)) {
    const judged = evaluatePod(pod, policies, labels);
    for (const { result = "none" } of judged) results[result] = (results[result] ?? 0) + 1;
    expected.set(pod.metadata.uid, canonicalResults(judged));
  }
  return { expected, results };
};

const hasRightFrame = (report: KubeObject, results: readonly PolicyReportResult[]): boolean => {
  const scope = report["scope"] as { readonly uid?: string } | undefined;
  const summary = (report["summary"] ?? {}) as Readonly<Record<string, number>>;
  return (
    scope?.uid === report.metadata.name &&
    Object.entries(summarize(results)).every(([key, count]) => (summary[key] ?? 0) === count)
  );
};

/**
 * Judges every pod by every policy once more, offline, and compares: each pod must have exactly one report, with exactly
 * these results.
 */
export const checkReports = async (bench: CheckedBench): Promise<ReportCheck> => {
  const { expected, results } = await expectedByUid(bench);
  const pods = expected.size;
  const examples: string[] = [];
  let wrong = 0;
  const note = (what: string): void => {
    wrong += 1;
    if (examples.length < maxExamples) examples.push(what);
  };
  for await (const report of listAll(bench.cluster.client, policyReportType)) {
    const { name } = report.metadata;
    const wanted = expected.get(name);
    expected.delete(name);
    const found = (report["results"] ?? []) as readonly PolicyReportResult[];
    const foundText = canonicalResults(found);
    if (wanted === undefined) note(`report ${name} belongs to no pod`);
    else if (foundText !== wanted) note(`report ${name} says\n${foundText}\nand should say\n${wanted}`);
    else if (!hasRightFrame(report, found)) note(`report ${name} has a wrong scope or summary`);
  }
  for (const uid of expected.keys()) note(`the pod with uid ${uid} has no report`);
  return { pods, wrong, examples, results };
};
