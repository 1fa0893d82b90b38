import assert from "node:assert/strict";
import { describe, it } from "node:test";

import type { Rule } from "#api/kyverno/rule.ts";

import { always, deny, rowProblem, ruleRow } from "./policies.fixture.ts";
import type { Row } from "./policies.fixture.ts";

const withConditions = (...all: unknown[]): Partial<Rule> => ({
  validate: { deny: { conditions: { all } } },
});

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

describe("validation of conditions", () => {
  for (const row of conditionRows) {
    it(`refuses ${row.title}, and takes what is in order`, () => {
      assert.equal(rowProblem(row), undefined);
    });
  }
});
