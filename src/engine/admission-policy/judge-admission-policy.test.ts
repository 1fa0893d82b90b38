import assert from "node:assert/strict";
import { describe, it } from "node:test";

import type {
  ValidatingAdmissionPolicy,
  ValidatingAdmissionPolicyBinding,
} from "#api/admissionregistration/validating-admission-policy.ts";

import { input, web } from "../evaluate.fixture.ts";
import { evaluate } from "../evaluate.ts";
import type { EvaluationInput } from "../input.ts";
import type { JsonObject } from "../values/json.ts";
import { compileAdmissionPolicy } from "./compile-admission-policy.ts";
import type { AdmissionOptions } from "./compile-admission-policy.ts";

type Spec = ValidatingAdmissionPolicy["spec"];

const pods = {
  resourceRules: [{ apiGroups: [""], apiVersions: ["v1"], operations: ["CREATE"], resources: ["pods"] }],
};

function policy(spec: Spec): ValidatingAdmissionPolicy {
  return {
    apiVersion: "admissionregistration.k8s.io/v1",
    kind: "ValidatingAdmissionPolicy",
    metadata: { name: "p" },
    spec: { matchConstraints: pods, ...spec },
  };
}

function binding(
  name: string,
  spec: ValidatingAdmissionPolicyBinding["spec"] = {},
): ValidatingAdmissionPolicyBinding {
  return {
    apiVersion: "admissionregistration.k8s.io/v1",
    kind: "ValidatingAdmissionPolicyBinding",
    metadata: { name },
    spec: { policyName: "p", ...spec },
  };
}

function judge(
  spec: Spec,
  bindings: AdmissionOptions["bindings"] = [],
  more: Partial<EvaluationInput> = {},
): unknown[] {
  const compiled = compileAdmissionPolicy(policy(spec), { bindings, matching: "cluster" });
  const evaluation = evaluate(compiled, input(web, more));
  if (evaluation.kind === "pending") return evaluation.requests.map(({ kind }) => `waits for ${kind}`);
  return evaluation.responses.map(({ rule, status, message, properties }) => [
    rule,
    status,
    message,
    ...Object.values(properties),
  ]);
}

const always = [{ expression: "true" }];

describe("a ValidatingAdmissionPolicy", () => {
  const rows: readonly (readonly [title: string, spec: Spec, ...expected: unknown[]])[] = [
    ["passes without a message, under its own name", { validations: always }, ["p", "pass", ""]],
    [
      "fails with a computed message of one line, trimmed",
      { validations: [{ expression: "false", message: "m", messageExpression: "' no ' + object.kind" }] },
      ["p", "fail", "no Pod"],
    ],
    [
      "falls back where the computed message has two lines",
      { validations: [{ expression: "false", message: " m ", messageExpression: "'a\\nb'" }] },
      ["p", "fail", "m"],
    ],
    [
      "names the expression where there is no message",
      { validations: [{ expression: " object.kind == 'x' " }] },
      ["p", "fail", "failed expression: object.kind == 'x'"],
    ],
    [
      "is an error where an expression has no value, also where failures are ignored",
      { failurePolicy: "Ignore", validations: [{ expression: "object.nothing == 1" }] },
      ["p", "error", "expression 'object.nothing == 1' resulted in error: no such key: nothing"],
    ],
    [
      "names the variable that cannot be computed",
      {
        variables: [{ name: "v", expression: "object.nothing" }],
        validations: [{ expression: "variables.v == 1" }],
      },
      [
        "p",
        "error",
        "expression 'variables.v == 1' resulted in error: composited variable \"v\" fails to evaluate: no such key: nothing",
      ],
    ],
    [
      "skips where a condition is false",
      { matchConditions: [{ name: "c", expression: "false" }], validations: always },
      ["p", "skip", "match conditions aren't met"],
    ],
    [
      "sees null where there is no old object, and no user in a scan",
      {
        validations: [
          {
            expression: "oldObject == null && params == null && !has(request.userInfo.username)",
          },
        ],
      },
      ["p", "pass", ""],
    ],
  ];
  for (const [title, spec, ...expected] of rows) {
    it(title, () => assert.deepEqual(judge(spec), expected));
  }

  it("without bindings knows no labels of Namespaces", () => {
    const matchConstraints = { ...pods, namespaceSelector: { matchLabels: { tier: "gold" } } };
    const more = { namespaceLabels: { tier: "gold" } };
    assert.deepEqual(judge({ matchConstraints, validations: always }, [], more), []);
    assert.deepEqual(judge({ matchConstraints, validations: always }, [binding("b")], more), [
      ["p", "pass", "", "b"],
    ]);
  });

  it("is judged once, under the last binding that takes the object", () => {
    const elsewhere = binding("c", { matchResources: { objectSelector: { matchLabels: { app: "x" } } } });
    assert.deepEqual(judge({ validations: always }, [elsewhere, binding("b"), binding("a")]), [
      ["p", "pass", "", "b"],
    ]);
    assert.deepEqual(judge({ validations: always }, [elsewhere]), []);
  });

  it("is for what its own constraints take, whatever a binding says", () => {
    const matchConstraints = { resourceRules: [{ ...pods.resourceRules[0], resources: ["services"] }] };
    assert.deepEqual(judge({ matchConstraints, validations: always }, [binding("b")]), []);
  });

  it("says that an expression is none", () => {
    const [response] = judge({ validations: [{ expression: "object.kind ==" }] }) as string[][];
    assert.match(response?.[2] ?? "", /^failed to compile policy: validations\[0\]\.expression: /);
  });
});

describe("parameters", () => {
  const spec = {
    paramKind: { apiVersion: "v1", kind: "ConfigMap" },
    validations: [{ expression: "object.metadata.name == params.data.name" }],
  };
  const found = (...objects: JsonObject[]): Partial<EvaluationInput> => ({
    context: { lookUp: () => ({ kind: "value", value: objects }) },
  });

  it("are asked for by name, in the binding's namespace or the object's", () => {
    const asked: unknown[] = [];
    const context: EvaluationInput["context"] = {
      lookUp: (request) => {
        asked.push(request);
        return { kind: "value", value: [{ data: { name: "web" } }] };
      },
    };
    judge(spec, [binding("b", { paramRef: { name: "a" } })], { context });
    judge(spec, [binding("b", { paramRef: { name: "a", namespace: "n" } })], { context });
    const request = { kind: "params", apiVersion: "v1", objectKind: "ConfigMap", name: "a" };
    assert.deepEqual(asked, [
      { ...request, namespace: "shop" },
      { ...request, namespace: "n" },
    ]);
  });

  it("are waited for", () => {
    const pending: Partial<EvaluationInput> = { context: { lookUp: () => ({ kind: "pending" }) } };
    assert.deepEqual(judge(spec, [binding("b", { paramRef: { name: "a" } })], pending), ["waits for params"]);
  });

  it("come as a list where there are several", () => {
    const several = { ...spec, validations: [{ expression: "params.items.size() == 2" }] };
    const selecting = binding("b", { paramRef: { selector: {} } });
    assert.deepEqual(judge(several, [selecting], found({}, {})), [["p", "pass", "", "b"]]);
  });

  it("decide what their absence means", () => {
    const denying = binding("b", { paramRef: { name: "a", parameterNotFoundAction: "Deny" } });
    assert.deepEqual(judge(spec, [denying], found()), [["p", "error", "no params found", "b"]]);
    const allowing = binding("b", { paramRef: { name: "a", parameterNotFoundAction: "Allow" } });
    assert.deepEqual(judge(spec, [allowing], found()), []);
  });
});
