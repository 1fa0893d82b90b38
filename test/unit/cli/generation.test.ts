import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";

import { commandLine } from "./command-line.fixture.ts";
import type { CommandLine } from "./command-line.fixture.ts";

const policy = (name: string, what: string): string => `
apiVersion: kyverno.io/v1
kind: ClusterPolicy
metadata: {name: ${name}}
spec:
  rules:
  - name: make
    match: {any: [{resources: {kinds: [Namespace]}}]}
    generate:
      synchronize: true
      apiVersion: v1
      kind: ConfigMap
      name: ${name}
      namespace: "{{ request.object.metadata.name }}"
      ${what}
`;

const files: Readonly<Record<string, string>> = {
  "data.yaml": policy("data", "data: {data: {a: b}}"),
  "clone.yaml": policy("clone", "clone: {name: source, namespace: default}"),
  "shop.yaml": "{apiVersion: v1, kind: Namespace, metadata: {name: shop}}\n",
  "source.yaml":
    "{apiVersion: v1, kind: ConfigMap, metadata: {name: source, namespace: default}, data: {a: c}}\n",
  "made.yaml": "{apiVersion: v1, kind: ConfigMap, metadata: {name: data, namespace: shop}, data: {a: b}}\n",
  "copied.yaml":
    "{apiVersion: v1, kind: ConfigMap, metadata: {name: clone, namespace: shop}, data: {a: c}}\n",
  "kyverno-test.yaml": `
apiVersion: cli.kyverno.io/v1alpha1
kind: Test
policies: [data.yaml, clone.yaml]
resources: [shop.yaml]
results:
- {policy: data, rule: make, resources: [shop], result: pass, generatedResource: made.yaml}
- {policy: data, rule: make, resources: [shop], result: pass, generatedResources: [copied.yaml, made.yaml]}
- {policy: clone, rule: make, resources: [shop], result: pass, generatedResource: copied.yaml, cloneSourceResource: source.yaml}
- {policy: data, rule: make, resources: [shop], result: pass, generatedResource: copied.yaml}
`,
  "out/empty": "",
};

let cli: CommandLine;
before(async () => {
  cli = await commandLine(files);
});
after(() => cli.remove());

describe("generation on the command line", () => {
  it("is held against expected objects, a row for each object", async () => {
    const { code, out } = await cli.run("test kyverno-test.yaml --detailed-results");
    assert.match(out, /1 +data +make +\/data +Pass +Ok/);
    assert.match(out, /2 +data +make +\/data +Pass +Ok/);
    assert.match(out, /3 +clone +make +\/clone +Pass +Ok/);
    assert.match(out, /4 +data +make +\/data +Fail +Resource error +copied\.yaml holds no ConfigMap data/);
    assert.equal(code, 1);
  });

  it("writes what it makes", async () => {
    const { code } = await cli.run("scan data.yaml -r shop.yaml -o out");
    const text = await readFile(join(cli.folder, "out/data-generated.yaml"), "utf8");
    assert.match(text, /namespace: shop/);
    assert.match(text, /generate\.kyverno\.io\/policy-name: data/);
    assert.equal(code, 0);
  });
});
