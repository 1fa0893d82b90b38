import assert from "node:assert/strict";
import { describe, it } from "node:test";

import type { LabelSelector } from "#api/schema/metadata.ts";

import { compileLabelSelector } from "./label-selector.ts";

type Case = readonly [
  title: string,
  selector: LabelSelector,
  labels: Record<string, string>,
  matches: boolean,
];

const cases: readonly Case[] = [
  ["an empty selector takes everything", {}, {}, true],
  ["a label must have the value", { matchLabels: { app: "web" } }, { app: "web" }, true],
  ["another value does not do", { matchLabels: { app: "web" } }, { app: "db" }, false],
  ["a missing label does not do", { matchLabels: { app: "web" } }, {}, false],
  ["an inherited name is no label", { matchLabels: { constructor: "x" } }, {}, false],
  ["a wildcard value needs the label", { matchLabels: { app: "*" } }, {}, false],
  ["a wildcard value takes any text", { matchLabels: { app: "w?b*" } }, { app: "web-1" }, true],
  ["a wildcard key takes any label", { matchLabels: { "team/*": "a" } }, { "team/x": "a" }, true],
  ["key and value must fit together", { matchLabels: { "team/*": "a" } }, { "team/x": "b", app: "a" }, false],
  ["unmatched wildcards become zeros", { matchLabels: { "a*": "b?" } }, { a0: "b0" }, true],
  [
    "In takes one of the values",
    { matchExpressions: [{ key: "tier", operator: "In", values: ["a", "b"] }] },
    { tier: "b" },
    true,
  ],
  [
    "In without values is no legal selector",
    { matchExpressions: [{ key: "tier", operator: "In", values: [] }] },
    { tier: "b" },
    false,
  ],
  [
    "NotIn takes objects without the label",
    { matchExpressions: [{ key: "tier", operator: "NotIn", values: ["a"] }] },
    {},
    true,
  ],
  [
    "wildcards in expressions are no wildcards but illegal values",
    { matchExpressions: [{ key: "tier", operator: "NotIn", values: ["a*"] }] },
    { tier: "z" },
    false,
  ],
  ["Exists", { matchExpressions: [{ key: "tier", operator: "Exists" }] }, { tier: "" }, true],
  ["DoesNotExist", { matchExpressions: [{ key: "tier", operator: "DoesNotExist" }] }, { tier: "" }, false],
  ["an unknown operator matches nothing", { matchExpressions: [{ key: "tier", operator: "Is" }] }, {}, false],
  ["an illegal key matches nothing", { matchLabels: { "a b": "c" } }, { "a b": "c" }, false],
  [
    "labels and expressions must both hold",
    {
      matchLabels: { app: "web" },
      matchExpressions: [{ key: "tier", operator: "Exists" }],
    },
    { app: "web" },
    false,
  ],
];

describe("compileLabelSelector", () => {
  for (const [title, selector, labels, matches] of cases) {
    it(title, () => {
      assert.equal(compileLabelSelector(selector)(labels), matches);
    });
  }
});
