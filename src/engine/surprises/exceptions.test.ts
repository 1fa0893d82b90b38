import assert from "node:assert/strict";
import { describe, it } from "node:test";

import type { PolicyException } from "#api/kyverno/exception.ts";

import { compile } from "../compile.ts";
import { evaluate } from "../evaluate.ts";
import { input, judge, never, policy, rule, web } from "../evaluate.fixture.ts";
import { compileExceptions } from "../exceptions/exception-index.ts";
import { exception } from "../exceptions/exceptions.fixture.ts";
import { validatePolicy } from "../validation/validate-policy.ts";

const deny = { validate: { message: "m", deny: {} } };
const status = (document: PolicyException, more: Parameters<typeof judge>[1] = {}): string | undefined =>
  judge([rule("r", deny)], { exceptions: compileExceptions([document]), ...more })[0]?.status;
const named = (...ruleNames: string[]) => exception("e", { exceptions: [{ policyName: "p", ruleNames }] });

describe("an exception", () => {
  it("of a rule does not cover the rules generated from it", () => {
    const gvk = { group: "apps", version: "v1", kind: "Deployment" };
    const deployment = { apiVersion: "apps/v1", kind: "Deployment", metadata: { name: "web" }, spec: {} };
    const verdict = (ruleName: string) => {
      const document = exception("e", {
        exceptions: [{ policyName: "p", ruleNames: [ruleName] }],
        match: { any: [{ resources: { kinds: ["Deployment"] } }] },
      });
      const exceptions = compileExceptions([document]);
      const evaluation = evaluate(compile(policy([rule("r", deny)])), input(deployment, { gvk, exceptions }));
      return evaluation.kind === "completed" ? evaluation.responses[0]?.status : "pending";
    };
    assert.deepEqual([verdict("r"), verdict("autogen-r"), verdict("*r")], ["fail", "skip", "skip"]);
  });

  it("for pods says nothing of the Deployment that owns them", () => {
    const document = exception("e", { match: { any: [{ resources: { kinds: ["Deployment"] } }] } });
    assert.equal(status(document), "fail");
  });

  it("without namespaces covers all of them, wherever it is itself", () => {
    assert.equal(status(exception("e", {}, { namespace: "elsewhere" })), "skip");
  });

  it("loses to preconditions, and to a rule that does not match", () => {
    const exceptions = compileExceptions([exception("e")]);
    const [first] = judge([rule("r", { ...deny, preconditions: never })], { exceptions });
    assert.equal(first?.message.startsWith("preconditions not met"), true);
    const elsewhere = { any: [{ resources: { kinds: ["Service"] } }] };
    assert.deepEqual(judge([rule("r", { ...deny, match: elsewhere })], { exceptions }), []);
  });

  it("covers deletions and the debugging of pods too", () => {
    assert.equal(status(exception("e"), { operation: "DELETE", oldResource: web }), "skip");
    assert.equal(status(exception("e"), { subresource: "ephemeralcontainers" }), "skip");
  });

  it("is named beside the others that cover the object, and rule names may be wildcards", () => {
    const exceptions = compileExceptions([exception("b"), exception("a"), named("x"), named("?")]);
    const [response] = judge([rule("r", deny)], { exceptions });
    assert.deepEqual(response?.exceptions?.toSorted(), ["shop/a", "shop/b", "shop/e"]);
  });

  it("whose conditions cannot be evaluated is as if it were not there", () => {
    const broken = { all: [{ key: "{{ gone }}", operator: "Equals", value: "x" } as const] };
    const holding = { all: [{ key: "a", operator: "Equals", value: "a" } as const] };
    assert.equal(status(exception("e", { conditions: broken })), "fail");
    assert.equal(status(exception("e", { conditions: holding })), "skip");
  });

  it("may select by labels of the namespace", () => {
    const match = {
      any: [{ resources: { kinds: ["Pod"], namespaceSelector: { matchLabels: { team: "a" } } } }],
    };
    assert.equal(status(exception("e", { match }), { namespaceLabels: { team: "a" } }), "skip");
    assert.equal(status(exception("e", { match }), { namespaceLabels: { team: "b" } }), "fail");
  });
});

describe("validation of a policy", () => {
  it("does not keep a policy that it refuses from being compiled, with an error where it is wrong", () => {
    const invalid = policy([rule("r", { validate: {} }), rule("s", deny)]);
    assert.ok(validatePolicy(invalid).length > 0);
    const evaluation = evaluate(compile(invalid), input(web));
    assert.ok(evaluation.kind === "completed");
    assert.deepEqual(
      evaluation.responses.map(({ rule: name, status: verdict }) => [name, verdict]),
      [
        ["r", "error"],
        ["s", "fail"],
      ],
    );
  });
});
