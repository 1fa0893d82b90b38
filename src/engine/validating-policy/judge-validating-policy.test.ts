import assert from "node:assert/strict";
import { describe, it } from "node:test";

import type { ValidatingPolicySpec } from "#api/policies/validating-policy.ts";

import { compileCelExceptions } from "../cel-policy/cel-exception-index.ts";
import { compile } from "../compile.ts";
import { input, web } from "../evaluate.fixture.ts";
import { evaluate } from "../evaluate.ts";
import { judgeWeb, podsCreated, validatingPolicy } from "./validating-policy.fixture.ts";

/** Rule, status, message and properties of each response. */
function verdicts(...args: Parameters<typeof judgeWeb>): unknown[] {
  return judgeWeb(...args).map(({ rule, status, message, properties }) => [
    rule,
    status,
    message,
    ...(Object.keys(properties).length === 0 ? [] : [properties]),
  ]);
}

const always = [{ expression: "true" }];

describe("a ValidatingPolicy", () => {
  const rows: readonly (readonly [
    title: string,
    spec: Partial<ValidatingPolicySpec>,
    ...expected: unknown[],
  ])[] = [
    ["passes where everything holds", { validations: always }, ["", "pass", "success"]],
    [
      "fails with its message and the place",
      { validations: [{ expression: "true" }, { expression: "object.kind == 'x'", message: "no" }] },
      ["", "fail", "no", { "cel.validationIndex": "1" }],
    ],
    [
      "has a message of its own where there is none",
      { validations: [{ expression: "false" }] },
      ["", "fail", "CEL expression validation failed at index 0", { "cel.validationIndex": "0" }],
    ],
    [
      "prefers the computed message, and takes it as it is",
      {
        validations: [{ expression: "false", message: "m", messageExpression: "' ' + object.kind + '\\n'" }],
      },
      ["", "fail", " Pod\n", { "cel.validationIndex": "0" }],
    ],
    [
      "says why a message cannot be computed",
      { validations: [{ expression: "false", messageExpression: "string(object.nothing)" }] },
      [
        "",
        "fail",
        "failed to evaluate message expression: no such key: nothing",
        { "cel.validationIndex": "0" },
      ],
    ],
    [
      "ends at the first validation that has no value",
      { validations: [{ expression: "object.nothing == 1" }, { expression: "false" }] },
      ["", "error", "error: no such key: nothing", { "cel.validationIndex": "0" }],
    ],
    [
      "computes variables, which may use earlier ones",
      {
        variables: [
          { name: "names", expression: "object.spec.containers.map(c, c.name)" },
          { name: "count", expression: "variables.names.size()" },
          { name: "unused", expression: "object.nothing" },
        ],
        validations: [{ expression: "variables.count == 2" }],
      },
      ["", "pass", "success"],
    ],
    [
      "carries audit annotations as properties",
      {
        validations: [{ expression: "false" }],
        auditAnnotations: [
          { key: "kind", valueExpression: "string(object.kind)" },
          { key: "none", valueExpression: "''" },
        ],
      },
      [
        "",
        "fail",
        "CEL expression validation failed at index 0",
        { "cel.validationIndex": "0", kind: "Pod" },
      ],
    ],
    [
      "is an error where an audit annotation of a pass is null",
      { validations: always, auditAnnotations: [{ key: "k", valueExpression: "null" }] },
      [
        "evaluation",
        "error",
        "failed to load context: failed to convert auditAnnotation 'k' expression: type conversion error from 'null_type' to 'string'",
      ],
    ],
    [
      "skips where a condition is false, also behind one that cannot be evaluated",
      {
        matchConditions: [
          { name: "a", expression: "object.nothing == 1" },
          { name: "b", expression: "false" },
        ],
        validations: always,
      },
      ["", "skip", "skip"],
    ],
    [
      "is an error where a condition cannot be evaluated",
      { matchConditions: [{ name: "a", expression: "object.nothing == 1" }], validations: always },
      ["evaluation", "error", "failed to load context: no such key: nothing"],
    ],
    [
      "skips there where failures are ignored",
      {
        failurePolicy: "Ignore",
        matchConditions: [{ name: "a", expression: "object.nothing == 1" }],
        validations: always,
      },
      ["", "skip", "skip"],
    ],
    [
      "sees an empty map where there is no old object, and no user",
      {
        validations: [
          {
            expression:
              "oldObject == {} && request.oldObject == null && !has(request.userInfo.username) && request.resource.resource == 'pods'",
          },
        ],
      },
      ["", "pass", "success"],
    ],
  ];
  for (const [title, spec, ...expected] of rows) {
    it(title, () => assert.deepEqual(verdicts(spec), expected));
  }

  it("says nothing of what its constraints do not take", () => {
    const rule = { apiGroups: [""], apiVersions: ["v1"], operations: ["UPDATE"], resources: ["pods"] };
    assert.deepEqual(verdicts({ matchConstraints: { resourceRules: [rule] }, validations: always }), []);
    assert.deepEqual(
      judgeWeb({ validations: always }, { gvk: { group: "", version: "v1", kind: "Service" } }),
      [],
    );
  });

  it("answers with an error where an expression is none", () => {
    const [response] = judgeWeb({ validations: [{ expression: "object.kind ==" }] });
    assert.equal(response?.rule, "evaluation");
    assert.equal(response?.status, "error");
    assert.match(
      response?.message ?? "",
      /^failed to compile policy: validations\[0\]\.expression: .*Syntax error/s,
    );
  });

  it("is for pod controllers as well, with expressions for their template", () => {
    const spec = {
      matchConstraints: podsCreated,
      validations: [
        { expression: "object.spec.hostNetwork == false && object.metadata.namespace == 'shop'" },
      ],
    };
    const gvk = { group: "apps", version: "v1", kind: "Deployment" };
    const deployment = {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { name: "d", namespace: "shop" },
      spec: { template: { spec: { hostNetwork: false } } },
    };
    const evaluation = evaluate(compile(validatingPolicy(spec)), input(deployment, { gvk }));
    assert.deepEqual(evaluation.kind === "completed" && evaluation.responses.map(({ status }) => status), [
      "pass",
    ]);
  });

  it("refuses the modes that judge requests to services", () => {
    const compiled = compile(validatingPolicy({ evaluation: { mode: "HTTP" }, validations: always }));
    assert.deepEqual(
      compiled.problems.map(({ unsupported }) => unsupported),
      ["evaluation.mode.HTTP"],
    );
    assert.deepEqual(compiled.selectors, []);
  });

  it("judges other JSON only where it says so", () => {
    const json = { evaluation: { mode: "JSON" }, validations: [{ expression: "object.a == 1" }] };
    const other = { mode: "json" } as const;
    const of = (spec: Partial<ValidatingPolicySpec>, more = {}) => {
      const evaluation = evaluate(compile(validatingPolicy(spec)), input({ a: 1 }, more));
      return evaluation.kind === "completed" ? evaluation.responses.length : -1;
    };
    assert.deepEqual([of(json, other), of(json), of({ validations: always }, other)], [1, 0, 0]);
  });

  it("leaves objects outside of its namespace alone", () => {
    const compiled = compile({
      ...validatingPolicy({ validations: always }),
      kind: "NamespacedValidatingPolicy",
      apiVersion: "policies.kyverno.io/v1",
      metadata: { name: "p", namespace: "shop" },
    });
    const count = (namespace: string) => {
      const evaluation = evaluate(compiled, input(web, { namespace }));
      return evaluation.kind === "completed" ? evaluation.responses.length : -1;
    };
    assert.deepEqual([count("shop"), count("other"), count("")], [1, 0, 0]);
  });
});

describe("exceptions from a ValidatingPolicy", () => {
  const exception = (spec: object, name = "e", labels = {}) => ({
    apiVersion: "policies.kyverno.io/v1" as const,
    kind: "PolicyException" as const,
    metadata: { name, namespace: "shop", labels },
    spec: { policyRefs: [{ kind: "ValidatingPolicy", name: "p" }], ...spec },
  });
  const failing = { validations: [{ expression: "false", message: "no" }] };
  const underExceptions = (
    spec: Partial<ValidatingPolicySpec>,
    ...exceptions: ReturnType<typeof exception>[]
  ) => verdicts(spec, { celExceptions: compileCelExceptions(exceptions) });
  const fails = [["", "fail", "no", { "cel.validationIndex": "0" }]];

  it("skip the object", () => {
    assert.deepEqual(underExceptions(failing, exception({})), [
      ["exception", "skip", "rule is skipped due to policy exception: shop/e"],
    ]);
  });

  it("make it pass where they say so, the one with the highest priority deciding", () => {
    const pass = exception({ reportResult: "pass" }, "b", { "polex.kyverno.io/priority": "3" });
    assert.deepEqual(underExceptions(failing, exception({}, "a"), pass), [
      ["exception", "pass", "rule is passed due to policy exception: shop/a, shop/b"],
    ]);
  });

  it("leave alone what they do not cover, and other kinds of policies", () => {
    const never = exception({ matchConditions: [{ name: "n", expression: "object.metadata.name == 'x'" }] });
    const other = exception({ policyRefs: [{ kind: "MutatingPolicy", name: "p" }] });
    assert.deepEqual(underExceptions(failing, never, other), fails);
  });

  it("allow values without exempting", () => {
    const spec = { validations: [{ expression: "exceptions.allowedValues.exists(v, v == 'web')" }] };
    assert.deepEqual(underExceptions(spec, exception({ allowedValues: ["web"] })), [["", "pass", "success"]]);
    assert.deepEqual(underExceptions(spec).length, 1);
  });

  it("are an error where they cannot be evaluated and nothing else exempts", () => {
    const broken = exception({ matchConditions: [{ name: "n", expression: "object.nothing == 1" }] }, "b");
    assert.deepEqual(underExceptions(failing, broken), [
      ["evaluation", "error", "failed to load context: no such key: nothing"],
    ]);
    assert.deepEqual(underExceptions(failing, broken, exception({})), [
      ["exception", "skip", "rule is skipped due to policy exception: shop/e"],
    ]);
  });

  it("end when they say so", () => {
    assert.deepEqual(underExceptions(failing, exception({ expiresAt: "1969-12-31T23:59:59Z" })), fails);
  });
});
