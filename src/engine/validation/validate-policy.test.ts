import assert from "node:assert/strict";
import { describe, it } from "node:test";

import type { ClusterPolicy, Policy } from "#api/kyverno/cluster-policy.ts";
import type { PolicySpec } from "#api/kyverno/policy-spec.ts";
import type { Rule } from "#api/kyverno/rule.ts";
import { decodeClusterPolicy, decodePolicy } from "#api/kyverno/cluster-policy.ts";

import { validatePolicy } from "./validate-policy.ts";

const pods = { any: [{ resources: { kinds: ["Pod"] } }] };
const deny = { validate: { deny: {} } };

/** A rule that is in order, with changes. */
function rule(more: Partial<Rule>): Partial<PolicySpec> {
  return { rules: [{ name: "r", match: pods, ...more }] };
}

function cluster(
  spec: Partial<PolicySpec>,
  metadata: Partial<ClusterPolicy["metadata"]> = {},
): ClusterPolicy {
  return {
    apiVersion: "kyverno.io/v1",
    kind: "ClusterPolicy",
    metadata: { name: "p", ...metadata },
    spec: { ...rule(deny), ...spec },
  };
}

function namespaced(spec: Partial<PolicySpec>): Policy {
  return {
    apiVersion: "kyverno.io/v1",
    kind: "Policy",
    metadata: { name: "p", namespace: "shop" },
    spec: { ...rule(deny), ...spec },
  };
}

interface Row {
  readonly title: string;
  readonly refused: ClusterPolicy | Policy;
  readonly path: string;
  readonly message: string;
  readonly accepted: ClusterPolicy | Policy;
}

/** A row whose two examples are rules of a ClusterPolicy. */
function ruleRow(
  title: string,
  refused: Partial<Rule>,
  path: string,
  message: string,
  accepted: Partial<Rule>,
): Row {
  return {
    title,
    refused: cluster(rule(refused)),
    path: path === "" ? "spec.rules[0]" : `spec.rules[0].${path}`,
    message,
    accepted: cluster(rule(accepted)),
  };
}

const noBackground = { background: false } as const;
const always = { key: "a", operator: "Equals", value: "a" };
const withConditions = (...all: unknown[]): Partial<Rule> => ({
  validate: { deny: { conditions: { all } } },
});
const withPattern = (pattern: unknown): Partial<Rule> => ({ validate: { pattern } });
const withContext = (...context: NonNullable<Rule["context"]>): Partial<Rule> => ({ ...deny, context });
const withAny = (resources: NonNullable<Rule["match"]["resources"]>): Partial<Rule> => ({
  ...deny,
  match: { any: [{ resources }] },
});
const withSubject = (kind: string, name: string, namespace?: string) =>
  cluster({
    ...noBackground,
    ...rule({
      ...deny,
      match: {
        any: [
          {
            resources: { kinds: ["Pod"] },
            subjects: [{ kind, name, ...(namespace === undefined ? {} : { namespace }) }],
          },
        ],
      },
    }),
  });
const withExclusion = (
  level: "baseline" | "restricted",
  exclusion: NonNullable<NonNullable<NonNullable<Rule["validate"]>["podSecurity"]>["exclude"]>[number],
): Partial<Rule> => ({ validate: { podSecurity: { level, exclude: [exclusion] } } });
const withImages = (image: NonNullable<Rule["verifyImages"]>[number]): Partial<Rule> => ({
  verifyImages: [{ imageReferences: ["*"], mutateDigest: false, ...image }],
});
const wildcardKind = (background: boolean, kinds: string[], more: Partial<Rule> = deny) =>
  cluster({ background, ...rule({ ...more, match: { any: [{ resources: { kinds } }] } }) });
const overrides = (...list: NonNullable<PolicySpec["validationFailureActionOverrides"]>) =>
  cluster({ validationFailureActionOverrides: list });
const keys = { keys: { publicKeys: "k" } };
const attestors = (count: number, entries: readonly (typeof keys)[]) =>
  withImages({ attestors: [{ count, entries: [...entries] }] });

const policyRows: readonly Row[] = [
  {
    title: "a namespace of a ClusterPolicy",
    refused: cluster({}, { namespace: "shop" }),
    path: "metadata.namespace",
    message: "A clusterpolicy should not have the namespace defined",
    accepted: namespaced({}),
  },
  {
    title: "neither admission nor background",
    refused: cluster({ admission: false, background: false }),
    path: "spec",
    message: "disabling both admission and background processing is not allowed",
    accepted: cluster({ admission: false }),
  },
  {
    title: "no admission where a rule mutates",
    refused: cluster({ admission: false, ...rule({ mutate: { patchStrategicMerge: {} } }) }),
    path: "spec.admission",
    message: "disabling admission processing is only allowed with validation policies",
    accepted: cluster(rule({ mutate: { patchStrategicMerge: {} } })),
  },
  {
    title: "a name that is too long",
    refused: cluster({}, { name: "a".repeat(64) }),
    path: "metadata.name",
    message: "Too long",
    accepted: cluster({}, { name: "a".repeat(63) }),
  },
  {
    title: "autogen for all",
    refused: cluster({}, { annotations: { "pod-policies.kyverno.io/autogen-controllers": "all" } }),
    path: "metadata.annotations[pod-policies.kyverno.io/autogen-controllers]",
    message: "Autogen annotation does not support 'all' anymore",
    accepted: cluster({}, { annotations: { "pod-policies.kyverno.io/autogen-controllers": "none" } }),
  },
  ...[0, 31].map((seconds) => ({
    title: `a time-out of ${seconds} seconds`,
    refused: cluster({ webhookConfiguration: { timeoutSeconds: seconds } }),
    path: "spec.webhookConfiguration.timeoutSeconds",
    message: "the timeout value must be between 1 and 30 seconds",
    accepted: cluster({ webhookConfiguration: { timeoutSeconds: seconds === 0 ? 1 : 30 } }),
  })),
  {
    title: "an old time-out out of bounds",
    refused: cluster({ webhookTimeoutSeconds: 31 }),
    path: "spec.webhookTimeoutSeconds",
    message: "the timeout value must be between 1 and 30 seconds",
    accepted: cluster({ webhookTimeoutSeconds: 30 }),
  },
  {
    title: "a time-out in the old place and the new one",
    refused: cluster({ webhookTimeoutSeconds: 5, webhookConfiguration: { timeoutSeconds: 5 } }),
    path: "spec.webhookTimeoutSeconds",
    message: "remove the deprecated field and use spec.webhookConfiguration.timeoutSeconds instead",
    accepted: cluster({ webhookTimeoutSeconds: 5, webhookConfiguration: { failurePolicy: "Fail" } }),
  },
  {
    title: "a failure policy in the old place and the new one",
    refused: cluster({ failurePolicy: "Fail", webhookConfiguration: { failurePolicy: "Fail" } }),
    path: "spec.failurePolicy",
    message: "remove the deprecated field and use spec.webhookConfiguration.failurePolicy instead",
    accepted: cluster({ failurePolicy: "Fail" }),
  },
  {
    title: "generateExistingOnPolicyUpdate",
    refused: cluster({ generateExistingOnPolicyUpdate: true }),
    path: "spec.generateExistingOnPolicyUpdate",
    message: "remove the deprecated field",
    accepted: cluster({ generateExisting: true }),
  },
  {
    title: "two rules of one name",
    refused: cluster({
      rules: [
        { name: "r", match: pods, ...deny },
        { name: "r", match: pods, ...deny },
      ],
    }),
    path: "spec.rules[1].name",
    message: "Duplicate rule name: 'r'",
    accepted: cluster({
      rules: [
        { name: "r", match: pods, ...deny },
        { name: "s", match: pods, ...deny },
      ],
    }),
  },
  {
    title: "overrides that both audit and enforce a namespace",
    refused: overrides({ action: "Audit", namespaces: ["a"] }, { action: "Enforce", namespaces: ["b", "a"] }),
    path: "spec.validationFailureActionOverrides[1].namespaces",
    message: "conflicting namespaces found in path: spec.validationFailureActionOverrides[1].namespaces: a",
    accepted: overrides({ action: "Audit", namespaces: ["a"] }, { action: "Enforce", namespaces: ["b"] }),
  },
  {
    title: "overrides with a pattern over a namespace of the other action",
    refused: overrides({ action: "Audit", namespaces: ["a*"] }, { action: "Enforce", namespaces: ["ab"] }),
    path: "spec.validationFailureActionOverrides[1].namespaces",
    message: "wildcard pattern 'a*' matches with namespace 'ab'",
    accepted: overrides({ action: "Audit", namespaces: ["a*"] }, { action: "Audit", namespaces: ["ab"] }),
  },
  {
    title: "overrides with patterns over each other",
    refused: overrides({ action: "enforce", namespaces: ["ab*"] }, { action: "audit", namespaces: ["a*"] }),
    path: "spec.validationFailureActionOverrides[1].namespaces",
    message: "wildcard pattern 'a*' conflicts with the pattern 'ab*'",
    accepted: overrides({ action: "enforce", namespaces: ["b*"] }, { action: "audit", namespaces: ["a*"] }),
  },
  {
    title: "overrides of a Policy",
    refused: namespaced({ validationFailureActionOverrides: [{ action: "Audit", namespaces: ["a"] }] }),
    path: "spec.validationFailureActionOverrides",
    message: "supported only with ClusterPolicy",
    accepted: cluster({ validationFailureActionOverrides: [{ action: "Audit", namespaces: ["a"] }] }),
  },
];

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

const conditionRows: readonly Row[] = [
  ruleRow(
    "conditions without a value",
    withConditions({ key: "a", operator: "Equals" }),
    "validate.deny.conditions.all[0]",
    "entered value of `key`, `value` or `operator` is missing or misspelled",
    withConditions(always),
  ),
  ruleRow(
    "conditions of the old form without an operator",
    { ...deny, preconditions: [{ key: "a", value: "b" }] },
    "preconditions[0]",
    "entered value of `key`, `value` or `operator` is missing or misspelled",
    { ...deny, preconditions: [always] },
  ),
  ruleRow(
    "operators that do not exist",
    withConditions({ ...always, operator: "Is" }),
    "validate.deny.conditions.all[0].operator",
    "entered value of `operator` is invalid. valid values: [",
    withConditions({ ...always, operator: "Equal" }),
  ),
  ruleRow(
    "operators of a nested foreach that do not exist",
    {
      validate: {
        foreach: [
          {
            list: "x",
            foreach: [{ list: "y", deny: { conditions: { any: [{ ...always, operator: "Is" }] } } }],
          },
        ],
      },
    },
    "validate.foreach[0].foreach[0].deny.conditions.any[0].operator",
    "entered value of `operator` is invalid",
    { validate: { foreach: [{ list: "x", deny: { conditions: { any: [always] } } }] } },
  ),
  ruleRow(
    "operations that do not exist",
    withConditions({ key: "{{ request.operation }}", operator: "AnyIn", value: ["CREATE", "PATCH"] }),
    "validate.deny.conditions.all[0].value[1]",
    "unknown value 'PATCH' found under the 'value' field. Only the following values are allowed: [CREATE, UPDATE, DELETE, CONNECT]",
    withConditions({ key: "{{ request.operation }}", operator: "AnyIn", value: ["CREATE", "UPDATE"] }),
  ),
  ruleRow(
    "an operation that does not exist",
    withConditions({ key: "{{request.operation}}", operator: "Equals", value: "PATCH" }),
    "validate.deny.conditions.all[0].value",
    "unknown value 'PATCH'",
    withConditions({ key: "{{request.operation}}", operator: "Equals", value: "{{ request.a }}" }),
  ),
];

const contextRows: readonly Row[] = [
  ruleRow(
    "entries without a name",
    withContext({ name: "", variable: { value: "a" } }),
    "context[0].name",
    "a name is required for context entries",
    withContext({ name: "a", variable: { value: "a" } }),
  ),
  ruleRow(
    "entries over what is always there",
    withContext({ name: "request.a", variable: { value: "a" } }),
    "context[0].name",
    "entry name request.a is invalid as it conflicts with a pre-defined variable request",
    withContext({ name: "requests", variable: { value: "a" } }),
  ),
  ruleRow(
    "entries without a source",
    withContext({ name: "a" }),
    "context[0]",
    "exactly one of configMap or apiCall or imageRegistry or variable is required for context entries",
    withContext({ name: "a", apiCall: { urlPath: "/api" } }),
  ),
  ruleRow(
    "variables of nothing",
    withContext({ name: "a", variable: {} }),
    "context[0].variable",
    "a variable must define a value or a jmesPath expression",
    withContext({ name: "a", variable: { jmesPath: "request.object" } }),
  ),
  ruleRow(
    "ConfigMaps without a namespace",
    withContext({ name: "a", configMap: { name: "m" } }),
    "context[0].configMap.namespace",
    "a namespace is required for configMap context entry",
    withContext({ name: "a", configMap: { name: "m", namespace: "n" } }),
  ),
  ruleRow(
    "expressions that are none",
    withContext({ name: "a", variable: { jmesPath: "a[" } }),
    "context[0].variable.jmesPath",
    "failed to parse JMESPath a[: ",
    withContext({ name: "a", variable: { jmesPath: "a[{{ request.i }}]" } }),
  ),
  ruleRow(
    "paths beside services",
    withContext({ name: "a", apiCall: { urlPath: "/api", service: { url: "https://x" } } }),
    "context[0].apiCall.urlPath",
    "a URLPath cannot be used for service API calls",
    withContext({ name: "a", apiCall: { service: { url: "https://x" } } }),
  ),
  ruleRow(
    "context beside CEL",
    {
      context: [{ name: "a", variable: { value: "a" } }],
      validate: { cel: { expressions: [{ expression: "true" }] } },
    },
    "context",
    "context variables are not supported for CEL expressions in validate rules",
    { validate: { cel: { expressions: [{ expression: "true" }] } } },
  ),
  {
    title: "global references in a Policy",
    refused: namespaced(rule(withContext({ name: "a", globalReference: { name: "g" } }))),
    path: "spec.rules[0].context[0].globalReference",
    message: "globalReference is not allowed in namespaced policies",
    accepted: cluster(rule(withContext({ name: "a", globalReference: { name: "g" } }))),
  },
];

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

const decoded = (policy: ClusterPolicy | Policy) =>
  policy.kind === "Policy" ? decodePolicy(policy) : decodeClusterPolicy(policy);

describe("validation of policies", () => {
  for (const row of [
    ...policyRows,
    ...matchRows,
    ...bodyRows,
    ...conditionRows,
    ...contextRows,
    ...variableRows,
  ]) {
    it(`refuses ${row.title}, and takes what is in order`, () => {
      assert.deepEqual(validatePolicy(row.accepted), []);
      assert.ok(decoded(row.accepted).ok, "the accepted example fits the schema");
      const problems = validatePolicy(row.refused);
      const hit = problems.find(({ path, message }) => path === row.path && message.includes(row.message));
      assert.ok(hit !== undefined, JSON.stringify(problems, undefined, 2));
    });
  }

  it("knows kinds without a namespace only where it is told", () => {
    const policy = namespaced(rule(withAny({ kinds: ["Pod", "Node"] })));
    assert.deepEqual(validatePolicy(policy), []);
    assert.deepEqual(validatePolicy(policy, { clusterKinds: new Set(["Node", "v1/Node"]) }), [
      {
        path: "spec.rules[0].match.any[0].kinds[1]",
        message: "Cluster wide resource 'Node' not allowed in namespaced policy",
      },
    ]);
  });

  it("knows scopes of generated objects only where it is told", () => {
    const policy = cluster(rule({ generate: { apiVersion: "v1", kind: "Secret", name: "a", data: {} } }));
    assert.deepEqual(validatePolicy(policy), []);
    assert.deepEqual(validatePolicy(policy, { clusterKinds: new Set(["v1/Node"]) }), [
      {
        path: "spec.rules[0].generate.namespace",
        message: "target namespace must be set for a namespaced resource",
      },
    ]);
  });

  it("keeps a Policy in its namespace", () => {
    const generate = { apiVersion: "v1", kind: "Secret", name: "a", namespace: "other", data: {} };
    const mutate = {
      patchStrategicMerge: {},
      targets: [{ apiVersion: "v1", kind: "Secret", name: "a", namespace: "other" }],
    };
    const paths = [rule({ generate }), rule({ mutate })].map((spec) =>
      validatePolicy(namespaced(spec)).map(({ path }) => path),
    );
    assert.deepEqual(paths, [
      ["spec.rules[0].generate.namespace"],
      ["spec.rules[0].mutate.targets[0].namespace"],
    ]);
  });

  it("reports all problems, each once, and those of generated rules only where they are new", () => {
    const policy = cluster({
      rules: [
        { name: "r", match: pods, ...message("{{ nobody }}") },
        { name: "r", match: {} },
      ],
    });
    assert.deepEqual(
      validatePolicy(policy).map(({ path }) => path),
      ["spec.rules[1]", "spec.rules[1].match", "spec.rules[1].name", "spec.rules[0].validate.message"],
    );
  });

  it("ends on hostile policies", () => {
    const wildcard = `*${"?".repeat(600)}x*`;
    const [problem] = validatePolicy(
      overrides({ action: "Audit", namespaces: [wildcard] }, { action: "Enforce", namespaces: ["a"] }),
    );
    assert.match(problem?.message ?? "", /wildcard/);
    let deep: unknown = {};
    for (let level = 0; level < 5000; level += 1) deep = { a: deep };
    assert.match(validatePolicy(cluster(rule(withPattern(deep))))[0]?.message ?? "", /nested deeper/);
    const many = Array.from({ length: 500 }, () => ({ name: "", variable: {} }));
    assert.ok(validatePolicy(cluster(rule(withContext(...many)))).length <= 100);
  });
});
