import assert from "node:assert/strict";
import { describe, it } from "node:test";

import type { PolicyException } from "#api/kyverno/exception.ts";

import { compile } from "../compile.ts";
import { evaluate } from "../evaluate.ts";
import { input, judge, never, policy, rule, web } from "../evaluate.fixture.ts";
import { compileExceptions } from "./exception-index.ts";
import { exception } from "./exceptions.fixture.ts";

type Conditions = NonNullable<PolicyException["spec"]["conditions"]>;
type Condition = NonNullable<Conditions["all"]>[number];

const name = "{{ request.object.metadata.name }}";
const isWeb: Condition = { key: name, operator: "Equals", value: "web" };
const isDb: Condition = { key: name, operator: "Equals", value: "db" };
const broken: Condition = { key: "{{ request.object.nothing }}", operator: "Equals", value: "x" };
const deny = { validate: { message: "m", deny: {} } };

const statusWith = (...documents: PolicyException[]) => {
  const [response] = judge([rule("r", deny)], { exceptions: compileExceptions(documents) });
  return [response?.status, response?.message];
};

const cases: readonly [title: string, conditions: Conditions, skips: boolean][] = [
  ["none at all", {}, true],
  ["empty lists", { all: [], any: [] }, true],
  ["all that hold", { all: [isWeb] }, true],
  ["one of all that does not hold", { all: [isWeb, isDb] }, false],
  ["one of any that holds", { any: [isDb, isWeb] }, true],
  ["none of any that holds", { any: [isDb] }, false],
  ["both, of which one does not hold", { all: [isWeb], any: [isDb] }, false],
  ["one that cannot be evaluated", { any: [broken, isWeb] }, false],
  ["one that is not reached", { all: [isDb, broken] }, false],
  ["one that cannot be evaluated behind one of any that holds", { any: [isWeb, broken] }, true],
];

describe("conditions of an exception", () => {
  for (const [title, conditions, skips] of cases) {
    it(`${skips ? "let it skip the rule" : "keep it from skipping the rule"} with ${title}`, () => {
      const expected = skips ? ["skip", "rule is skipped due to policy exceptionsshop/e"] : ["fail", "m"];
      assert.deepEqual(statusWith(exception("e", { conditions })), expected);
    });
  }

  it("see the context of the rule", () => {
    const context = [{ name: "who", variable: { value: "web" } }];
    const known = exception("e", {
      conditions: { all: [{ key: "{{ who }}", operator: "Equals", value: "web" }] },
    });
    const [response] = judge([rule("r", { ...deny, context })], { exceptions: compileExceptions([known]) });
    assert.equal(response?.status, "skip");
  });
});

describe("exceptions in force", () => {
  it("are all named where several cover the object, the broken ones left out", () => {
    const documents = [
      exception("b"),
      exception("broken", { conditions: { all: [broken] } }),
      exception("a", { podSecurity: [{ controlName: "Seccomp" }] }),
    ];
    assert.deepEqual(statusWith(...documents), [
      "skip",
      "rule is skipped due to policy exceptionsshop/b, shop/a",
    ]);
  });

  it("stay in force in scans with background false", () => {
    assert.equal(statusWith(exception("e", { background: false }))[0], "skip");
  });

  it("come after preconditions", () => {
    const [response] = judge([rule("r", { ...deny, preconditions: never })], {
      exceptions: compileExceptions([exception("e")]),
    });
    assert.equal(response?.message, "preconditions not met; a is not b");
  });

  it("cover a Deployment by its own kind and its generated rule alone", () => {
    const deployment = { kind: "Deployment", spec: { template: web } };
    const compiled = compile(policy([rule("r", { validate: { pattern: { metadata: { name: "x" } } } })]));
    const statusFor = (document: PolicyException) => {
      const evaluation = evaluate(
        compiled,
        input(deployment, {
          gvk: { group: "apps", version: "v1", kind: "Deployment" },
          exceptions: compileExceptions([document]),
        }),
      );
      assert.ok(evaluation.kind === "completed");
      return evaluation.responses.map(({ rule, status }) => [rule, status]);
    };
    const match = { any: [{ resources: { kinds: ["Deployment"] } }] };
    const generated = [{ policyName: "p", ruleNames: ["autogen-*"] }];
    assert.deepEqual(statusFor(exception("e", { match })), [["autogen-r", "fail"]]);
    assert.deepEqual(statusFor(exception("e", { exceptions: generated })), [["autogen-r", "fail"]]);
    assert.deepEqual(statusFor(exception("e", { match, exceptions: generated })), [["autogen-r", "skip"]]);
  });

  it("wait for the data that their conditions need", () => {
    const context = [{ name: "map", configMap: { name: "m", namespace: "shop" } }];
    const condition: Condition = { key: "{{ map.data.a }}", operator: "Equals", value: "b" };
    const evaluation = evaluate(
      compile(policy([rule("r", { ...deny, context })])),
      input(web, {
        context: { lookUp: () => ({ kind: "pending" }) },
        exceptions: compileExceptions([exception("e", { conditions: { all: [condition] } })]),
      }),
    );
    assert.equal(evaluation.kind, "pending");
  });
});
