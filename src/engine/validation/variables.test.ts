import assert from "node:assert/strict";
import { describe, it } from "node:test";

import type { Rule } from "#api/kyverno/rule.ts";

import {
  cluster,
  deny,
  noBackground,
  pods,
  rowProblem,
  rule,
  ruleRow,
  withAny,
  withImages,
  withSubject,
} from "./policies.fixture.ts";
import type { Row } from "./policies.fixture.ts";

const message = (text: string): Partial<Rule> => ({ validate: { deny: {}, message: text } });
const users = "{{ request.userInfo.username }}";

const variableRows: readonly Row[] = [
  ...[users, "{{ serviceAccountName }}", "{{ request.roles }}"].map((text) => ({
    title: `${text} in background mode`,
    refused: cluster(rule(message(text))),
    path: "spec.rules[0].validate.message",
    message: "only select variables are allowed in background mode. Set spec.background=false",
    accepted: cluster({ ...noBackground, ...rule(message(text)) }),
  })),
  {
    title: "users in match in background mode",
    refused: cluster(
      rule({ ...deny, match: { any: [{ ...pods.any[0], subjects: [{ kind: "User", name: "a" }] }] } }),
    ),
    path: "spec.rules[0].match.any[0].subjects",
    message: "only select variables are allowed in background mode",
    accepted: withSubject("User", "a"),
  },
  {
    title: "cluster roles in exclude in background mode",
    refused: cluster(rule({ ...deny, exclude: { any: [{ clusterRoles: ["admin"] }] } })),
    path: "spec.rules[0].exclude.any[0].clusterRoles",
    message: "only select variables are allowed in background mode",
    accepted: cluster({
      ...noBackground,
      ...rule({ ...deny, exclude: { any: [{ clusterRoles: ["admin"] }] } }),
    }),
  },
  ruleRow(
    "variables that nobody declares",
    message("{{ nobody }}"),
    "validate.message",
    "policy contains invalid variables: variable substitution failed for rule r: variable nobody must match regex",
    { ...message("{{ nobody }}"), context: [{ name: "nobody", variable: { value: "a" } }] },
  ),
  ruleRow(
    "fields of a ConfigMap that there are not",
    {
      ...message("{{ map.items }}"),
      context: [{ name: "map", configMap: { name: "m", namespace: "n" } }],
    },
    "validate.message",
    "variable map.items must match regex",
    {
      ...message("{{ map.data.a }}"),
      context: [{ name: "map", configMap: { name: "m", namespace: "n" } }],
    },
  ),
  ruleRow(
    "variables that are no expressions",
    message("{{ request. }}"),
    "validate.message",
    "policy contains invalid variables: invalid JMESPath query request.: ",
    message("\\{{ request. }}"),
  ),
  ruleRow(
    "variables in match",
    withAny({ kinds: ["Pod"], names: ["{{ request.name }}"] }),
    "match",
    'rule "r" should not have variables in match section',
    withAny({ kinds: ["Pod"], names: ["a*"] }),
  ),
  ruleRow(
    "variables in exclude",
    { ...deny, exclude: { any: [{ resources: { names: ["{{ request.name }}"] } }] } },
    "exclude",
    'rule "r" should not have variables in exclude section',
    { ...deny, exclude: { any: [{ resources: { names: ["a"] } }] } },
  ),
  ruleRow(
    "variables in image references",
    withImages({ imageReferences: ["{{ request.name }}"] }),
    "verifyImages[0].imageReferences",
    'rule "r" should not have variables in image reference section',
    withImages({ imageReferences: ["a*"] }),
  ),
  ruleRow(
    "variables in paths of JSON patches",
    { mutate: { patchesJson6902: '- op: add\n  path: "/metadata/{{ request.name }}"\n  value: a' } },
    "mutate.patchesJson6902",
    'rule "r" should not have variables in patchesJSON6902 path section',
    { mutate: { patchesJson6902: '- op: add\n  path: "/metadata"\n  value: "{{ request.name }}"' } },
  ),
  ruleRow(
    "elements outside of foreach",
    message("{{ element.name }}"),
    "validate.message",
    "variable 'element.name' present outside of foreach at path /validate/message",
    { validate: { foreach: [{ list: "x", pattern: { a: "{{ element.name }}" } }] } },
  ),
  ruleRow(
    "targets that are named after themselves",
    {
      match: { any: [{ resources: { kinds: ["Secret"] } }] },
      mutate: {
        patchStrategicMerge: { a: "{{ target.metadata.name }}" },
        targets: [{ apiVersion: "v1", kind: "ConfigMap", name: "{{ target.a }}" }],
      },
    },
    "mutate.targets[0].name",
    "policy contains invalid variables: invalid variables defined at mutate.targets[0]",
    {
      match: { any: [{ resources: { kinds: ["Secret"] } }] },
      mutate: {
        patchStrategicMerge: { a: "{{ target.metadata.name }}" },
        targets: [{ apiVersion: "v1", kind: "ConfigMap", name: "{{ request.object.a }}" }],
      },
    },
  ),
];

describe("validation of variables", () => {
  for (const row of variableRows) {
    it(`refuses ${row.title}, and takes what is in order`, () => {
      assert.equal(rowProblem(row), undefined);
    });
  }
});
