import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";

import { buildProgram, runProgram } from "#cli/program.ts";
import { createKubeClient } from "#kube/client/create-kube-client.ts";
import { loadClusterAccess } from "#kube/client/kube-config.ts";
import { applyCrds } from "#test/support/control-plane/apply-crds.ts";
import { connectSuiteCluster } from "#test/support/control-plane/connect-suite-cluster.ts";
import type { TestCluster } from "#test/support/control-plane/test-cluster.ts";

const namespace = "explained";

const policy = {
  apiVersion: "kyverno.io/v1",
  kind: "ClusterPolicy",
  metadata: { name: "explained-teams" },
  spec: {
    rules: [
      {
        name: "known",
        match: {
          any: [
            { resources: { kinds: ["ConfigMap"], namespaceSelector: { matchLabels: { teams: "yes" } } } },
          ],
        },
        exclude: { any: [{ resources: { names: ["kube-*", "teams"] } }] },
        context: [{ name: "teams", configMap: { name: "teams", namespace } }],
        validate: {
          message: "no such team",
          deny: {
            conditions: {
              all: [
                {
                  key: "{{ request.object.data.team }}",
                  operator: "AnyNotIn",
                  value: "{{ parse_json(teams.data.names) }}",
                },
              ],
            },
          },
        },
      },
    ],
  },
};
const exception = {
  apiVersion: "kyverno.io/v2",
  kind: "PolicyException",
  metadata: { name: "explained", namespace },
  spec: {
    exceptions: [{ policyName: "explained-teams", ruleNames: ["known"] }],
    match: { any: [{ resources: { kinds: ["ConfigMap"], names: ["excepted"] } }] },
  },
};
const configMap = (name: string, data: Readonly<Record<string, string>>) => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name, namespace },
  data,
});

let cluster: TestCluster;

before(async () => {
  cluster = await connectSuiteCluster();
  await applyCrds(cluster, "kyverno.io_");
  const config = await loadClusterAccess({
    kubeconfig: cluster.kubeconfigPath,
    env: {},
    homeDir: "/nonexistent",
  });
  const client = createKubeClient({ config, userAgent: "explain-test" });
  const create = (
    resource: string,
    namespaced: boolean,
    body: { readonly apiVersion: string; readonly kind: string },
  ) => {
    const [version = "", group = ""] = body.apiVersion.split("/").toReversed();
    const type = { group, version, kind: body.kind, resource, namespaced, preferred: true, verbs: [] };
    return client.create(type, namespaced ? namespace : undefined, body);
  };
  await create("namespaces", false, {
    apiVersion: "v1",
    kind: "Namespace",
    metadata: { name: namespace, labels: { teams: "yes" } },
  } as never);
  await create("configmaps", true, configMap("teams", { names: '["web"]' }));
  await create("configmaps", true, configMap("good", { team: "web" }));
  await create("configmaps", true, configMap("bad", { team: "sales" }));
  await create("configmaps", true, configMap("excepted", { team: "sales" }));
  await create("clusterpolicies", false, policy);
  await create("policyexceptions", true, exception);
  await client.close();
});
after(() => cluster.stop());

async function explain(...words: readonly string[]): Promise<{ code: number; out: string; err: string }> {
  let [code, out, err] = [0, "", ""];
  const io = {
    stdout: { write: (text: string) => void (out += text), isTerminal: false },
    stderr: { write: (text: string) => void (err += text), isTerminal: false },
    stdin: {
      isTerminal: true,
      read: () => {
        throw new Error("not read");
      },
    },
    allowsColor: false,
    env: {},
    nowMs: () => 1_700_000_000_000,
    setExitCode: (value: number) => void (code = value),
  };
  const flags = ["--cluster", "--kubeconfig", cluster.kubeconfigPath];
  await runProgram(buildProgram(io), ["explain", ...words, ...flags, "--rule", "explained-teams/*"], io);
  return { code, out, err };
}

describe("rearguard explain --cluster", () => {
  it("explains an object by the policies of the cluster, with what they read of it", async () => {
    const { code, out } = await explain("cm/bad", "-n", namespace);
    assert.match(out, /^ConfigMap bad in namespace explained\nfail: 1\n/);
    assert.match(
      out,
      /yes namespaceSelector: wanted \{"matchLabels": \{"teams": "yes"\}\}, found \{.*"teams": "yes"/,
    );
    assert.match(out, /yes all\[0\]: "sales" AnyNotIn \["web"\]/);
    assert.match(out, /value \{\{ parse_json\(teams\.data\.names\) \}\} is \["web"\]/);
    assert.equal(code, 0);
  });

  const verdicts: readonly (readonly [name: string, text: RegExp])[] = [
    ["configmaps/good", /^pass explained-teams: known$/m],
    ["ConfigMap/excepted", /exception explained\/explained for the rule: covers the object/],
    ["configmap/teams", /left out by exclude\.any\[0\]: names: wanted kube-\*, teams, found teams/],
    ["ns/explained", /for other kinds: explained-teams: known \(ConfigMap\)/],
  ];
  for (const [name, text] of verdicts) {
    it(`explains ${name}`, async () => assert.match((await explain(name, "-n", namespace)).out, text));
  }

  const refused: readonly (readonly [words: readonly string[], message: RegExp])[] = [
    [["cm/gone", "-n", namespace], /there is no ConfigMap gone in namespace explained/],
    [["cm/bad"], /there is no ConfigMap bad in namespace default/],
    [["confgimap/bad"], /the cluster serves no kind confgimap; is ConfigMap meant\?/],
    [["cm/bad", "-r", "file.yaml"], /-r names files, and --cluster asks for a cluster/],
  ];
  for (const [words, message] of refused) {
    it(`refuses ${words.join(" ")}`, async () => {
      const { code, err } = await explain(...words);
      assert.match(err, message);
      assert.equal(code, 1);
    });
  }
});
