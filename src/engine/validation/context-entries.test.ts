import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { cluster, namespaced, rowProblem, rule, ruleRow, withContext } from "./policies.fixture.ts";
import type { Row } from "./policies.fixture.ts";

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

describe("validation of context entries", () => {
  for (const row of contextRows) {
    it(`refuses ${row.title}, and takes what is in order`, () => {
      assert.equal(rowProblem(row), undefined);
    });
  }
});
