import type { ScanWorld } from "../commands/scan-world.ts";
import { resultOf, verdictsOf } from "../judge.ts";
import type { Judgement } from "../judge.ts";
import type { LoadedPolicy } from "../policies/decode-policy.ts";
import type { ScanResource } from "../resources/scan-resource.ts";
import { compareResults } from "./compare-results.ts";
import type { ComparedResult } from "./compare-results.ts";
import type { ObjectChange } from "./render-changes.ts";

/**
 * What would change for each object if `now` took the place of `old`. Policies that are the same in both are left out,
 * unless some policy mutates: then the others may see another object.
 */
export async function comparePolicies(
  world: ScanWorld,
  old: readonly LoadedPolicy[],
  now: readonly LoadedPolicy[],
  report: (problem: string) => void,
): Promise<readonly ObjectChange[]> {
  const changes: ObjectChange[] = [];
  const mutates = [...old, ...now].some(({ mutations }) => mutations !== undefined);
  const before = new Set(mutates ? old : withoutTwins(old, now));
  const after = new Set(mutates ? now : withoutTwins(now, old));
  await world.each([...before, ...after], async (item) => {
    if (item.kind === "problem") {
      report(item.message);
      return;
    }
    const { resource, policies } = item;
    const judge = (set: ReadonlySet<LoadedPolicy>): Promise<readonly ComparedResult[]> =>
      resultsOf(world, { ...world.judgement, policies: policies.filter((one) => set.has(one)) }, resource);
    for (const change of compareResults(await judge(before), await judge(after))) {
      const { apiVersion, gvk, namespace, name } = resource;
      changes.push({ ...change, resource: { apiVersion, kind: gvk.kind, namespace, name } });
    }
  });
  return changes;
}

/** Those of which the other version has no equal. */
function withoutTwins(
  policies: readonly LoadedPolicy[],
  others: readonly LoadedPolicy[],
): readonly LoadedPolicy[] {
  const contents = new Set(others.map(({ source }) => JSON.stringify(source)));
  return policies.filter(({ source }) => !contents.has(JSON.stringify(source)));
}

async function resultsOf(
  world: ScanWorld,
  judgement: Judgement,
  resource: ScanResource,
): Promise<readonly ComparedResult[]> {
  const verdicts = await world.judge(judgement, resource);
  return verdicts.flatMap(verdictsOf).map((verdict) => {
    const { policy, rule = "", result = "", message = "" } = resultOf(verdict, judgement.nowMs);
    return { policy, rule, result, message };
  });
}
