import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";

import { commandLine } from "./command-line.fixture.ts";
import type { CommandLine } from "./command-line.fixture.ts";

const labels = `
apiVersion: kyverno.io/v1
kind: ClusterPolicy
metadata: {name: team}
spec:
  rules:
  - name: label
    match: {any: [{resources: {kinds: [Pod]}}]}
    validate: {message: who <answers> the phone?, pattern: {metadata: {labels: {team: "?*"}}}}
`;
const deny = (name: string, entry: string, key: string): string => `
apiVersion: kyverno.io/v1
kind: ClusterPolicy
metadata: {name: ${name}}
spec:
  rules:
  - name: check
    match: {any: [{resources: {kinds: [ConfigMap]}}]}
    context: [${entry}]
    validate: {message: "saw {{ ${key} }}", deny: {conditions: {all: [{key: "{{ ${key} }}", operator: Equals, value: bad}]}}}
`;
const head = "apiVersion: cli.kyverno.io/v1alpha1\nkind: Test\n";

const files: Readonly<Record<string, string>> = {
  "labels/policy.yaml": labels,
  "labels/pods.yaml": `
{apiVersion: v1, kind: Pod, metadata: {name: good, namespace: shop, labels: {team: a}}}
---
{apiVersion: v1, kind: Pod, metadata: {name: bad, namespace: shop}}
---
{apiVersion: v1, kind: Service, metadata: {name: bad, namespace: shop}}
`,
  "labels/kyverno-test.yaml": `${head}metadata: {name: labels}
policies: [policy.yaml]
resources: [pods.yaml]
results:
- {policy: team, rule: label, resources: [good], kind: Pod, result: pass}
- {policy: team, rule: label, resources: [shop/bad], result: fail}
`,
  "wrong/kyverno-test.yaml": `${head}metadata: {name: wrong}
policies: [../labels/policy.yaml]
resources: [../labels/pods.yaml]
results:
- {policy: team, rule: label, resources: [bad], result: pass}
- {policy: nowhere, resources: [good], result: pass}
- {policy: team, rule: label, resources: [godo], result: pass}
`,
  "patched/expected.yaml":
    "{apiVersion: v1, kind: Pod, metadata: {name: good, namespace: shop, labels: {team: b}}}",
  "patched/kyverno-test.yaml": `${head}
policies: [../labels/policy.yaml]
resources: [../labels/pods.yaml]
results:
- {policy: team, rule: label, resources: [good, bad], result: pass, patchedResources: expected.yaml}
- {policy: team, rule: label, resources: [bad], result: fail, patchedResources: expected.yaml, failOnMissingResources: true}
- {policy: team, rule: label, resources: [good], result: pass, patchedResources: missing.yaml}
`,
  "world/calls.yaml": deny(
    "calls",
    "{name: a, apiCall: {service: {url: 'https://a.example/x'}, jmesPath: mode}}",
    "a",
  ),
  "world/entry.yaml": deny("entry", "{name: a, globalReference: {name: modes, jmesPath: '[0]'}}", "a"),
  "world/map.yaml": deny("map", "{name: a, configMap: {name: cm, namespace: shop}}", "a.data.mode"),
  "world/api.yaml": deny(
    "api",
    "{name: a, apiCall: {urlPath: '/api/v1/configmaps', jmesPath: 'items[0].data.mode'}}",
    "a",
  ),
  "world/operation.yaml": deny("operation", "{name: a, variable: {value: '{{ request.operation }}'}}", "a"),
  "world/cluster.yaml": `
apiVersion: cli.kyverno.io/v1alpha1
kind: ClusterResource
spec: {resources: [{apiVersion: v1, kind: ConfigMap, metadata: {name: cm, namespace: shop}, data: {mode: bad}}]}
`,
  "world/modes.yaml": "[{mode: bad}]\n",
  "world/values.yaml": `
apiVersion: cli.kyverno.io/v1alpha1
kind: Values
policies: [{name: operation, rules: [{name: check, values: {a: bad}}]}]
`,
  "world/kyverno-test.yaml": `${head}metadata: {name: world}
policies: [calls.yaml, entry.yaml, map.yaml, api.yaml]
resources: [one.yaml]
clusterResources: [cluster.yaml]
apiCallResponses: [{url: "https://a.example/x", response: {body: {mode: bad}}}]
globalContextEntries: [{name: modes, data: {all: [{mode: bad}]}, fieldPath: "all[*].mode"}]
results:
- {policy: calls, result: fail}
- {policy: entry, result: fail}
- {policy: map, result: fail}
- {policy: api, result: fail}
`,
  "world/one.yaml": "{apiVersion: v1, kind: ConfigMap, metadata: {name: one, namespace: shop}}",
  "operation/policy.yaml": `
apiVersion: kyverno.io/v1
kind: ClusterPolicy
metadata: {name: no-delete}
spec:
  rules:
  - name: check
    match: {any: [{resources: {kinds: [ConfigMap]}}]}
    validate: {message: kept, deny: {conditions: {all: [{key: "{{ request.operation }}", operator: Equals, value: DELETE}]}}}
`,
  "operation/kyverno-test.yaml": `${head}
policies: [policy.yaml]
resources: [../world/one.yaml]
results:
- {policy: no-delete, result: pass}
- {policy: no-delete, result: fail, operation: DELETE}
`,
  "misspelt/kyverno-test.yaml": `${head}policys: [a.yaml]\n`,
  "later/policy.yaml":
    "apiVersion: policies.kyverno.io/v1\nkind: SomeLaterPolicy\nmetadata: {name: images}\n",
  "later/kyverno-test.yaml": `${head}
policies: [policy.yaml]
resources: [../world/one.yaml]
results: [{policy: images, result: pass}]
`,
  "invalid/policy.yaml": `
apiVersion: kyverno.io/v1
kind: ClusterPolicy
metadata: {name: undeclared}
spec:
  rules:
  - name: check
    match: {any: [{resources: {kinds: [ConfigMap]}}]}
    validate: {message: "{{ nowhere }}", deny: {}}
`,
  "invalid/kyverno-test.yaml": `${head}
policies: [policy.yaml]
resources: [../world/one.yaml]
results: [{policy: undeclared, result: pass}]
`,
  "unread/kyverno-test.yaml": `${head}policies: [gone.yaml]\nresults: [{policy: a, result: pass}]\n`,
  "empty/notes.txt": "",
};

let cli: CommandLine;
before(async () => {
  cli = await commandLine(files);
});
after(() => cli.remove());

describe("rearguard test", () => {
  it("shows each test with its rows", async () => {
    const { code, out, err } = await cli.run("test labels");
    assert.equal(
      out,
      [
        "labels (labels/kyverno-test.yaml): 1 policy, 3 resources",
        "ID  POLICY  RULE   RESOURCE             RESULT  REASON",
        "1   team    label  v1/Pod/shop/good     Pass    Ok",
        "2   team    label  v1/Pod/shop/bad      Pass    Ok",
        "3   team    label  v1/Service/shop/bad  Pass    Excluded",
        "",
        "Test Summary: 3 tests passed and 0 tests failed",
        "",
      ].join("\n"),
    );
    assert.equal(err, "");
    assert.equal(code, 0);
  });

  it("says what was wanted, what is not found, and which name is no resource", async () => {
    const { code, out, err } = await cli.run("test wrong");
    assert.match(out, /v1\/Pod\/shop\/bad +Fail +Want pass, got fail/);
    assert.match(out, /nowhere +v1\/Pod\/shop\/good +Fail +Not found/);
    assert.match(err, /wrong\/kyverno-test\.yaml: warning: results for team name godo, which is no resource/);
    assert.equal(code, 1);
  });

  it("shows only what fails on demand", async () => {
    const { out } = await cli.run("test wrong labels --fail-only");
    assert.match(out, /^Test Summary: \d out of \d+ tests failed\n\nAggregated Failed Test Cases : \nID/);
    assert.doesNotMatch(out, /Excluded|Ok/);
  });

  it("compares objects with expected files, and tells what differs", async () => {
    const { out } = await cli.run("test patched --detailed-results");
    assert.match(out, /Resource diff +metadata\.labels\.team: want "b", got "a"/);
    assert.match(out, /bad +Fail +Resource error +expected\.yaml holds no Pod bad/);
    assert.match(out, /Resource error +patched\/missing\.yaml: no such file or folder/);
    assert.doesNotMatch(out, /Pod\/shop\/bad +Pass/);
  });

  it("serves declared answers, global entries, and the objects of a described cluster", async () => {
    const { code, out } = await cli.run("test world --detailed-results");
    assert.equal(out.match(/Pass +Ok +saw bad/g)?.length, 4, out);
    assert.equal(code, 0);
  });

  it("judges again where a result names an operation", async () => {
    const { code, out } = await cli.run("test operation");
    assert.equal(out.match(/Pass +Ok/g)?.length, 2, out);
    assert.equal(code, 0);
  });

  it("prints one JSON document, whatever happens", async () => {
    const { code, out } = await cli.run("test labels misspelt unread -o json");
    const { tests, summary } = JSON.parse(out) as {
      tests: { path: string; name: string; rows: object[]; error?: string }[];
      summary: object;
    };
    assert.deepEqual(tests[0]?.rows[0], {
      policy: "team",
      rule: "label",
      resource: "v1/Pod/shop/good",
      result: "Pass",
      reason: "Ok",
      message: "validation rule 'label' passed.",
    });
    assert.match(
      tests[1]?.error ?? "",
      /kyverno-test\.yaml:3:1: policys: unknown field; is policies meant\?$/,
    );
    assert.match(tests[2]?.error ?? "", /gone\.yaml: no such file or folder/);
    assert.deepEqual(summary, { pass: 2, fail: 2, skip: 1 });
    assert.equal(code, 1);
  });

  it("fails a test that needs what is not there yet, and says what", async () => {
    const { code, out } = await cli.run("test later");
    assert.match(out, /error: the test needs SomeLaterPolicy, which is not supported yet/);
    assert.match(out, /images +v1\/ConfigMap\/shop\/one +Fail +Not supported/);
    assert.equal(code, 1);
  });

  it("skips results of a policy that admission would refuse, and says why", async () => {
    const { code, out, err } = await cli.run("test invalid");
    assert.match(out, /undeclared +v1\/ConfigMap\/shop\/one +Skip +Invalid Policy/);
    assert.match(
      err,
      /invalid\/policy\.yaml:\d+:\d+: ClusterPolicy undeclared is not valid: spec\.rules\[0\]/,
    );
    assert.equal(code, 0);
  });

  it("escapes what JUnit and Markdown would take for markup", async () => {
    const junit = await cli.run("test wrong -o junit");
    assert.match(
      junit.out,
      /<failure message="Want pass, got fail: validation error: who &lt;answers&gt; the phone\?/,
    );
    assert.match(junit.out, /<testsuites name="rearguard" tests="\d+" failures="\d" errors="0">/);
    const markdown = await cli.run("test wrong -o markdown");
    assert.match(markdown.out, /who &lt;answers> the phone/);
  });

  it("checks only the selected results", async () => {
    const { out } = await cli.run("test labels wrong -t policy=te*,resource=go* -o json");
    const { tests } = JSON.parse(out) as { tests: { rows: { resource: string }[] }[] };
    assert.deepEqual(
      tests.map(({ rows }) => rows.map(({ resource }) => resource)),
      [["v1/Pod/shop/good"], ["v1/Pod/shop/good", "v1/Pod/shop/bad", "v1/Service/shop/bad"]],
    );
  });

  it("passes where there are no tests, unless they are required", async () => {
    const { code, err } = await cli.run("test empty");
    assert.equal(err, "No test yamls available\n");
    assert.equal(code, 0);
    assert.equal((await cli.run("test empty --require-tests")).code, 1);
  });

  const refused: readonly (readonly [line: string, message: RegExp])[] = [
    ["test", /name one or more folders/],
    ["test labels -o xml", /known formats are table, json/],
    ["test labels -t kind=Pod", /write policy=PATTERN/],
    ["test labels --registry", /--registry is not supported yet/],
    ["test nowhere", /nowhere: no such file or folder/],
  ];
  for (const [line, message] of refused) {
    it(`refuses ${line}`, async () => {
      const { code, err } = await cli.run(line);
      assert.match(err, message);
      assert.equal(code, 1);
    });
  }
});
