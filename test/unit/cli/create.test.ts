import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";

import { parse } from "yaml";

import { commandLine } from "./command-line.fixture.ts";
import type { CommandLine } from "./command-line.fixture.ts";

const files: Readonly<Record<string, string>> = {
  "policy.yaml": `
apiVersion: kyverno.io/v1
kind: ClusterPolicy
metadata: {name: team}
spec:
  rules:
  - name: label
    match: {any: [{resources: {kinds: [ConfigMap]}}]}
    validate: {message: m, pattern: {metadata: {labels: {team: "{{ request.mode }}"}}}}
`,
  "objects.yaml": `
{apiVersion: v1, kind: ConfigMap, metadata: {name: one, namespace: shop, labels: {team: a}}}
---
{apiVersion: v1, kind: ConfigMap, metadata: {name: two, namespace: shop}}
`,
  "made/.keep": "",
};

let cli: CommandLine;
before(async () => {
  cli = await commandLine(files);
});
after(() => cli.remove());

async function made(line: string): Promise<unknown> {
  const { code, out, err } = await cli.run(line);
  assert.equal(code, 0, err);
  return parse(out);
}

describe("rearguard create", () => {
  it("makes tests and values that rearguard test runs", async () => {
    const values = `${cli.folder}/made/values.yaml`;
    const test = `${cli.folder}/made/kyverno-test.yaml`;
    await cli.run(`create values --rule team,label,request.mode=a -o ${values}`);
    await cli.run(
      `create test -n t -p ../policy.yaml -r ../objects.yaml -f values.yaml --pass team,label,one,shop,ConfigMap --fail team,label,two -o ${test}`,
    );
    const { code, out, err } = await cli.run("test made");
    assert.equal(code, 0, `${out}${err}`);
    assert.match(out, /t \(.*kyverno-test\.yaml\): 1 policy, 2 resources/);
    assert.match(out, /Test Summary: 2 tests passed and 0 tests failed/);
  });

  it("puts values of one policy together", async () => {
    assert.deepEqual(
      await made(
        "create values -g request.mode=dev,a=b -n prod,env=prod,tier=1 --rule p,r,env=demo --resource p,web,x=y=z --rule q,s,k=v",
      ),
      {
        apiVersion: "cli.kyverno.io/v1alpha1",
        kind: "Values",
        metadata: { name: "values" },
        globalValues: { "request.mode": "dev", a: "b" },
        policies: [
          {
            name: "p",
            resources: [{ name: "web", values: { x: "y=z" } }],
            rules: [{ name: "r", values: { env: "demo" } }],
          },
          { name: "q", rules: [{ name: "s", values: { k: "v" } }] },
        ],
        namespaceSelector: [{ name: "prod", labels: { env: "prod", tier: "1" } }],
      },
    );
  });

  it("makes exceptions that lint finds nothing wrong with", async () => {
    const line =
      "create exception mine -n shop --policy-rules team,label,other --any kind=Pod,kind=ConfigMap,name=test-*";
    const { out } = await cli.run(line);
    assert.deepEqual(parse(out), {
      apiVersion: "kyverno.io/v2",
      kind: "PolicyException",
      metadata: { name: "mine", namespace: "shop" },
      spec: {
        background: true,
        match: { any: [{ resources: { kinds: ["Pod", "ConfigMap"], names: ["test-*"] } }] },
        exceptions: [{ policyName: "team", ruleNames: ["label", "other"] }],
      },
    });
    assert.equal((await cli.run("lint -", out)).out, "1 checked, 0 problems\n");
  });

  it("makes user info that a scan takes", async () => {
    const path = `${cli.folder}/made/user.yaml`;
    await cli.run(`create user-info -u jane -g devs,ops -r reader -c admin -o ${path}`);
    const { code, err } = await cli.run(`scan policy.yaml -r objects.yaml -s request.mode=a -u ${path}`);
    assert.equal(err, "");
    assert.equal(code, 1);
    assert.deepEqual(await made("create user-info -u jane -c admin"), {
      apiVersion: "cli.kyverno.io/v1alpha1",
      kind: "UserInfo",
      metadata: { name: "user-info" },
      clusterRoles: ["admin"],
      userInfo: { username: "jane" },
    });
  });

  it("makes the ConfigMap of metrics", async () => {
    const document = (await made("create metrics-config -i a -i b -e c")) as {
      metadata: object;
      data: { namespaces: string };
    };
    assert.deepEqual(document.metadata, { name: "kyverno-metrics", namespace: "kyverno" });
    assert.deepEqual(JSON.parse(document.data.namespaces), { include: ["a", "b"], exclude: ["c"] });
  });

  const refused: readonly (readonly [line: string, message: RegExp])[] = [
    ["create test --pass team,label", /--pass team,label: write POLICY,RULE,RESOURCE/],
    ["create values --rule p,r,novalue", /--rule novalue: write KEY=VALUE/],
    ["create values -n prod", /write NAMESPACE,LABEL=VALUE/],
    ["create exception e --any kind=Pod", /name policies and rules/],
    ["create exception e --policy-rules p,r", /say what is excepted/],
    ["create exception e --policy-rules p,r --any label=a", /known are kind, name, namespace, operation/],
    ["create test -o no/such/folder/test.yaml", /--output no\/such\/folder\/test\.yaml: /],
  ];
  for (const [line, message] of refused) {
    it(`refuses ${line}`, async () => {
      const { code, err } = await cli.run(line);
      assert.match(err, message);
      assert.equal(code, 1);
    });
  }
});

describe("help", () => {
  for (const command of ["scan", "test", "explain", "lint", "jp", "create", "create test", ""]) {
    it(`tells the exit codes of rearguard ${command}`, async () => {
      const { out } = await cli.run(`${command} --help`.trim());
      assert.match(out, /^Exit codes/m);
    });
  }
});
