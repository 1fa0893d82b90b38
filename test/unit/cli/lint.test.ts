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
