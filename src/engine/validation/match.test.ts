import assert from "node:assert/strict";
import { describe, it } from "node:test";

import type { Rule } from "#api/kyverno/rule.ts";

import {
  cluster,
  deny,
  namespaced,
  noBackground,
  pods,
  rowProblem,
  rule,
  ruleRow,
  withAny,
  withPattern,
  withSubject,
} from "./policies.fixture.ts";
import type { Row } from "./policies.fixture.ts";

const wildcardKind = (background: boolean, kinds: string[], more: Partial<Rule> = deny) =>
  cluster({ background, ...rule({ ...more, match: { any: [{ resources: { kinds } }] } }) });

const matchRows: readonly Row[] = [
  ruleRow(
    "any and all together",
    { ...deny, match: { ...pods, all: pods.any } },
    "match",
    "Can't specify any and all together",
    { ...deny, match: { all: pods.any } },
  ),
  ruleRow(
    "any together with resources",
    { ...deny, match: { ...pods, resources: { kinds: ["Job"] } } },
    "match",
    "can't specify any/all together with match resources",
    { ...deny, match: { resources: { kinds: ["Job"] } } },
  ),
  ruleRow("an empty match", { ...deny, match: {} }, "match", "match resources not specified", deny),
  ruleRow(
    "an empty filter",
    { ...deny, match: { any: [...pods.any, {}] } },
    "match.any[1]",
    "match resources not specified",
    deny,
  ),
  ruleRow(
    "a match without kinds",
    withAny({ namespaces: ["a"] }),
    "match.any[0]",
    "at least one element must be specified in a kind block, the kind attribute is mandatory when working with the resources element",
    withAny({ kinds: ["Pod"], namespaces: ["a"] }),
  ),
  ruleRow(
    "a match without kinds and a pattern for more than metadata",
    { ...withAny({ namespaces: ["a"] }), ...withPattern({ spec: {} }) },
    "match.any[0]",
    "policy can only deal with the metadata field of the resource if the rule does not match any kind",
    withPattern({ spec: {} }),
  ),
  ruleRow(
    "an exclude that takes a filter of match away",
    { ...deny, exclude: pods },
    "",
    "Rule is matching an empty set",
    { ...deny, exclude: { any: [{ resources: { kinds: ["Pod"], namespaces: ["a"] } }] } },
  ),
  ruleRow(
    "an exclude in the old form that takes all away",
    {
      ...deny,
      match: { resources: { kinds: ["Pod"], namespaces: ["a"] } },
      exclude: { resources: { kinds: ["Pod", "Job"], namespaces: ["a", "b"] } },
    },
    "",
    "Rule is matching an empty set",
    {
      ...deny,
      match: { resources: { kinds: ["Pod"], namespaces: ["a"] } },
      exclude: { resources: { kinds: ["Pod"], namespaces: ["b"] } },
    },
  ),
  ruleRow(
    "name and names",
    withAny({ kinds: ["Pod"], name: "a", names: ["b"] }),
    "match.any[0]",
    "Both name and names can not be specified together",
    withAny({ kinds: ["Pod"], names: ["a", "b"] }),
  ),
  ruleRow(
    "an empty selector",
    withAny({ kinds: ["Pod"], selector: {} }),
    "match.any[0].selector",
    "The requirements are not specified in selector",
    withAny({ kinds: ["Pod"], selector: { matchLabels: { a: "b" } } }),
  ),
  {
    title: "roles without a namespace",
    refused: cluster({
      ...noBackground,
      ...rule({ ...deny, match: { any: [{ ...pods.any[0], roles: ["r"] }] } }),
    }),
    path: "spec.rules[0].match.any[0].roles[0]",
    message: "Role is expected to be in namespace:name format",
    accepted: cluster({
      ...noBackground,
      ...rule({ ...deny, match: { any: [{ ...pods.any[0], roles: ["n:r"] }] } }),
    }),
  },
  {
    title: "subjects of other kinds",
    refused: withSubject("Robot", "r"),
    path: "spec.rules[0].match.any[0].subjects[0].kind",
    message: "kind must be 'User', 'Group', or 'ServiceAccount'",
    accepted: withSubject("Group", "r"),
  },
  {
    title: "service accounts without a namespace",
    refused: withSubject("ServiceAccount", "r"),
    path: "spec.rules[0].match.any[0].subjects[0].namespace",
    message: "namespace is required when Kind is ServiceAccount",
    accepted: withSubject("ServiceAccount", "r", "n"),
  },
  {
    title: "namespaces in a Policy",
    refused: namespaced(rule(withAny({ kinds: ["Pod"], namespaces: ["a"] }))),
    path: "spec.rules[0].match.any[0].namespaces",
    message: "Filtering namespaces not allowed in namespaced policies",
    accepted: cluster(rule(withAny({ kinds: ["Pod"], namespaces: ["a"] }))),
  },
  {
    title: "all kinds in background mode",
    refused: wildcardKind(true, ["*"]),
    path: "spec.rules[0].match.any[0].kinds",
    message: "wildcard policy not allowed in background mode",
    accepted: wildcardKind(false, ["*"]),
  },
  {
    title: "all kinds and more",
    refused: wildcardKind(false, ["*", "Pod"]),
    path: "spec.rules[0].match.any[0].kinds",
    message: "wildcard policy can not deal with more than one kind",
    accepted: wildcardKind(false, ["Pod", "Job"]),
  },
  {
    title: "all kinds with foreach",
    refused: wildcardKind(false, ["*"], { validate: { foreach: [{ list: "x", deny: {} }] } }),
    path: "spec.rules[0].match.any[0].kinds",
    message: "wildcard policy does not support rule type",
    accepted: wildcardKind(false, ["Pod"], { validate: { foreach: [{ list: "x", deny: {} }] } }),
  },
  {
    title: "all kinds with a pattern for more than metadata",
    refused: wildcardKind(false, ["*"], withPattern({ spec: {} })),
    path: "spec.rules[0].match.any[0].kinds",
    message: "policy can only deal with the metadata field of the resource",
    accepted: wildcardKind(false, ["*"], withPattern({ metadata: {} })),
  },
  {
    title: "subresources in background mode",
    refused: wildcardKind(true, ["Pod/exec"]),
    path: "spec.rules[0].match.any[0].kinds[0]",
    message: "background scan enabled with subresource Pod/exec",
    accepted: wildcardKind(false, ["Pod/exec"]),
  },
];

describe("validation of match and exclude", () => {
  for (const row of matchRows) {
    it(`refuses ${row.title}, and takes what is in order`, () => {
      assert.equal(rowProblem(row), undefined);
    });
  }
});
