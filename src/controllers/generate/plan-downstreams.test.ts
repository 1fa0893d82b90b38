import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { ResourceType } from "#api/meta/resource-type.ts";
import type { KnownDownstream } from "./downstream-index.ts";
import { placeKey } from "./downstream.ts";
import { planDownstreams } from "./plan-downstreams.ts";
import type { DesiredPlace, Situation } from "./plan-downstreams.ts";

const type: ResourceType = {
  group: "",
  version: "v1",
  kind: "ConfigMap",
  resource: "configmaps",
  namespaced: true,
  preferred: true,
  verbs: [],
};

function made(name: string, more: Partial<KnownDownstream> = {}): KnownDownstream {
  return {
    type,
    namespace: "shop",
    name,
    uid: `uid-${name}`,
    resourceVersion: "1",
    ruleKey: "ClusterPolicy/p/r",
    trigger: { uid: "t", group: "", version: "v1", kind: "Namespace", namespace: "" },
    sourceUid: "",
    source: undefined,
    ownFields: "",
    needsTakeOver: false,
    isTouched: false,
    written: { content: `${name}-1`, shape: "" },
    epoch: 1,
    ...more,
  };
}

const wanted = (name: string, content = `${name}-1`): DesiredPlace => ({
  key: placeKey(type, { namespace: "shop", name }),
  content,
});

/** What is done, in one line: `apply a`, `create b`, `delete c`, `delete? d` where it follows from an evaluation. */
function plan(
  more: Partial<Situation<DesiredPlace>> & { readonly others?: readonly KnownDownstream[] },
): string[] {
  const { others = [], ...given } = more;
  const existing = given.existing ?? [];
  const all = new Map([...existing, ...others].map((one) => [placeKey(one.type, one), one]));
  const { writes, deletes } = planDownstreams({
    family: "rule",
    synchronize: true,
    verdict: "applies",
    isExplicit: false,
    desired: [],
    isComplete: true,
    existing,
    at: (key) => all.get(key),
    isGoneSource: (uid) => uid === "gone",
    ...given,
  });
  const nameOf = (key: string): string => key.slice(key.lastIndexOf("/") + 1);
  return [
    ...writes.map(({ how, desired }) => `${how} ${nameOf(desired.key)}`),
    ...deletes.map(({ downstream, isInferred }) => `delete${isInferred ? "?" : ""} ${downstream.name}`),
  ];
}

const off = { synchronize: false } as const;
const policy = { family: "policy" } as const;

describe("what a rule does to the world for a trigger", () => {
  const cases: readonly (readonly [
    title: string,
    given: Parameters<typeof plan>[0],
    expected: readonly string[],
  ])[] = [
    ["makes what is missing", { desired: [wanted("a")] }, ["apply a"]],
    [
      "makes what is missing once, where it keeps nothing in step",
      { ...off, desired: [wanted("a")] },
      ["create a"],
    ],
    [
      "makes what is missing only where nothing stands, for a GeneratingPolicy",
      { ...policy, desired: [wanted("a")] },
      ["create a"],
    ],
    ["writes nothing where all is as it was written", { desired: [wanted("a")], existing: [made("a")] }, []],
    ["writes another content", { desired: [wanted("a", "new")], existing: [made("a")] }, ["apply a"]],
    [
      "writes what somebody changed",
      { desired: [wanted("a")], existing: [made("a", { written: undefined })] },
      ["apply a"],
    ],
    [
      "leaves what was changed, where it keeps nothing in step",
      { ...off, desired: [wanted("a", "new")], existing: [made("a")] },
      [],
    ],
    [
      "writes into its own once asked, for a GeneratingPolicy that keeps nothing in step",
      { ...off, ...policy, desired: [wanted("a", "new")], existing: [made("a")] },
      ["apply a"],
    ],
    [
      "takes what another rule made",
      { desired: [wanted("a")], others: [made("a", { ruleKey: "x" })] },
      ["apply a"],
    ],
    [
      "leaves what another rule made, where it keeps nothing in step",
      { ...off, desired: [wanted("a")], others: [made("a", { ruleKey: "x" })] },
      [],
    ],
    [
      "leaves what another policy made, for a GeneratingPolicy",
      { ...policy, desired: [wanted("a")], others: [made("a", { ruleKey: "x" })] },
      [],
    ],
    [
      "deletes what it made where it does not apply any more",
      { verdict: "ended", existing: [made("a"), made("b")] },
      ["delete? a", "delete? b"],
    ],
    [
      "deletes for good reason where the trigger is gone",
      { verdict: "ended", isExplicit: true, existing: [made("a")] },
      ["delete a"],
    ],
    [
      "keeps what it made where it keeps nothing in step",
      { ...off, verdict: "ended", existing: [made("a")] },
      [],
    ],
    [
      "leaves everything where an exception takes the trigger",
      { verdict: "spared", existing: [made("a")], desired: [wanted("b")] },
      [],
    ],
    ["never deletes because an evaluation failed", { verdict: "failed", existing: [made("a")] }, []],
    [
      "makes what it can where part of an evaluation failed",
      { verdict: "failed", desired: [wanted("b")], existing: [made("a")] },
      ["apply b"],
    ],
    [
      "deletes copies whose source is gone, and no others",
      { desired: [], existing: [made("a", { sourceUid: "gone" }), made("b", { sourceUid: "there" })] },
      ["delete? a"],
    ],
    [
      "keeps copies whose source is gone, where it keeps nothing in step",
      { ...off, existing: [made("a", { sourceUid: "gone" })] },
      [],
    ],
    [
      "keeps a copy that has another source now",
      { desired: [wanted("a", "new")], existing: [made("a", { sourceUid: "gone" })] },
      ["apply a"],
    ],
    [
      "keeps what a rule does not want any more",
      { desired: [wanted("b")], existing: [made("a")] },
      ["apply b"],
    ],
    [
      "deletes what a GeneratingPolicy does not want any more",
      { ...policy, desired: [wanted("b")], existing: [made("a")] },
      ["create b", "delete? a"],
    ],
    [
      "keeps what it does not want where not all could be made",
      { ...policy, isComplete: false, desired: [], existing: [made("a")] },
      [],
    ],
    [
      "keeps what a GeneratingPolicy does not want that keeps nothing in step",
      { ...policy, ...off, desired: [wanted("b")], existing: [made("a")] },
      ["create b"],
    ],
  ];
  for (const [title, given, expected] of cases) {
    it(title, () => assert.deepEqual(plan(given), expected));
  }
});
