import assert from "node:assert/strict";
import { describe, it } from "node:test";

import type { Rule } from "#api/kyverno/rule.ts";

import { cluster, deny, rowProblem, rule, ruleRow, withImages, withPattern } from "./policies.fixture.ts";
import type { Row } from "./policies.fixture.ts";

const withExclusion = (
  level: "baseline" | "restricted",
  exclusion: NonNullable<NonNullable<NonNullable<Rule["validate"]>["podSecurity"]>["exclude"]>[number],
): Partial<Rule> => ({ validate: { podSecurity: { level, exclude: [exclusion] } } });
const keys = { keys: { publicKeys: "k" } };
const attestors = (count: number, entries: readonly (typeof keys)[]) =>
  withImages({ attestors: [{ count, entries: [...entries] }] });

const bodyRows: readonly Row[] = [
  ruleRow("no operation", {}, "", "No operation defined in the rule 'r'", deny),
  ruleRow(
    "two operations",
    { ...deny, mutate: { patchStrategicMerge: {} } },
    "",
    "Multiple operations defined in the rule 'r'",
    { mutate: { patchStrategicMerge: {} } },
  ),
  ruleRow(
    "no body",
    { validate: { message: "m" } },
    "validate",
    "one of pattern, anyPattern, deny, foreach, cel must be specified",
    { validate: { message: "m", deny: {} } },
  ),
  ruleRow(
    "an assertion, which is no body",
    { validate: { assert: {} } },
    "validate",
    "one of pattern, anyPattern, deny, foreach, cel must be specified",
    { validate: { podSecurity: {} } },
  ),
  ruleRow(
    "two bodies",
    { validate: { pattern: {}, deny: {} } },
    "validate",
    "only one of pattern, anyPattern, deny, foreach, cel can be specified",
    withPattern({}),
  ),
  ruleRow(
    "foreach without a list",
    { validate: { foreach: [{ deny: {} }] } },
    "validate.foreach[0].list",
    "foreach.list is required",
    { validate: { foreach: [{ list: "x", deny: {} }] } },
  ),
  ruleRow(
    "foreach without a body",
    { validate: { foreach: [{ list: "x" }] } },
    "validate.foreach[0]",
    "one of pattern, anyPattern, deny, or a nested foreach must be specified",
    { validate: { foreach: [{ list: "x", foreach: [{ list: "y", deny: {} }] }] } },
  ),
  ruleRow(
    "foreach with two bodies",
    { validate: { foreach: [{ list: "x", deny: {}, pattern: {} }] } },
    "validate.foreach[0]",
    "only one of pattern, anyPattern, deny, or a nested foreach can be specified",
    { validate: { foreach: [{ list: "x", pattern: {} }] } },
  ),
  ruleRow(
    "anchors of mutation in a pattern",
    withPattern({ spec: { "+(a)": "b" } }),
    "validate.pattern.spec.+(a)",
    "unsupported anchor +(a)",
    withPattern({ spec: { "(a)": "b", "=(c)": "d", "X(e)": "null", "<(f)": "g" } }),
  ),
  ruleRow(
    "existence anchors that are no lists",
    withPattern({ "^(a)": { b: "c" } }),
    "validate.pattern.^(a)",
    "existence anchor should have value of type list",
    withPattern({ "^(a)": [{ b: "c" }] }),
  ),
  ruleRow(
    "existence anchors over nothing",
    { validate: { anyPattern: [{ "^(a)": [] }] } },
    "validate.anyPattern[0].^(a)",
    "existence anchor: should have at least one value",
    { validate: { anyPattern: [{ "^(a)": ["b"] }] } },
  ),
  ruleRow(
    "labels that are no texts",
    withPattern({ metadata: { labels: { a: 1 } } }),
    "validate.pattern.metadata.labels",
    "labels and annotations supports only string values",
    withPattern({ metadata: { labels: { a: "1" } } }),
  ),
  ruleRow(
    "annotations of patches that are no texts",
    { mutate: { patchStrategicMerge: { metadata: { annotations: { a: true } } } } },
    "mutate.patchStrategicMerge.metadata.annotations",
    "labels and annotations supports only string values",
    { mutate: { patchStrategicMerge: { metadata: { annotations: { a: "true" } } } } },
  ),
  ruleRow(
    "celPreconditions without CEL",
    { ...deny, celPreconditions: [{ name: "c", expression: "true" }] },
    "celPreconditions",
    "celPrecondition can only be used with validate.cel",
    {
      celPreconditions: [{ name: "c", expression: "true" }],
      validate: { cel: { expressions: [{ expression: "true" }] } },
    },
  ),
  ruleRow(
    "container controls without images",
    withExclusion("baseline", { controlName: "Capabilities" }),
    "validate.podSecurity.exclude[0].controlName",
    "exclude.images must be specified for the container level control",
    withExclusion("baseline", { controlName: "Capabilities", images: ["*"] }),
  ),
  ruleRow(
    "pod controls with images",
    withExclusion("restricted", { controlName: "Volume Types", images: ["*"] }),
    "validate.podSecurity.exclude[0].controlName",
    "exclude.images must not be specified for the pod level control",
    withExclusion("restricted", { controlName: "Volume Types" }),
  ),
  ruleRow(
    "restricted fields without values",
    withExclusion("baseline", { controlName: "Sysctls", restrictedField: "spec.x" }),
    "validate.podSecurity.exclude[0].values",
    "values is required",
    withExclusion("baseline", { controlName: "Sysctls", restrictedField: "spec.x", values: ["a"] }),
  ),
  ruleRow(
    "values without a restricted field",
    withExclusion("baseline", { controlName: "Sysctls", values: ["a"] }),
    "validate.podSecurity.exclude[0].restrictedField",
    "restrictedField is required",
    withExclusion("baseline", { controlName: "Sysctls" }),
  ),
  ruleRow(
    "controls of the restricted level at baseline",
    withExclusion("baseline", { controlName: "Running as Non-root" }),
    "validate.podSecurity.exclude[0].controlName",
    "Invalid control name defined at the given level",
    withExclusion("baseline", { controlName: "Seccomp" }),
  ),
  {
    title: "mutation of existing objects without targets",
    refused: cluster({
      mutateExistingOnPolicyUpdate: true,
      ...rule({ mutate: { patchStrategicMerge: {} } }),
    }),
    path: "spec.mutateExistingOnPolicyUpdate",
    message: "rules[0].mutate.targets has to be specified when mutateExistingOnPolicyUpdate is set",
    accepted: cluster({
      mutateExistingOnPolicyUpdate: true,
      ...rule({
        mutate: { patchStrategicMerge: {}, targets: [{ apiVersion: "v1", kind: "ConfigMap", name: "a" }] },
      }),
    }),
  },
  ruleRow(
    "image verification without images",
    withImages({ imageReferences: [] }),
    "verifyImages[0]",
    "An image reference is required",
    withImages({}),
  ),
  ruleRow(
    "changes of digests where violations are audited",
    withImages({ mutateDigest: true, failureAction: "Audit" }),
    "verifyImages[0].mutateDigest",
    "mutateDigest must be set to false for ‘Audit’ failure action",
    withImages({ mutateDigest: true, failureAction: "Enforce" }),
  ),
  ruleRow(
    "a count past the entries",
    attestors(2, [keys]),
    "verifyImages[0].attestors[0]",
    "Count cannot exceed length of entries",
    attestors(2, [keys, keys]),
  ),
  ruleRow(
    "attestors without entries",
    withImages({ attestors: [{ entries: [] }] }),
    "verifyImages[0].attestors[0]",
    "An entry is required",
    withImages({ attestors: [{ entries: [keys] }] }),
  ),
  ruleRow(
    "attestors that name nobody",
    withImages({ attestors: [{ entries: [{}] }] }),
    "verifyImages[0].attestors[0].entries[0]",
    "keys, certificates, keyless, or a nested attestor is required",
    withImages({ attestors: [{ entries: [{ attestor: { entries: [keys] } }] }] }),
  ),
  ruleRow(
    "two sources of what is generated",
    { generate: { apiVersion: "v1", kind: "Secret", name: "a", data: {}, clone: { name: "b" } } },
    "generate",
    "only one of generate patterns(data, clone, cloneList and foreach) can be specified",
    { generate: { apiVersion: "v1", kind: "Secret", name: "a", data: {} } },
  ),
  ruleRow(
    "targets of generation without a name",
    { generate: { apiVersion: "v1", kind: "Secret", data: {} } },
    "generate.name",
    "name can not be empty",
    { generate: { apiVersion: "v1", kind: "Secret", name: "a", data: {} } },
  ),
];

describe("validation of what rules do", () => {
  for (const row of bodyRows) {
    it(`refuses ${row.title}, and takes what is in order`, () => {
      assert.equal(rowProblem(row), undefined);
    });
  }
});
