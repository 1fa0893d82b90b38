import assert from "node:assert/strict";
import { describe, it } from "node:test";

import type { Generation } from "#api/kyverno/generate.ts";
import type { Rule } from "#api/kyverno/rule.ts";

import {
  always,
  cluster,
  deny,
  namespaced,
  noBackground,
  pods,
  rowProblem,
  rule,
  ruleRow,
  withAny,
  withContext,
  withImages,
  withPattern,
  withSubject,
} from "./policies.fixture.ts";
import type { Row } from "./policies.fixture.ts";
import { validatePolicy } from "./validate-policy.ts";

const secret = { apiVersion: "v1", kind: "Secret", name: "a", namespace: "shop" } as const;
const generates = (generate: Generation): Partial<Rule> => ({ generate });
const copies = (cloneList: NonNullable<Generation["cloneList"]>): Partial<Rule> => generates({ cloneList });
const withSelector = (operator: string, values: readonly string[]) =>
  withAny({ kinds: ["Pod"], selector: { matchExpressions: [{ key: "a", operator, values }] } });
const withCel = (cel: NonNullable<NonNullable<Rule["validate"]>["cel"]>): Partial<Rule> => ({
  validate: { cel },
});
const expressions = [{ expression: "true" }];
const paramKind = { apiVersion: "v1", kind: "ConfigMap" };
const paramRef = { name: "a", parameterNotFoundAction: "Deny" } as const;
const operation = (value: unknown): Partial<Rule> => ({
  ...deny,
  preconditions: { all: [{ ...always, key: "{{request.operation}}", value }] },
});
const signedBy = (entry: object, more: object = {}): Partial<Rule> =>
  withImages({ attestors: [{ entries: [entry] }], ...more });
const withMutate = (mutate: NonNullable<Rule["mutate"]>): Partial<Rule> => ({ mutate });
const message = (text: string): Partial<Rule> => ({ validate: { deny: {}, message: text } });

const rows: readonly Row[] = [
  ruleRow(
    "an entry that names no global entry",
    withContext({ name: "x", globalReference: { name: "" } }),
    "context[0].globalReference.name",
    "a name is required for globalReference context entry",
    withContext({ name: "x", globalReference: { name: "a" } }),
  ),
  ruleRow(
    "an entry that names no image",
    withContext({ name: "x", imageRegistry: { reference: "" } }),
    "context[0].imageRegistry.reference",
    "a ref is required for imageRegistry context entry",
    withContext({ name: "x", imageRegistry: { reference: "nginx" } }),
  ),
  ruleRow(
    "an entry whose image is none",
    withContext({ name: "x", imageRegistry: { reference: "A:" } }),
    "context[0].imageRegistry.reference",
    "bad image: A:: it is no image reference",
    withContext({ name: "x", imageRegistry: { reference: "{{ request.object.spec.image }}" } }),
  ),
  ruleRow(
    "an entry that names no ConfigMap",
    withContext({ name: "x", configMap: { name: "", namespace: "shop" } }),
    "context[0].configMap.name",
    "a name is required for configMap context entry",
    withContext({ name: "x", configMap: { name: "a", namespace: "shop" } }),
  ),
  ruleRow(
    "a variable with a default and nothing that may fail",
    withContext({ name: "x", variable: { value: 1, default: 2 } }),
    "context[0].variable",
    "a variable must define a default value only when a jmesPath expression is defined",
    withContext({ name: "x", variable: { value: 1, jmesPath: "a", default: 2 } }),
  ),
  ruleRow(
    "generation of the kind that it waits for",
    { match: { resources: { kinds: ["Secret"] } }, ...generates({ ...secret, data: {} }) },
    "generate",
    "generation kind and match resource kind should not be the same",
    { match: { resources: { kinds: ["Namespace"] } }, ...generates({ ...secret, data: {} }) },
  ),
  ruleRow(
    "anchors in what is generated",
    generates({ ...secret, data: { "+(a)": 1 } }),
    "generate.data.+(a)",
    "anchors not supported on generate resources: unsupported anchor +(a)",
    generates({ ...secret, data: { a: 1 } }),
  ),
  ruleRow(
    "wildcards in the selector of a list of clones",
    copies({ namespace: "shop", kinds: ["v1/Secret"], selector: { matchLabels: { a: "*" } } }),
    "generate.cloneList.selector",
    "wildcard characters `*/?` not supported",
    copies({ namespace: "shop", kinds: ["v1/Secret"], selector: { matchLabels: { a: "b" } } }),
  ),
  ruleRow(
    "an operator that no selector has",
    withSelector("Contains", ["b"]),
    "match.any[0].selector.matchExpressions[0]",
    '"Contains" is not a valid label selector operator',
    withSelector("In", ["b"]),
  ),
  ruleRow(
    "an In of nothing",
    withSelector("In", []),
    "match.any[0].selector.matchExpressions[0]",
    "for 'in', 'notin' operators, values set can't be empty",
    withSelector("NotIn", ["b"]),
  ),
  ruleRow(
    "an Exists with values",
    withSelector("Exists", ["b"]),
    "match.any[0].selector.matchExpressions[0]",
    "values set must be empty for exists and does not exist",
    withSelector("Exists", []),
  ),
  {
    title: "a subject without a name",
    refused: withSubject("User", ""),
    path: "spec.rules[0].match.any[0].subjects[0].name",
    message: "Required value",
    accepted: withSubject("User", "eve"),
  },
  {
    title: "targets outside of the namespace of a Policy",
    refused: namespaced(
      rule(withMutate({ targets: [{ ...secret, namespace: "other" }], patchStrategicMerge: { a: 1 } })),
    ),
    path: "spec.rules[0].mutate.targets[0].namespace",
    message:
      "This field can be ignored or should have value of the namespace where the policy is being created",
    accepted: namespaced(rule(withMutate({ targets: [secret], patchStrategicMerge: { a: 1 } }))),
  },
  ruleRow(
    "a foreach beside a patch",
    withMutate({ foreach: [{ list: "a", patchStrategicMerge: {} }], patchStrategicMerge: { a: 1 } }),
    "mutate",
    "only one of `foreach`, `patchStrategicMerge`, or `patchesJson6902` is allowed",
    withMutate({ foreach: [{ list: "request.object.a", patchStrategicMerge: {} }] }),
  ),
  ruleRow(
    "both kinds of patches",
    withMutate({ patchesJson6902: "[]", patchStrategicMerge: { a: 1 } }),
    "mutate",
    "only one of `patchStrategicMerge` or `patchesJson6902` is allowed",
    withMutate({ patchesJson6902: "[]" }),
  ),
  {
    title: "an override without an action",
    refused: cluster({ validationFailureActionOverrides: [{ namespaces: ["a"] }] }),
    path: "spec.validationFailureActionOverrides[0].action",
    message: "invalid action",
    accepted: cluster({ validationFailureActionOverrides: [{ action: "Audit", namespaces: ["a"] }] }),
  },
  ruleRow(
    "a number as operation of a request",
    operation(1),
    "preconditions.all[0].value",
    "values of request.operation are expected to be either in the form of a string or list",
    operation("CREATE"),
  ),
  ruleRow(
    "a list of operations with a number in it",
    operation(["CREATE", 1]),
    "preconditions.all[0].value[1]",
    "'value[1]' is no string. The provided values are expected to be strings",
    operation(["CREATE", "UPDATE"]),
  ),
  ruleRow(
    "extractors in a rule that verifies nothing",
    { ...deny, imageExtractors: { Task: [{ path: "/spec/image" }] } },
    "imageExtractors",
    "Invalid rule spec for rule 'r', imageExtractors can only be defined for verifyImages rule",
    { ...withImages({}), imageExtractors: { Task: [{ path: "/spec/image" }] } },
  ),
  ruleRow(
    "an anyPattern that is no list",
    { validate: { anyPattern: { a: 1 } } },
    "validate.anyPattern",
    "failed to deserialize anyPattern, expect array",
    { validate: { anyPattern: [{ a: 1 }] } },
  ),
  ruleRow(
    "an empty CEL expression",
    withCel({ expressions: [{ expression: "" }] }),
    "validate.cel.expressions[0].expression",
    "cel.expressions.expression is required",
    withCel({ expressions }),
  ),
  ruleRow(
    "a kind of parameters without a reference",
    withCel({ expressions, paramKind }),
    "validate.cel",
    "cel.paramRef is required",
    withCel({ expressions, paramKind, paramRef }),
  ),
  ruleRow(
    "a reference to parameters without their kind",
    withCel({ expressions, paramRef }),
    "validate.cel",
    "cel.paramKind is required",
    withCel({ expressions, paramKind, paramRef }),
  ),
  ruleRow(
    "parameters by name and by selector",
    withCel({ expressions, paramKind, paramRef: { ...paramRef, selector: {} } }),
    "validate.cel.paramRef",
    "one of cel.paramRef.name or cel.paramRef.selector must be set",
    withCel({ expressions, paramKind, paramRef: { parameterNotFoundAction: "Allow", selector: {} } }),
  ),
  ruleRow(
    "parameters of which nobody says what their absence means",
    withCel({ expressions, paramKind, paramRef: { name: "a" } }),
    "validate.cel.paramRef.parameterNotFoundAction",
    "cel.paramRef.parameterNotFoundAction is required",
    withCel({ expressions, paramKind, paramRef }),
  ),
  ...["{{ serviceAccountNamespace }}", "{{ request.clusterRoles }}"].map((text) => ({
    title: `${text} in background mode`,
    refused: cluster(rule(message(text))),
    path: "spec.rules[0].validate.message",
    message: "is not allowed",
    accepted: cluster({ ...noBackground, ...rule(message(text)) }),
  })),
  ruleRow(
    "an empty variable",
    message("{{}}"),
    "validate.message",
    "policy contains invalid variables: invalid JMESPath query : it is empty",
    message("{{ request.object }}"),
  ),
  {
    title: "extractors that transform images whose digests are changed",
    refused: cluster({
      validationFailureAction: "Enforce",
      ...rule({
        ...withImages({ mutateDigest: true }),
        imageExtractors: { Task: [{ path: "/spec/image", jmesPath: "trim_prefix(@, 'a')" }] },
      }),
    }),
    path: "spec.rules[0].imageExtractors",
    message: "jmespath may not be used in an image extractor when mutating digests with verify images",
    accepted: cluster({
      validationFailureAction: "Enforce",
      ...rule({
        ...withImages({ mutateDigest: true }),
        imageExtractors: { Task: [{ path: "/spec/image" }] },
      }),
    }),
  },
  ruleRow(
    "a signature without keys of Notary",
    signedBy({ keyless: { roots: "a" } }, { type: "Notary" }),
    "verifyImages[0].attestors",
    "Keyless field is not allowed for type notary",
    signedBy({ certificates: { cert: "a" } }, { type: "Notary" }),
  ),
  ruleRow(
    "a key of Notary",
    signedBy({ keys: { publicKeys: "a" } }, { type: "Notary" }),
    "verifyImages[0].attestors",
    "Keys field is not allowed for type notary",
    signedBy({ keys: { publicKeys: "a" } }),
  ),
  ruleRow(
    "keys that are nowhere",
    signedBy({ keys: {} }),
    "verifyImages[0].attestors[0].entries[0].keys",
    "A public key, kms key or secret is required",
    signedBy({ keys: { kms: "a" } }),
  ),
  ruleRow(
    "certificates that are nowhere",
    signedBy({ certificates: {} }),
    "verifyImages[0].attestors[0].entries[0].certificates",
    "cert or certChain required",
    signedBy({ certificates: { certChain: "a" } }),
  ),
  ruleRow(
    "a signature without keys that nothing vouches for",
    signedBy({ keyless: {} }),
    "verifyImages[0].attestors[0].entries[0].keyless",
    "Either Rekor URL or roots are required",
    signedBy({ keyless: { rekor: { url: "https://rekor.example.com" } } }),
  ),
  ruleRow(
    "a transparency log without an address",
    signedBy({ keyless: { rekor: { url: "" } } }),
    "verifyImages[0].attestors[0].entries[0].keyless",
    "An URL is required",
    signedBy({ keyless: { roots: "a" } }),
  ),
];

describe("refusals of admission", () => {
  for (const row of rows) {
    it(`refuses ${row.title}, and takes what is in order`, () => {
      assert.equal(rowProblem(row), undefined);
    });
  }

  it("takes variables of users in a policy that mutates what exists", () => {
    const { targets, patchStrategicMerge } = {
      targets: [secret],
      patchStrategicMerge: { a: "{{ request.userInfo }}" },
    };
    assert.deepEqual(
      validatePolicy(cluster(rule({ match: pods, ...withMutate({ targets, patchStrategicMerge }) }))),
      [],
    );
    assert.equal(validatePolicy(cluster(rule(withMutate({ patchStrategicMerge })))).length, 1);
  });

  it("says all of what people and tools read", () => {
    let deep: unknown = {};
    for (let level = 0; level < 300; level += 1) deep = { a: deep };
    const messagesOf = (policy: Parameters<typeof validatePolicy>[0]) =>
      validatePolicy(policy).map((problem) => problem.message);
    assert.deepEqual(messagesOf(cluster(rule(withPattern(deep)))), [
      "the policy is nested deeper than 200 levels",
    ]);
    assert.deepEqual(messagesOf(cluster({}, { name: "p".repeat(64) })), [
      "Too long: may not be more than 63 bytes",
    ]);
    assert.deepEqual(messagesOf(namespaced({ validationFailureActionOverrides: [{ action: "Audit" }] })), [
      "Use of validationFailureActionOverrides is supported only with ClusterPolicy",
    ]);
    assert.deepEqual(messagesOf(cluster(rule({}))), [
      "No operation defined in the rule 'r'.(supported operations: mutate,validate,generate,verifyImages)",
    ]);
    assert.deepEqual(messagesOf(cluster(rule({ ...deny, ...withMutate({ patchesJson6902: "[]" }) }))), [
      "Multiple operations defined in the rule 'r', only one operation (mutate,validate,generate,verifyImages) is allowed per rule",
    ]);
    const background =
      "only select variables are allowed in background mode. Set spec.background=false to disable background mode for this policy rule:";
    assert.deepEqual(messagesOf(cluster(rule(message("{{ request.roles }}")))), [
      `${background} variable {{request.roles}} is not allowed`,
    ]);
    assert.deepEqual(messagesOf(cluster(rule({ ...deny, exclude: { roles: ["a:b"] } }))), [
      `${background} invalid variable used at path: spec.rules[0].exclude.roles`,
    ]);
    const [unknown = ""] = messagesOf(cluster(rule(message("{{ nobody }}"))));
    assert.match(unknown, /variable nobody must match regex "[^"]*request[^"]*" or patterns \[/);
  });
});
