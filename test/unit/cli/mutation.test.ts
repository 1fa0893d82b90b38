import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";

import { commandLine } from "./command-line.fixture.ts";
import type { CommandLine } from "./command-line.fixture.ts";

const files: Readonly<Record<string, string>> = {
  "policy.yaml": `
apiVersion: kyverno.io/v1
kind: ClusterPolicy
metadata: {name: add-team}
spec:
  rules:
  - name: label
    match: {any: [{resources: {kinds: [ConfigMap]}}]}
    mutate: {patchStrategicMerge: {metadata: {labels: {+(team): shop}}}}
---
apiVersion: kyverno.io/v1
kind: ClusterPolicy
metadata: {name: need-team}
spec:
  rules:
  - name: label
    match: {any: [{resources: {kinds: [ConfigMap]}}]}
    validate: {message: whose, pattern: {metadata: {labels: {team: "?*"}}}}
---
apiVersion: kyverno.io/v1
kind: ClusterPolicy
metadata: {name: mark-secret}
spec:
  rules:
  - name: mark
    match: {any: [{resources: {kinds: [ConfigMap], names: [one]}}]}
    mutate:
      targets: [{apiVersion: v1, kind: Secret, name: keys, namespace: shop}]
      patchStrategicMerge: {metadata: {labels: {seen: "{{ request.object.metadata.name }}"}}}
`,
  "broken.yaml": `
apiVersion: kyverno.io/v1
kind: ClusterPolicy
metadata: {name: broken}
spec:
  rules:
  - name: broken
    match: {any: [{resources: {kinds: [ConfigMap]}}]}
    mutate: {patchStrategicMerge: {metadata: {labels: {a: "{{ request.object.nothing }}"}}}}
`,
  "one.yaml": "{apiVersion: v1, kind: ConfigMap, metadata: {name: one, namespace: shop}}\n",
  "two.yaml": "{apiVersion: v1, kind: ConfigMap, metadata: {name: ../two, namespace: shop}}\n",
  "secret.yaml": "{apiVersion: v1, kind: Secret, metadata: {name: keys, namespace: shop}}\n",
  "patched.yaml":
    "{apiVersion: v1, kind: ConfigMap, metadata: {name: one, namespace: shop, labels: {team: shop}}}\n",
  "marked.yaml":
    "{apiVersion: v1, kind: Secret, metadata: {name: keys, namespace: shop, labels: {seen: one}}}\n",
  "kyverno-test.yaml": `
apiVersion: cli.kyverno.io/v1alpha1
kind: Test
policies: [policy.yaml]
resources: [one.yaml, secret.yaml]
targetResources: [secret.yaml]
results:
- {policy: add-team, rule: label, resources: [one], result: pass, patchedResources: patched.yaml}
- {policy: need-team, rule: label, resources: [one], result: pass}
- {policy: mark-secret, rule: mark, resources: [keys], result: pass, patchedResources: marked.yaml}
- {policy: add-team, rule: label, resources: [one], result: pass, patchedResources: one.yaml}
`,
  "folder/empty": "",
  "all.yaml": "to be replaced",
};

let cli: CommandLine;
before(async () => {
  cli = await commandLine(files);
});
after(() => cli.remove());

const read = (path: string): Promise<string> => readFile(join(cli.folder, path), "utf8");

describe("mutation on the command line", () => {
  it("comes before validation, whatever the order of policies, and gives results of its own", async () => {
    const { code, out } = await cli.run("scan policy.yaml -r one.yaml -r secret.yaml --detailed-results");
    assert.match(
      out,
      /pass +shop\/ConfigMap\/one +add-team +label +mutated ConfigMap\/one in namespace shop/,
    );
    assert.match(out, /pass +shop\/ConfigMap\/one +need-team/);
    assert.match(
      out,
      /pass +shop\/ConfigMap\/one +mark-secret +mark +mutated Secret\/keys in namespace shop/,
    );
    assert.equal(code, 0);
  });

  it("says nothing more of an object after a mutation that fails", async () => {
    const { code, out } = await cli.run("scan broken.yaml policy.yaml -r one.yaml");
    assert.match(out, /error +shop\/ConfigMap\/one +broken +broken/);
    assert.match(out, /pass: 0, fail: 0, warn: 0, error: 1, skip: 0/);
    assert.equal(code, 1);
  });

  it("writes mutated objects to one file", async () => {
    await cli.run("scan policy.yaml -r one.yaml -r two.yaml --target-resource secret.yaml -o all.yaml");
    const text = await read("all.yaml");
    assert.equal(text.match(/^kind: ConfigMap$/gm)?.length, 2);
    assert.match(text, /kind: Secret[^-]*seen: one\n---\n/);
    assert.doesNotMatch(text, /replaced/);
  });

  it("writes mutated objects to files in a folder, and never beside it", async () => {
    await cli.run("scan policy.yaml -r one.yaml -r two.yaml -r secret.yaml -o folder");
    assert.match(await read("folder/one-mutated.yaml"), /team: shop/);
    assert.match(await read("folder/keys-mutated.yaml"), /seen: one/);
    assert.match(await read("folder/-two-mutated.yaml"), /team: shop/);
  });

  it("is held against expected objects by tests, targets too", async () => {
    const { code, out } = await cli.run("test kyverno-test.yaml --detailed-results");
    assert.match(out, /1 +add-team +label +v1\/ConfigMap\/shop\/one +Pass +Ok/);
    assert.match(out, /2 +need-team +label +v1\/ConfigMap\/shop\/one +Pass +Ok/);
    assert.match(
      out,
      /mark-secret +mark +v1\/Secret\/shop\/keys +Pass +Ok +mutated Secret\/keys in namespace shop/,
    );
    assert.match(out, /Fail +Resource diff +metadata\.labels\.team: want nothing, got "shop"/);
    assert.equal(code, 1);
  });
});
