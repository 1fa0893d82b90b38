import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";

import { commandLine } from "./command-line.fixture.ts";
import type { CommandLine } from "./command-line.fixture.ts";

const files: Readonly<Record<string, string>> = {
  "policies/good.yaml": `apiVersion: kyverno.io/v1
kind: ClusterPolicy
metadata: {name: good}
spec:
  rules:
  - name: a
    match: {any: [{resources: {kinds: [Pod]}}]}
    validate: {message: m, pattern: {metadata: {name: "?*"}}}
`,
  "policies/notes.yaml": "a: 1\n",
  "bad.yaml": `# comment
apiVersion: kyverno.io/v1
kind: ClusterPolicy
metadata: {name: bad}
spec:
  rules:
  - name: a
    match: {any: [{resources: {kinds: [Pod]}}]}
    validate:
      mesage: m
      pattern: {}
---
apiVersion: kyverno.io/v1
kind: ClusterPolicy
metadata: {name: undeclared}
spec:
  rules:
  - name: a
    match: {any: [{resources: {kinds: [Pod]}}]}
    validate: {message: "{{ nowhere }}", pattern: {metadata: {name: "?*"}}}
---
apiVersion: kyverno.io/v2
kind: PolicyException
metadata: {name: e, namespace: shop}
spec:
  exceptions: [{policyName: "", ruleNames: ["*"]}]
  match: {any: [{resources: {kinds: [Pod]}}]}
`,
};

const wrong: readonly (readonly [title: string, text: string, lines: readonly string[]])[] = [
  [
    "all unknown fields, also beside what the schema refuses",
    `apiVersion: kyverno.io/v1
kind: ClusterPolicy
metadata: {name: a}
spec:
  backgroud: true
  rules:
  - name: a
    match: {any: [{resources: {kind: [Pod]}}]}
    precondition: {}
    validate: {pattern: 1, mesage: m}
  - match: {}
`,
    [
      "5:3: spec.backgroud: unknown field; is background meant?",
      "8:32: spec.rules[0].match.any[0].resources.kind: unknown field; is kinds meant?",
      "9:5: spec.rules[0].precondition: unknown field; is preconditions meant?",
      "10:28: spec.rules[0].validate.mesage: unknown field; is message meant?",
      "11:5: spec.rules[1].name: Required value",
    ],
  ],
  [
    "keys that stand there twice",
    `apiVersion: kyverno.io/v1
kind: ClusterPolicy
metadata: {name: a, name: b}
spec:
  rules:
  - name: a
    match: {any: [{resources: {kinds: [Pod]}}]}
    validate: {message: m, pattern: {metadata: {name: "?*"}}}
`,
    ["3:1: name stands there twice; the last counts"],
  ],
  [
    "versions that do not exist",
    "apiVersion: kyverno.io/v9\nkind: ClusterPolicy\nmetadata: {name: a}\nspec: {rules: []}\n",
    [
      "1:1: apiVersion: there is no ClusterPolicy of kyverno.io/v9; known are kyverno.io/v1, kyverno.io/v2beta1",
    ],
  ],
  [
    "kinds that do not exist",
    "apiVersion: kyverno.io/v1\nkind: ClusterPolic\nmetadata: {name: a}\n",
    ["2:1: kind: kyverno.io has no kind ClusterPolic; is ClusterPolicy meant?"],
  ],
  [
    "expressions that cannot be compiled",
    `apiVersion: policies.kyverno.io/v1
kind: ValidatingPolicy
metadata: {name: a}
spec:
  matchConstraints: {resourceRules: [{apiGroups: [""], apiVersions: [v1], resources: [pods], operations: [CREATE]}]}
  validations:
  - expression: "objct.spec.hostPID"
`,
    [
      "7:5: spec.validations[0].expression: undeclared reference to 'objct', at character 1 of the expression",
    ],
  ],
  [
    "fields of kinds that are not judged",
    `apiVersion: kyverno.io/v2
kind: ClusterCleanupPolicy
metadata: {name: a}
spec: {schedul: "* * * * *", match: {any: [{resources: {kinds: [Pod]}}]}}
`,
    ["4:1: spec.schedule: Required value", "4:8: spec.schedul: unknown field; is schedule meant?"],
  ],
];

let cli: CommandLine;
before(async () => {
  cli = await commandLine(files);
});
after(() => cli.remove());

describe("rearguard lint", () => {
  it("passes over what is no policy in folders", async () => {
    assert.deepEqual(await cli.run("lint policies"), { code: 0, out: "1 checked, 0 problems\n", err: "" });
  });

  it("names each problem with file, line and column, and the field that was meant", async () => {
    const { code, out } = await cli.run("lint bad.yaml");
    const lines = out.split("\n");
    assert.equal(lines[0], "bad.yaml:10:7: spec.rules[0].validate.mesage: unknown field; is message meant?");
    assert.match(lines[1] ?? "", /^bad\.yaml:(18|20):\d+: spec\.rules\[0\]/);
    assert.match(lines[2] ?? "", /^bad\.yaml:26:17: spec\.exceptions\[0\]\.policyName: /);
    assert.equal(lines[3], "3 checked, 3 problems");
    assert.equal(code, 1);
  });

  for (const [title, text, lines] of wrong) {
    it(`names ${title}`, async () => {
      const { code, out } = await cli.run("lint -", text);
      assert.deepEqual(
        out.trimEnd().split("\n").slice(0, -1),
        lines.map((line) => `<stdin>:${line}`),
      );
      assert.equal(code, 1);
    });
  }

  it("prints one JSON document", async () => {
    const { out } = await cli.run("lint - -o json", "a: [");
    const { problems, unreadable } = JSON.parse(out) as { problems: unknown[]; unreadable: string[] };
    assert.deepEqual(problems, []);
    assert.match(unreadable[0] ?? "", /^<stdin>:1: /);
  });

  it("refuses a named file that holds no policy", async () => {
    const { code, out } = await cli.run("lint policies/notes.yaml");
    assert.match(out, /policies\/notes\.yaml:1:1: kind: no policy and no exception/);
    assert.equal(code, 1);
  });
});
