import assert from "node:assert/strict";
import { describe, it } from "node:test";

import type { CelValidation } from "#api/kyverno/cel.ts";

import { compile } from "../compile.ts";
import type { ContextAnswer, ContextSource } from "../context/context-source.ts";
import { evaluate } from "../evaluate.ts";
import { input, one, policy, rule, web } from "../evaluate.fixture.ts";
import type { EvaluationInput } from "../input.ts";

function judge(cel: CelValidation, more: Partial<EvaluationInput> = {}, message?: string): [string, string] {
  return one({ validate: { cel, ...(message === undefined ? {} : { message }) } }, more);
}

const passed: [string, string] = ["pass", "Validation rule 'r' passed."];

describe("validate.cel: verdicts", () => {
  const failing = "object.metadata.name == 'other'";
  const rows: readonly [
    title: string,
    cel: CelValidation,
    message: string | undefined,
    expected: [string, string],
  ][] = [
    [
      "passes where all expressions hold",
      { expressions: [{ expression: "true" }, { expression: "1 == 1" }] },
      undefined,
      passed,
    ],
    [
      "shows the expression where nothing else is said",
      { expressions: [{ expression: ` ${failing} ` }] },
      undefined,
      ["fail", `failed expression: ${failing}`],
    ],
    ["shows the message of the rule", { expressions: [{ expression: "false" }] }, "no", ["fail", "no"]],
    [
      "prefers the message of the expression",
      { expressions: [{ expression: "false", message: " never " }] },
      "no",
      ["fail", "never"],
    ],
    [
      "prefers the computed message",
      {
        expressions: [
          { expression: "false", message: "m", messageExpression: "'not ' + object.metadata.name" },
        ],
      },
      undefined,
      ["fail", "not web"],
    ],
    [
      "falls back where the computed message has two lines",
      { expressions: [{ expression: "false", message: "m", messageExpression: "'a\\nb'" }] },
      undefined,
      ["fail", "m"],
    ],
    [
      "falls back where the computed message fails",
      { expressions: [{ expression: "false", message: "m", messageExpression: "object.missing" }] },
      undefined,
      ["fail", "m"],
    ],
    [
      "fails with the error of an expression",
      { expressions: [{ expression: "object.spec.replicas > 1" }] },
      undefined,
      ["fail", "expression 'object.spec.replicas > 1' resulted in error: no such key: replicas"],
    ],
    [
      "computes variables, which may use earlier ones",
      {
        variables: [
          { name: "names", expression: "object.spec.containers.map(c, c.name)" },
          { name: "count", expression: "variables.names.size()" },
        ],
        expressions: [{ expression: "variables.count == 2" }],
      },
      undefined,
      passed,
    ],
    [
      "never computes a variable that nothing asks for",
      { variables: [{ name: "bad", expression: "object.missing" }], expressions: [{ expression: "true" }] },
      undefined,
      passed,
    ],
    [
      "names the variable that cannot be computed",
      {
        variables: [{ name: "bad", expression: "object.missing" }],
        expressions: [{ expression: "variables.bad" }],
      },
      undefined,
      [
        "fail",
        "expression 'variables.bad' resulted in error: composited variable \"bad\" fails to evaluate: no such key: missing",
      ],
    ],
    [
      "sees the request",
      {
        expressions: [
          {
            expression:
              "request.operation == 'CREATE' && request.kind.kind == 'Pod' && request.namespace == 'shop'",
          },
        ],
      },
      undefined,
      passed,
    ],
    [
      "reports the first expression that fails",
      {
        expressions: [
          { expression: "true" },
          { expression: "false", message: "1" },
          { expression: "false", message: "2" },
        ],
      },
      undefined,
      ["fail", "1"],
    ],
  ];
  for (const [title, cel, message, expected] of rows) {
    it(title, () => assert.deepEqual(judge(cel, {}, message), expected));
  }

  it("has no object but an old one on a deletion", () => {
    const cel = { expressions: [{ expression: "object == null && oldObject.metadata.name == 'web'" }] };
    assert.deepEqual(judge(cel, { operation: "DELETE", oldResource: web, resource: {} }), passed);
  });

  it("answers an expression that does not compile with an error that shows the place", () => {
    const [status, message] = judge({ expressions: [{ expression: "object.metadata.name ==" }] });
    assert.equal(status, "error");
    assert.match(message, /<input>:1:24: Syntax error/);
  });
});

describe("validate.cel: preconditions", () => {
  const validate = { cel: { expressions: [{ expression: "false", message: "m" }] } };
  const conditions = (...expressions: readonly string[]) =>
    expressions.map((expression, index) => ({ name: `c${index}`, expression }));

  it("skips where one does not hold, even beside an error", () => {
    const celPreconditions = conditions("object.missing", "false");
    assert.deepEqual(one({ celPreconditions, validate }), ["skip", "cel preconditions not met"]);
  });

  it("fails where one cannot be evaluated", () => {
    const celPreconditions = conditions("object.missing");
    assert.deepEqual(one({ celPreconditions, validate }), [
      "fail",
      "expression 'object.missing' resulted in error: no such key: missing",
    ]);
  });
});

describe("validate.cel: budget", () => {
  const bomb = "[0,1,2,3,4,5,6,7,8,9]";
  const nested = (depth: number): string =>
    depth === 0 ? "true" : `${bomb}.all(v${depth}, ${nested(depth - 1)})`;

  it("ends a runaway expression with the API server's message", () => {
    const expression = nested(8);
    assert.deepEqual(judge({ expressions: [{ expression }] }), [
      "fail",
      `expression '${expression}' resulted in error: operation cancelled: actual cost limit exceeded`,
    ]);
  });
});

describe("validate.cel: the Namespace", () => {
  const cel = (expression: string) => ({ validate: { cel: { expressions: [{ expression }] } } });
  const answering = (answer: ContextAnswer): ContextSource => ({ lookUp: () => answer });
  const labels = "namespaceObject.metadata.labels.tier == 'gold'";

  it("knows its name without asking", () => {
    const context: ContextSource = {
      lookUp: () => {
        throw new Error("asked");
      },
    };
    assert.deepEqual(one(cel("namespaceObject.metadata.name == 'shop'"), { context }), passed);
  });

  it("waits for the rest, whatever would absorb an error", () => {
    const compiled = compile(policy([rule("r", cel(`${labels} || true`))]));
    const evaluation = evaluate(compiled, input(web, { context: answering({ kind: "pending" }) }));
    assert.equal(evaluation.kind, "pending");
    assert.deepEqual(evaluation.kind === "pending" ? evaluation.requests : [], [
      { kind: "apiCall", method: "GET", urlPath: "/api/v1/namespaces/shop" },
    ]);
  });

  it("reads what the cluster answers", () => {
    const value = { metadata: { name: "shop", labels: { tier: "gold" } } };
    assert.deepEqual(one(cel(labels), { context: answering({ kind: "value", value }) }), passed);
  });

  it("is an error where it cannot be read", () => {
    const context = answering({ kind: "failed", message: "forbidden" });
    assert.deepEqual(one(cel(labels), { context }), [
      "error",
      "Error getting the resource's namespace: forbidden",
    ]);
  });

  it("is null for what stands in none", () => {
    assert.deepEqual(one(cel("namespaceObject == null"), { namespace: "" }), passed);
  });
});

describe("validate.cel: parameters", () => {
  const cel = (more: object = {}) => ({
    validate: {
      cel: {
        paramKind: { apiVersion: "v1", kind: "ConfigMap" },
        paramRef: { name: "limits", ...more },
        expressions: [{ expression: "object.metadata.name == params.data.name", message: "wrong name" }],
      },
    },
  });
  const named = (...names: readonly string[]): { readonly context: ContextSource } => ({
    context: { lookUp: () => ({ kind: "value", value: names.map((name) => ({ data: { name } })) }) },
  });

  it("are the objects that the rule names, each judged by itself", () => {
    assert.deepEqual(one(cel(), named("web")), passed);
    assert.deepEqual(one(cel(), named("web", "other")), ["fail", "wrong name"]);
  });

  it("decide what their absence means", () => {
    assert.deepEqual(one(cel({ parameterNotFoundAction: "Deny" }), named()), [
      "error",
      "error in parameterized resource: no params found",
    ]);
    assert.deepEqual(one(cel({ parameterNotFoundAction: "Allow" }), named()), passed);
  });
});
