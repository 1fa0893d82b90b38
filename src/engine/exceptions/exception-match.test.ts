import assert from "node:assert/strict";
import { describe, it } from "node:test";

import type { PolicyException } from "#api/kyverno/exception.ts";

import { matchSubjectOf } from "../match/subject.ts";
import type { SubjectSource } from "../match/subject.ts";
import { compileExceptionMatch } from "./exception-match.ts";

type Match = PolicyException["spec"]["match"];

const pod: SubjectSource = {
  resource: { metadata: { name: "web", labels: { app: "web" } } },
  gvk: { group: "", version: "v1", kind: "Pod" },
  subresource: "",
  operation: "CREATE",
  namespace: "shop",
  namespaceLabels: { team: "a" },
};
const namespace: SubjectSource = {
  resource: { metadata: { name: "shop" } },
  gvk: { group: "", version: "v1", kind: "Namespace" },
  subresource: "",
  operation: "CREATE",
  namespace: "",
};
const pods = { kinds: ["Pod"] };
const teamB = { matchLabels: { team: "b" } };

const cases: readonly [title: string, match: Match, subject: SubjectSource, covered: boolean][] = [
  ["covers nothing without any and all", {}, pod, false],
  ["covers nothing with empty lists", { any: [], all: [] }, pod, false],
  ["covers nothing with an empty filter", { any: [{}] }, pod, false],
  ["covers nothing with an empty filter among all", { all: [{ resources: pods }, {}] }, pod, false],
  ["takes one of any", { any: [{ resources: { kinds: ["Job"] } }, { resources: pods }] }, pod, true],
  ["takes all of all", { all: [{ resources: { kinds: ["Job"] } }, { resources: pods }] }, pod, false],
  ["prefers any to all", { any: [{ resources: pods }], all: [{}] }, pod, true],
  ["does not look at operations", { any: [{ resources: { ...pods, operations: ["DELETE"] } }] }, pod, true],
  ["takes operations alone for a filter", { any: [{ resources: { operations: ["DELETE"] } }] }, pod, true],
  ["compares names with wildcards", { any: [{ resources: { names: ["db", "w*"] } }] }, pod, true],
  ["compares namespaces with wildcards", { any: [{ resources: { namespaces: ["sh?p"] } }] }, pod, true],
  ["compares labels", { any: [{ resources: { selector: { matchLabels: { app: "db" } } } }] }, pod, false],
  ["compares labels of the namespace", { any: [{ resources: { namespaceSelector: teamB } }] }, pod, false],
  [
    "does not look at the namespace selector for Namespaces",
    { any: [{ resources: { kinds: ["Namespace"], namespaceSelector: teamB } }] },
    namespace,
    true,
  ],
  [
    "covers ephemeral containers of pods without naming them",
    { any: [{ resources: pods }] },
    { ...pod, subresource: "ephemeralcontainers" },
    true,
  ],
  [
    "wants users, which a scan does not have",
    { any: [{ resources: pods, subjects: [{ kind: "User", name: "ann" }] }] },
    pod,
    false,
  ],
  [
    "takes users of requests",
    { any: [{ subjects: [{ kind: "User", name: "a*" }] }] },
    { ...pod, user: { username: "ann", groups: [], roles: [], clusterRoles: [] } },
    true,
  ],
];

describe("match of an exception", () => {
  for (const [title, match, subject, covered] of cases) {
    it(title, () => {
      assert.equal(compileExceptionMatch(match)(matchSubjectOf(subject)), covered);
    });
  }
});
