import type { ClusterWorld } from "../commands/scan-cluster.ts";
import type { ClusterOptions } from "../commands/scan-options.ts";
import { resultOf, verdictsOf } from "../judge.ts";
import type { PolicyVerdict } from "../judge.ts";
import type { LoadedPolicy } from "../policies/decode-policy.ts";
import { compareResults } from "./compare-results.ts";
import type { ComparedResult } from "./compare-results.ts";
import type { ObjectChange } from "./render-changes.ts";
import { readStoredReports } from "./stored-reports.ts";

/**
 * What the operator would write that is not in the reports of the cluster. Only what a scan of existing objects says is
 * compared: policies without background scans, and results of mutation, generation and images, are left out.
 */
export async function compareReports(
  world: ClusterWorld,
  policies: readonly LoadedPolicy[],
  cluster: ClusterOptions,
  report: (problem: string) => void,
): Promise<readonly ObjectChange[]> {
  const scanned = policies.filter(isScanned);
  const takes = takenResults(scanned);
  const { byUid, problems } = await readStoredReports(world.client, world.served, cluster.namespace, takes);
  problems.forEach(report);
  const changes: ObjectChange[] = [];
  const { judgement } = world;
  await world.each(scanned, async (item) => {
    if (item.kind === "problem") {
      report(item.message);
      return;
    }
    const { resource } = item;
    const verdicts = await world.judge({ ...judgement, policies: item.policies.map(onlyChecks) }, resource);
    const stored = byUid.get(resource.uid)?.results ?? [];
    byUid.delete(resource.uid);
    const { apiVersion, gvk, namespace, name } = resource;
    for (const change of compareResults(
      stored,
      verdicts.flatMap((one) => scanResults(one, judgement.nowMs)),
    )) {
      changes.push({ ...change, resource: { apiVersion, kind: gvk.kind, namespace, name } });
    }
  });
  // What is left belongs to objects that are gone, or that no policy matches any more.
  for (const { object, results } of byUid.values()) {
    const isMeant = cluster.names.length === 0 || cluster.names.includes(object.name);
    if (!isMeant || world.unlisted().has(`${object.apiVersion}/${object.kind}`)) continue;
    for (const change of compareResults(results, [])) changes.push({ ...change, resource: object });
  }
  return changes;
}

function isScanned({ compiled }: LoadedPolicy): boolean {
  return compiled.background && compiled.backgroundProblem === undefined && !compiled.disabledForReports;
}

/** A scan changes nothing, so that rules judge objects as they are. */
function onlyChecks({ source, compiled }: LoadedPolicy): LoadedPolicy {
  return { source, compiled };
}

function scanResults(verdict: PolicyVerdict, nowMs: number): readonly ComparedResult[] {
  return verdictsOf(verdict)
    .filter(({ response }) => response.type === "validate")
    .map((one) => {
      const { policy, rule = "", result = "", message = "" } = resultOf(one, nowMs);
      return { policy, rule, result, message };
    });
}

/** Results of these policies, but not of rules that check images. */
function takenResults(
  policies: readonly LoadedPolicy[],
): (source: string, result: ComparedResult) => boolean {
  const images = new Map<string, ReadonlySet<string>>(
    policies.map(({ compiled }) => {
      const rules = compiled.rules.filter(({ type }) => type === "imageVerify").map(({ name }) => name);
      return [`${compiled.reporting.source} ${compiled.identity.key}`, new Set(rules)] as const;
    }),
  );
  return (source, { policy, rule }) => {
    const ofImages = images.get(`${source} ${policy}`);
    return ofImages !== undefined && !ofImages.has(rule.replace(/^autogen-(?:cronjob-)?/, ""));
  };
}
