import assert from "node:assert/strict";
import { describe, it } from "node:test";

import type { ValidatingPolicySpec } from "#api/policies/validating-policy.ts";

import { judgeWeb } from "./validating-policy.fixture.ts";

const ten = "[0,1,2,3,4,5,6,7,8,9]";
const bomb = (depth: number): string => (depth === 0 ? "true" : `${ten}.all(v${depth}, ${bomb(depth - 1)})`);
const outOfBudget = "operation cancelled: actual cost limit exceeded";

function verdict(spec: Partial<ValidatingPolicySpec>): [status: string, message: string] {
  const [response] = judgeWeb(spec);
  return [response?.status ?? "", response?.message ?? ""];
}

describe("hostile ValidatingPolicies", () => {
  it("end a comprehension bomb within the budget", () => {
    assert.deepEqual(verdict({ validations: [{ expression: bomb(8) }] }), ["error", `error: ${outOfBudget}`]);
  });

  it("end a bomb in a variable, and keep its error for every use", () => {
    const spec = {
      variables: [{ name: "v", expression: bomb(8) }],
      validations: [{ expression: "variables.v || true" }, { expression: "variables.v" }],
    };
    assert.deepEqual(verdict(spec), ["error", `error: ${outOfBudget}`]);
  });

  it("end many bombs within a budget for all of them together", () => {
    const variables = Array.from({ length: 40 }, (_, index) => ({ name: `v${index}`, expression: bomb(8) }));
    const expression = variables.map(({ name }) => `variables.${name}`).join(" && ");
    assert.deepEqual(verdict({ variables, validations: [{ expression }] }), [
      "error",
      `error: ${outOfBudget}`,
    ]);
  });

  it("know no variable that needs itself or a later one", () => {
    for (const expression of ["variables.a", "variables.b"]) {
      const variables = [
        { name: "a", expression },
        { name: "b", expression: "1" },
      ];
      const [status, message] = verdict({ variables, validations: [{ expression: "variables.b == 1" }] });
      assert.equal(status, "error");
      assert.match(message, /^failed to compile policy: variables\[0\]\.expression: .*undefined field/s);
    }
  });

  it("are an error where they are nested too deeply to be read", () => {
    const depth = 5_000;
    const [status, message] = verdict({
      validations: [{ expression: "(".repeat(depth) + "true" + ")".repeat(depth) }],
    });
    assert.deepEqual([status, message.startsWith("failed to compile policy: ")], ["error", true]);
  });

  it("match an expression that would backtrack for ever in linear time", () => {
    const expression = `!'${"a".repeat(2_000)}!'.matches('^(a+)+$')`;
    assert.deepEqual(verdict({ validations: [{ expression }] }), ["pass", "success"]);
  });

  it("find nothing under names that all objects inherit", () => {
    const expression = "!has(object.constructor) && !has(object.__proto__) && !('toString' in object)";
    assert.deepEqual(verdict({ validations: [{ expression }] }), ["pass", "success"]);
  });
});
