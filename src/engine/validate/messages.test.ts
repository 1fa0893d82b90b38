import assert from "node:assert/strict";
import { describe, it } from "node:test";

import type { Rule } from "#api/kyverno/rule.ts";

import { always, never, one } from "../evaluate.fixture.ts";

type MessageCase = readonly [title: string, body: Partial<Rule>, status: string, message: string];

const messages: readonly MessageCase[] = [
  [
    "a pattern that matches",
    { validate: { pattern: { metadata: { name: "w*" } } } },
    "pass",
    "validation rule 'r' passed.",
  ],
  [
    "a pattern that does not, with a message",
    { validate: { message: "Bad {{ request.object.metadata.name }}", pattern: { metadata: { name: "x" } } } },
    "fail",
    "validation error: Bad web. rule r failed at path /metadata/name/",
  ],
  [
    "a message that ends with a dot",
    { validate: { message: "Bad.", pattern: { metadata: { name: "x" } } } },
    "fail",
    "validation error: Bad. rule r failed at path /metadata/name/",
  ],
  [
    "no message",
    { validate: { pattern: { metadata: { name: "x" } } } },
    "fail",
    "validation error: rule r failed at path /metadata/name/",
  ],
  [
    "a message whose variable does not exist",
    { validate: { message: "{{ nobody }}", pattern: { metadata: { name: "x" } } } },
    "fail",
    "validation error: variables substitution error in rule r execution error: resource value 'web' does not match 'x' at path /metadata/name/",
  ],
  [
    "a pattern whose variable does not exist",
    { validate: { pattern: { metadata: { name: "{{ nobody }}" } } } },
    "error",
    'variable substitution failed: failed to resolve nobody at path /metadata/name: JMESPath query failed: Unknown key "nobody" in path',
  ],
  [
    "anyPattern with a match",
    { validate: { anyPattern: [{ metadata: { name: "x" } }, { metadata: { name: "web" } }] } },
    "pass",
    "validation rule 'r' anyPattern[1] passed.",
  ],
  [
    "anyPattern without a match",
    { validate: { message: "No", anyPattern: [{ metadata: { name: "x" } }, { spec: { hostPID: true } }] } },
    "fail",
    "validation error: No. rule r[0] failed at path /metadata/name/ rule r[1] failed at path /spec/hostPID/",
  ],
  [
    "an anchor that does not apply",
    { validate: { pattern: { metadata: { "(name)": "x" } } } },
    "skip",
    "conditional anchor mismatch: resource value 'web' does not match 'x' at path /metadata/name/",
  ],
  [
    "deny that does not hold",
    { validate: { deny: { conditions: never } } },
    "pass",
    "validation rule 'r' passed.",
  ],
  [
    "deny that holds, with messages",
    { validate: { message: "Denied {{ request.operation }}", deny: { conditions: always } } },
    "fail",
    "Denied CREATE; a is a",
  ],
  [
    "deny without conditions or message",
    { validate: { deny: {} } },
    "fail",
    "validation error: rule r failed",
  ],
  [
    "deny whose variable does not exist",
    { validate: { deny: { conditions: { all: [{ key: "{{ x.y }}", operator: "Equals", value: "" }] } } } },
    "error",
    'failed to check deny conditions: failed to substitute variables in condition key: failed to resolve x.y at path : JMESPath query failed: Unknown key "x" in path',
  ],
  [
    "preconditions that are not met",
    { preconditions: never, validate: { deny: {} } },
    "skip",
    "preconditions not met; a is not b",
  ],
  [
    "preconditions that cannot be evaluated",
    {
      preconditions: { all: [{ key: "{{ request.userInfo }}", operator: "Equals", value: "" }] },
      validate: { deny: {} },
    },
    "error",
    'failed to evaluate preconditions: failed to substitute variables in condition key: failed to resolve request.userInfo at path : JMESPath query failed: Unknown key "userInfo" in path',
  ],
  [
    "images in parts",
    { validate: { message: "{{ images.containers.a.registry }} {{ images.containers.b.tag }}", deny: {} } },
    "fail",
    "docker.io latest",
  ],
  [
    "foreach over elements that all pass",
    { validate: { foreach: [{ list: "request.object.spec.containers", pattern: { image: "*" } }] } },
    "pass",
    "rule passed",
  ],
  [
    "foreach with an element that fails",
    {
      validate: {
        message: "{{ element.name }} at {{ elementIndex }}",
        foreach: [{ list: "request.object.spec.containers", pattern: { image: "nginx*" } }],
      },
    },
    "fail",
    "validation failure: validation error: b at 1. rule r failed at path /image/",
  ],
  [
    "nested foreach",
    {
      validate: {
        message: "{{ element0.name }}:{{ element1.containerPort }}",
        foreach: [
          {
            list: "request.object.spec.containers",
            foreach: [
              {
                list: "element.ports || `[]`",
                deny: {
                  conditions: {
                    all: [{ key: "{{ element.containerPort }}", operator: "LessThan", value: 1024 }],
                  },
                },
              },
            ],
          },
        ],
      },
    },
    "error",
    "validation failure: validation failure: ",
  ],
  [
    "foreach over a list that does not exist",
    { validate: { foreach: [{ list: "request.object.x", deny: {} }] } },
    "none",
    "",
  ],
  [
    "elementScope of an element that is no object",
    { validate: { foreach: [{ list: '`["a"]`', elementScope: true, pattern: {} }] } },
    "error",
    "failed to process foreach: cannot use elementScope=true foreach rules for elements that are not maps, expected type=map got type=string",
  ],
];

describe("validate rules: messages", () => {
  for (const [title, body, status, message] of messages.filter(([title]) => title !== "nested foreach")) {
    it(title, () => {
      assert.deepEqual(one(body), [status, message]);
    });
  }

  it("nested foreach names both elements and repeats its prefix", () => {
    const body = messages.find(([title]) => title === "nested foreach")?.[1] ?? {};
    assert.deepEqual(one(body, { numbers: "float64" }), [
      "fail",
      "validation failure: validation failure: a:80",
    ]);
  });
});
