import assert from "node:assert/strict";
import { test } from "node:test";
import {
  compileResourceFilters,
  parseResourceFilters,
  resourceFilters,
  type FilterSubject,
} from "./resource-filters.ts";

const anyKind = { group: "*", version: "*", subresource: "" };

test("groups may have anything in between, and parts are not trimmed", () => {
  assert.deepEqual(parseResourceFilters("[Event,*,*] [Pod, kube-system,*]\n[Node]"), [
    { ...anyKind, kind: "Event", namespace: "*", name: "*" },
    { ...anyKind, kind: "Pod", namespace: " kube-system", name: "*" },
    { ...anyKind, kind: "Node", namespace: "", name: "" },
  ]);
});

test("a group with too many parts repeats the one before, as Kyverno does", () => {
  const [first, second, ...rest] = parseResourceFilters("[Pod,a,b][Node,c,d,e]");
  assert.deepEqual(second, first);
  assert.deepEqual(rest, []);
  assert.deepEqual(parseResourceFilters("[Node,c,d,e]"), []);
});

const pod: FilterSubject = {
  group: "",
  version: "v1",
  kind: "Pod",
  subresource: "",
  namespace: "team-a",
  name: "web-1",
};
const namespace: FilterSubject = { ...pod, kind: "Namespace", namespace: "", name: "kube-system" };

const cases: readonly [string, FilterSubject, boolean][] = [
  ["[Pod,team-a,web-*]", pod, true],
  ["[Pod,team-*,*]", pod, true],
  ["[Pod,team-a]", pod, false],
  ["[Deployment,*,*]", pod, false],
  ["[*,team-a,*]", pod, true],
  ["[*/*,team-a,*]", pod, true],
  ["[*/*,team-a,*]", { ...pod, subresource: "status" }, true],
  ["[Pod/binding,*,*]", pod, false],
  ["[Pod/binding,*,*]", { ...pod, subresource: "binding" }, true],
  ["[v1/Pod,*,*]", pod, true],
  ["[apps/v1/Pod,*,*]", pod, false],
  ["[Namespace,kube-system,*]", namespace, true],
  ["[*,kube-system,*]", namespace, true],
  ["[*,kube-*,none]", namespace, true],
  ["[Node,,worker-*]", { ...pod, kind: "Node", namespace: "", name: "worker-1" }, true],
];

for (const [source, subject, filtered] of cases) {
  test(`${source} ${filtered ? "filters" : "keeps"} ${subject.kind}/${subject.subresource} ${subject.namespace}/${subject.name}`, () => {
    assert.equal(compileResourceFilters(parseResourceFilters(source))(subject), filtered);
  });
}

test("a text without any group is refused, an empty one is no filter", () => {
  assert.equal(resourceFilters.parse("Pod,*,*").ok, false);
  assert.deepEqual(resourceFilters.parse(""), { ok: true, value: [] });
});

test("hundreds of thousands of brackets are read in time", () => {
  assert.equal(parseResourceFilters("[".repeat(200_000)).length, 0);
  assert.equal(parseResourceFilters("[a]".repeat(200_000)).length, 10_000);
});
