import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";

import { commandLine } from "./command-line.fixture.ts";
import type { CommandLine } from "./command-line.fixture.ts";

const policy = (name: string, expression: string): string => `
apiVersion: policies.kyverno.io/v1
kind: ValidatingPolicy
metadata: {name: ${name}}
spec:
  matchConstraints: {resourceRules: [{apiGroups: [""], apiVersions: [v1], operations: [CREATE], resources: [configmaps]}]}
  validations: [{expression: "${expression}", message: refused}]
---`;

let cli: CommandLine;
before(async () => {
  cli = await commandLine({
    "policies.yaml": [
      policy("allowed", "http.Get('https://a.example/ok').body.allowed == true"),
      policy("posted", "http.Post('https://a.example/post', {'x': 1}).body.allowed == true"),
      policy("refused", "http.Get('https://a.example/no').statusCode == 403"),
    ].join("\n"),
    "object.yaml": "{apiVersion: v1, kind: ConfigMap, metadata: {name: one, namespace: shop}}",
    "kyverno-test.yaml": `
apiVersion: cli.kyverno.io/v1alpha1
kind: Test
metadata: {name: mocks}
policies: [policies.yaml]
resources: [object.yaml]
apiCallResponses:
- {url: "https://a.example/ok", response: {body: {allowed: true}}}
- {url: "https://a.example/post", method: POST, response: {body: {allowed: false}}}
- {url: "https://a.example/no", response: {statusCode: 403, body: {}}}
results:
- {policy: allowed, resources: [one], result: pass}
- {policy: posted, resources: [one], result: fail}
- {policy: refused, resources: [one], result: pass}
`,
  });
});
after(() => cli.remove());

describe("calls that a test answers", () => {
  it("give CEL the body and the status, whatever that is", async () => {
    const { code, out } = await cli.run("test kyverno-test.yaml");
    assert.equal(out.match(/Pass +Ok/g)?.length, 3, out);
    assert.equal(code, 0);
  });
});
