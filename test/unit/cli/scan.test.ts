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
    match: {any: [{resources: {kinds: [ConfigMap]}}]}
    validate: {message: who, pattern: {metadata: {labels: {team: "?*"}}}}
`;
const exception = `apiVersion: kyverno.io/v2
kind: PolicyException
metadata: {name: legacy, namespace: shop}
spec:
  exceptions: [{policyName: team, ruleNames: [label]}]
  match: {any: [{resources: {kinds: [ConfigMap], names: [bad]}}]}
`;

const files: Readonly<Record<string, string>> = {
  "policies/labels.yaml": `
apiVersion: kyverno.io/v1
kind: ClusterPolicy
metadata: {name: require-team}
spec:
  validationFailureAction: Audit
  rules:
  - name: team
    match: {any: [{resources: {kinds: [ConfigMap]}}]}
    validate:
      message: the label team is required
      pattern: {metadata: {labels: {team: "?*"}}}
---
apiVersion: kyverno.io/v1
kind: Policy
metadata: {name: no-empty, namespace: shop}
spec:
  background: false
  rules:
  - name: data
    match: {any: [{resources: {kinds: [ConfigMap]}}]}
    validate:
      message: "mode {{ request.mode }}"
      deny: {conditions: {all: [{key: "{{ request.operation }}-{{ request.mode }}", operator: Equals, value: UPDATE-strict}]}}
`,
  "policies/nested/later.yaml":
    "apiVersion: policies.kyverno.io/v1\nkind: MutatingPolicy\nmetadata: {name: m}\n",
  "policies/.hidden/broken.yaml": "a: [",
  "policies/notes.yaml": "name: not a policy\n",
  "good.yaml":
    "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: good, namespace: shop, labels: {team: a}}\n",
  "mixed.yaml": `# two good ones
apiVersion: v1
kind: ConfigMap
metadata: {name: bad, namespace: shop}
---
a: [
---
apiVersion: v1
kind: List
items:
- {apiVersion: v1, kind: ConfigMap, metadata: {name: good, labels: {team: a}}}
`,
  "values.yaml": `
apiVersion: cli.kyverno.io/v1alpha1
kind: Values
globalValues: {request.mode: strict}
policies:
- name: no-empty
  resources: [{name: good, values: {request.operation: UPDATE}}]
`,
  "exception.yaml": exception,
  "broken-exception.yaml":
    "apiVersion: kyverno.io/v2\nkind: PolicyException\nmetadata: {name: e}\nspec: {exception: [], exceptions: [], match: {}}\n",
  "excepted-policies.yaml": `${labels}---\n${exception}`,
  "excepted-objects.yaml": `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: bad, namespace: shop}\n---\n${exception}`,
  "misspelt.yaml": "apiVersion: v\nkind: Values\nglobalValue: {}\n",
};

let cli: CommandLine;
before(async () => {
  cli = await commandLine(files);
});
after(() => cli.remove());

const run: CommandLine["run"] = (line, stdin) => cli.run(line, stdin);

describe("rearguard scan", () => {
  it("shows violations as a table and counts the rest", async () => {
    const { code, out, err } = await run(
      "scan policies/labels.yaml -r good.yaml -r mixed.yaml --set request.mode=lax",
    );
    assert.equal(
      out,
      [
        "RESULT  RESOURCE            POLICY        RULE  MESSAGE",
        "fail    shop/ConfigMap/bad  require-team  team  validation error: the label team is required. rule team failed at path /metadata/labels/",
        "",
        "pass: 4, fail: 1, warn: 0, error: 1, skip: 0",
        "",
      ].join("\n"),
    );
    assert.match(err, /^mixed\.yaml:\d+ \(document 2\): ./);
    assert.equal(code, 1);
  });

  it("shows all results on demand", async () => {
    const { code, out } = await run(
      "apply policies/labels.yaml -r good.yaml --detailed-results --set request.mode=lax",
    );
    assert.match(out, /pass {4}shop\/ConfigMap\/good {2}require-team/);
    assert.equal(code, 0);
  });

  it("prints one report for cluster-wide policies and one per namespaced policy", async () => {
    const { out } = await run(
      "scan policies/labels.yaml -r good.yaml -p -f values.yaml --output-format json",
    );
    const list = JSON.parse(out) as { items: { kind: string; results: Record<string, unknown>[] }[] };
    assert.deepEqual(
      list.items.map(({ kind }) => kind),
      ["ClusterReport", "Report"],
    );
    assert.deepEqual(list.items[0]?.results[0], {
      source: "kyverno",
      policy: "require-team",
      rule: "team",
      timestamp: { seconds: 1_700_000_000, nanos: 0 },
      result: "pass",
      scored: true,
      message: "validation rule 'team' passed.",
      properties: { process: "background scan" },
      resources: [{ apiVersion: "v1", kind: "ConfigMap", namespace: "shop", name: "good" }],
    });
    assert.deepEqual(list.items[1]?.results[0]?.["message"], "mode strict");
  });

  it("prints results with what could not be read as one document", async () => {
    const { out } = await run(
      "scan policies/labels.yaml -r mixed.yaml --set request.mode=lax --output-format json",
    );
    const document = JSON.parse(out) as {
      summary: { error: number };
      problems: string[];
      results: unknown[];
    };
    assert.equal(document.summary.error, 1);
    assert.match(document.problems.join(), /mixed\.yaml:\d+ \(document 2\)/);
    assert.equal(document.results.length, 3);
  });

  it("goes on where a policy is not valid, and counts it as an error", async () => {
    const { code, out, err } = await run("scan policies -r good.yaml --set request.mode=lax");
    assert.equal(
      err,
      "policies/nested/later.yaml:1:1: MutatingPolicy m is not valid: spec: Required value\n1 documents in policy folders are no policies\n",
    );
    assert.match(out, /^RESULT|pass: 2, fail: 0, warn: 0, error: 1, skip: 0/);
    assert.equal(code, 1);
  });

  it("counts violations of auditing policies as warnings where it is asked to", async () => {
    const { code, out, err } = await run(
      "scan policies/labels.yaml -r - --audit-warn --warn-exit-code 3",
      '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"x"}}',
    );
    assert.match(out, /warn: 1, error: 0/);
    assert.match(err, /exit as warnExitCode is 3/);
    assert.equal(code, 3);
  });

  const excepted: readonly (readonly [line: string, skip: number])[] = [
    ["scan excepted-policies.yaml -r excepted-objects.yaml -e exception.yaml", 1],
    ["scan excepted-policies.yaml -r excepted-objects.yaml --exceptions exception.yaml", 1],
    ["scan excepted-policies.yaml -r excepted-objects.yaml --exceptions-within-policies", 1],
    ["scan excepted-policies.yaml -r excepted-objects.yaml --exceptions-within-resources", 1],
    ["scan excepted-policies.yaml -r excepted-objects.yaml", 0],
  ];
  for (const [line, skip] of excepted) {
    it(`${skip === 1 ? "applies" : "leaves out"} exceptions: ${line}`, async () => {
      const { code, out, err } = await run(line);
      assert.match(out, new RegExp(`fail: ${1 - skip}, warn: 0, error: 0, skip: ${skip}`));
      assert.equal(
        /1 exceptions among the policies take no part/.test(err),
        !line.includes("within-policies"),
      );
      assert.equal(code, 1 - skip);
    });
  }

  const refused: readonly (readonly [line: string, message: RegExp])[] = [
    [
      "scan policies/labels.yaml -r good.yaml --registry",
      /--registry is not supported: image registries are not read/,
    ],
    [
      "scan policies/labels.yaml --cluster --kubeconfig absent",
      /--cluster: there is no kubeconfig at absent/,
    ],
    ["scan policies/labels.yaml --cluster", /--cluster: no cluster to talk to: give --kubeconfig/],
    [
      "scan policies/labels.yaml -r good.yaml --continue-on-error good.yaml",
      /--continue-on-error takes true or false/,
    ],
    [
      "scan -r good.yaml --compare policies/labels.yaml",
      /--compare took policies\/labels\.yaml for the old policies/,
    ],
    ["scan policies/labels.yaml -r good.yaml --compare", /--compare needs the old policies/],
    ["scan policies/labels.yaml -r good.yaml -i -p", /-i prints changed objects on standard output/],
    [
      "scan policies/labels.yaml -r good.yaml --generate-exceptions --generated-exception-ttl 3",
      /written as 720h/,
    ],
    ["scan policies/labels.yaml -r good.yaml -e good.yaml", /good\.yaml:2:1: no PolicyException: ConfigMap/],
    [
      "scan policies/labels.yaml -r good.yaml -e broken-exception.yaml",
      /broken-exception\.yaml:4:8: PolicyException: spec\.exception: unknown field; is exceptions meant\?/,
    ],
    [
      "scan policies/labels.yaml -r good.yaml -f misspelt.yaml",
      /misspelt\.yaml:3:1: globalValue: unknown field; is globalValues meant\?/,
    ],
    ["scan policies/labels.yaml -r -", /nothing is piped in/],
    ["scan good.yaml -r good.yaml", /no policy: it is of kind ConfigMap/],
    ["scan nowhere.yaml -r good.yaml", /nowhere\.yaml: no such file or folder/],
    ["scan policies/labels.yaml", /resource file\(s\) or cluster required/],
    ["scan --wat", /unknown option '--wat'/],
  ];
  for (const [line, message] of refused) {
    it(`refuses ${line}`, async () => {
      const { code, err } = await run(line);
      assert.match(err, message);
      assert.equal(code, 1);
    });
  }

  it("has help that names the flags and hides those that are not there yet", async () => {
    const { code, out } = await run("scan --help");
    assert.equal(code, 0);
    assert.match(out, /--policy-report/);
    assert.doesNotMatch(out, /--registry/);
  });
});
