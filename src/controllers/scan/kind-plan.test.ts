import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { decodeClusterPolicy } from "#api/kyverno/cluster-policy.ts";
import { builtIn, typeOf } from "./fake-cluster.fixture.ts";
import { planKinds, planPasses } from "./kind-plan.ts";
import { policy, teamRule } from "./scan-world.fixture.ts";
import { prepareScanPolicy } from "./scan-policy.ts";
import type { ScanPolicy } from "./scan-policy.ts";

const types = [...Object.values(builtIn), typeOf("example.com/v1", "Widget")];

function prepared(name: string, resources: object, spec: object = {}): [string, ScanPolicy] {
  const decoded = decodeClusterPolicy(policy(name, teamRule("red", resources), spec));
  assert.ok(decoded.ok);
  const made = prepareScanPolicy(decoded.value, undefined);
  return [made.key, made];
}

type Policies = readonly (readonly [string, ScanPolicy])[];

const passesOf = (before: Policies, after: Policies): unknown[] => {
  const plan = (policies: Policies) => planKinds(new Map(policies), types).kinds;
  return planPasses(plan(before), plan(after)).map(({ kind, policy: key, namespaces }) => [
    kind.slice(kind.lastIndexOf("/") + 1),
    key.slice(key.indexOf("/") + 1),
    namespaces === undefined ? "everywhere" : [...namespaces].toSorted().join(" "),
  ]);
};

const pods = { kinds: ["Pod"] };
const other = prepared("other", { kinds: ["Pod", "Widget"] });

describe("what is listed again after policies changed", () => {
  const cases: [string, Policies, Policies, unknown[]][] = [
    ["nothing, where nothing did", [other], [other], []],
    ["nothing, for a kind that only now begins to be watched", [], [prepared("p", pods)], []],
    ["a kind that a new policy judges", [other], [other, prepared("p", pods)], [["pods", "p", "everywhere"]]],
    [
      "a kind that a policy judged that is gone",
      [other, prepared("p", pods)],
      [other],
      [["pods", "p", "everywhere"]],
    ],
    ["nothing, where the kind is watched no longer", [prepared("p", pods)], [], []],
    [
      "the kinds of both versions of an edited policy",
      [other, prepared("p", pods)],
      [other, prepared("p", { kinds: ["Widget"] })],
      [
        ["pods", "p", "everywhere"],
        ["widgets", "p", "everywhere"],
      ],
    ],
    [
      "the namespaces that both versions name",
      [other, prepared("p", { ...pods, namespaces: ["a"] })],
      [other, prepared("p", { ...pods, namespaces: ["b"] })],
      [["pods", "p", "a b"]],
    ],
    [
      "all namespaces, where one version may judge anywhere",
      [other, prepared("p", { ...pods, namespaces: ["a"] })],
      [other, prepared("p", { ...pods, namespaces: ["b*"] })],
      [["pods", "p", "everywhere"]],
    ],
    [
      "what a policy judged that takes part no longer",
      [other, prepared("p", pods)],
      [other, prepared("p", pods, { background: false })],
      [["pods", "p", "everywhere"]],
    ],
  ];
  for (const [title, before, after, expected] of cases) {
    it(title, () => assert.deepEqual(passesOf(before, after), expected));
  }
});
