import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";

import type { ResourceType } from "#api/meta/resource-type.ts";
import { startDevserver } from "#devserver/start-devserver.ts";
import type { Devserver } from "#devserver/start-devserver.ts";
import { createKubeClient } from "#kube/client/create-kube-client.ts";
import type { KubeClient } from "#kube/client/kube-client.ts";
import { loadClusterAccess } from "#kube/client/kube-config.ts";
import { applyCrds } from "#test/support/control-plane/apply-crds.ts";

import { commandLine } from "./command-line.fixture.ts";
import type { CommandLine } from "./command-line.fixture.ts";

const policy = (name: string, kinds: string, validate: string, more = ""): string => `
apiVersion: kyverno.io/v1
kind: ClusterPolicy
metadata: {name: ${name}}
spec:
  rules:
  - name: rule
    match: {any: [{resources: {kinds: [${kinds}]}}]}
    ${more}
    validate: ${validate}
`;
const team = "{message: who, pattern: {metadata: {labels: {team: '?*'}}}}";

const files: Readonly<Record<string, string>> = {
  "team.yaml": policy("team", "ConfigMap, Secret, Namespace", team),
  "stricter/team.yaml": policy(
    "team",
    "ConfigMap, Secret, Namespace",
    "{message: who, pattern: {metadata: {labels: {team: 'a?*'}}}}",
  ),
  "crew.yaml": policy("crew", "ConfigMap, example.com/v1/Ship", "{message: never, deny: {}}"),
  "selected.yaml": policy("selected", "ConfigMap", "{message: strict, deny: {}}").replace(
    "kinds: [ConfigMap]",
    "kinds: [ConfigMap], namespaceSelector: {matchLabels: {strict: 'yes'}}",
  ),
  "counted.yaml": policy(
    "counted",
    "Secret",
    `{message: "{{ count }} maps", deny: {conditions: {all: [{key: "{{ count }}", operator: GreaterThan, value: 1}]}}}`,
    `context: [{name: count, apiCall: {urlPath: "/api/v1/namespaces/{{ request.namespace }}/configmaps", jmesPath: "length(items)"}}]`,
  ),
  "exempt.yaml": `
apiVersion: kyverno.io/v2
kind: PolicyException
metadata: {name: legacy, namespace: shop}
spec:
  exceptions: [{policyName: team, ruleNames: [rule]}]
  match: {any: [{resources: {kinds: [ConfigMap], names: [bad]}}]}
`,
};

const type = (kind: string, resource: string, namespaced = true): ResourceType => ({
  group: "",
  version: "v1",
  kind,
  resource,
  namespaced,
  verbs: ["list"],
  preferred: true,
});
const reportType: ResourceType = {
  ...type("PolicyReport", "policyreports"),
  group: "wgpolicyk8s.io",
  version: "v1alpha2",
};

let server: Devserver;
let client: KubeClient;
let cli: CommandLine;

async function create(of: ResourceType, namespace: string, name: string, more: object = {}): Promise<string> {
  const { metadata = {}, ...rest } = more as { readonly metadata?: object };
  const within = of.namespaced ? namespace : undefined;
  const body = {
    apiVersion: of.group === "" ? of.version : `${of.group}/${of.version}`,
    kind: of.kind,
    metadata: { name, ...(within === undefined ? {} : { namespace: within }), ...metadata },
    ...rest,
  };
  return (await client.create(of, within, body)).metadata.uid;
}

/** A role for everyone of a group, and a kubeconfig of one who is in it. */
async function allow(group: string, rules: readonly object[]): Promise<void> {
  const rbac = (kind: string, resource: string): ResourceType => ({
    ...type(kind, resource, false),
    group: "rbac.authorization.k8s.io",
  });
  await create(rbac("ClusterRole", "clusterroles"), "", group, { rules });
  await create(rbac("ClusterRoleBinding", "clusterrolebindings"), "", group, {
    roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: group },
    subjects: [{ apiGroup: "rbac.authorization.k8s.io", kind: "Group", name: group }],
  });
  await writeFile(join(cli.folder, group), server.kubeconfig.replaceAll(server.token, `token-of-${group}`));
}

before(async () => {
  cli = await commandLine(files);
  const user = (group: string) => ({ name: group, groups: [group, "system:authenticated"] });
  server = await startDevserver({
    tls: false,
    users: Object.fromEntries(["half", "none", "secrets"].map((group) => [`token-of-${group}`, user(group)])),
  });
  const kubeconfig = join(cli.folder, "admin");
  await writeFile(kubeconfig, server.kubeconfig);
  const config = await loadClusterAccess({ kubeconfig, env: {}, homeDir: cli.folder });
  client = createKubeClient({ config, userAgent: "test" });
  await applyCrds({ kubeconfigPath: kubeconfig }, "wgpolicyk8s.io_policyreports");
  const namespace = type("Namespace", "namespaces", false);
  for (const [name, strict] of [
    ["shop", "yes"],
    ["yard", "no"],
  ] as const) {
    await create(namespace, "", name, { metadata: { labels: { strict, team: "blue" } } });
  }
  const map = type("ConfigMap", "configmaps");
  const uid = await create(map, "shop", "bad");
  await create(map, "shop", "good", { metadata: { labels: { team: "blue" } } });
  await create(map, "yard", "bad");
  await create(type("Secret", "secrets"), "shop", "key", { metadata: { labels: { team: "red" } } });
  await create(reportType, "shop", uid, {
    scope: { apiVersion: "v1", kind: "ConfigMap", namespace: "shop", name: "bad", uid },
    results: [
      { source: "kyverno", policy: "team", rule: "rule", result: "pass", message: "old" },
      { source: "kyverno", policy: "team", rule: "former", result: "fail", message: "former" },
      { source: "kyverno", policy: "other", rule: "rule", result: "fail", message: "not asked for" },
    ],
    summary: { pass: 1, fail: 2 },
  });
  await allow("half", [{ apiGroups: [""], resources: ["configmaps", "namespaces"], verbs: ["get", "list"] }]);
  await allow("none", []);
});
after(async () => {
  await client.close();
  await server.stop();
  await cli.remove();
});

const scan = (args: string) => cli.run(`scan ${args} --cluster --kubeconfig ${join(cli.folder, "admin")}`);
const scanAs = (group: string, args: string) =>
  cli.run(`scan ${args} --cluster --kubeconfig ${join(cli.folder, group)}`);

/** Objects of our own making that a table shows. */
const shown = (out: string): readonly string[] =>
  [...out.matchAll(/^(\w+) +(\S*?(?:ConfigMap|Secret|Namespace)\/(?:bad|good|key|shop|yard)) /gm)]
    .map(([, result, object]) => `${result} ${object}`)
    .toSorted();

describe("rearguard scan --cluster", () => {
  it("judges the objects of all kinds that policies match, page by page", async () => {
    const expected = [
      "fail shop/ConfigMap/bad",
      "fail yard/ConfigMap/bad",
      "pass Namespace/shop",
      "pass Namespace/yard",
      "pass shop/ConfigMap/good",
      "pass shop/Secret/key",
    ];
    for (const more of ["", " --batch-size 1", " --concurrent 3"]) {
      const { code, out } = await scan(`team.yaml -t${more}`);
      assert.deepEqual(shown(out), expected);
      assert.equal(code, 1);
    }
  });

  it("keeps to a namespace, with or without what belongs to none, and to names", async () => {
    assert.deepEqual(shown((await scan("team.yaml -t -n yard")).out), ["fail yard/ConfigMap/bad"]);
    const wide = await scan("team.yaml -t -n yard --cluster-wide-resources");
    assert.deepEqual(shown(wide.out), [
      "fail yard/ConfigMap/bad",
      "pass Namespace/shop",
      "pass Namespace/yard",
    ]);
    const named = await scan("team.yaml -t -r good,absent");
    assert.deepEqual(shown(named.out), ["pass shop/ConfigMap/good"]);
    assert.match(named.err, /-r absent: no object of that name/);
    assert.equal(named.code, 1);
  });

  it("knows the labels of namespaces and what policies ask the API server for", async () => {
    const { out } = await scan("selected.yaml counted.yaml");
    assert.match(out, /fail +shop\/Secret\/key +counted +rule +3 maps/);
    assert.doesNotMatch(out, /yard/);
    assert.match(out, /fail +shop\/ConfigMap\/bad +selected/);
  });

  it("says which kinds are not served, and takes that for no error", async () => {
    const { err } = await scan("crew.yaml --show-performance");
    assert.match(err, /^crew: the cluster does not serve example\.com\/v1\/Ship$/m);
    assert.match(err, /^\d+ objects of 1 kinds were listed and judged in [\d.]+ s$/m);
  });

  it("judges the rest of a cluster that forbids half of the kinds, and says what was not judged", async () => {
    const { code, out, err } = await scanAs("half", "team.yaml -t");
    assert.match(
      err,
      /^Secret \(v1\/secrets\) may not be listed, so its objects are not judged: .*forbidden/m,
    );
    assert.deepEqual(shown(out).slice(0, 2), ["fail shop/ConfigMap/bad", "fail yard/ConfigMap/bad"]);
    assert.match(out, /error: 1,/);
    assert.equal(code, 1);
  });

  it("makes an error of a call that is forbidden, for that policy alone", async () => {
    await allow("secrets", [{ apiGroups: [""], resources: ["secrets", "namespaces"], verbs: ["list"] }]);
    const { code, out } = await scanAs("secrets", "counted.yaml");
    assert.match(out, /^error +shop\/Secret\/key +counted +rule +.*forbidden/m);
    assert.equal(code, 1);
  });

  it("ends at the first kind that cannot be listed where it is told to", async () => {
    const { out, err } = await scanAs("none", "team.yaml --continue-on-error=false");
    assert.equal(err.match(/may not be listed/g)?.length, 1);
    assert.match(out, /^pass: 0, fail: 0, warn: 0, error: 2, skip: 0$/m);
  });

  it("says where nothing answers", async () => {
    await writeFile(
      join(cli.folder, "gone"),
      server.kubeconfig.replaceAll(/127\.0\.0\.1:\d+/g, "127.0.0.1:1"),
    );
    const { code, err } = await scanAs("gone", "team.yaml");
    assert.match(err, /^rearguard: --cluster: http:\/\/127\.0\.0\.1:1\/ does not answer: /);
    assert.equal(code, 1);
  });
});

describe("rearguard scan --cluster --compare", () => {
  it("tells what would change against the reports, and exits with 2", async () => {
    const { code, out } = await scan("team.yaml -n shop --output-format json --compare");
    const { summary, changes } = JSON.parse(out) as {
      readonly summary: object;
      readonly changes: readonly {
        readonly change: string;
        readonly rule: string;
        readonly resource: { readonly name: string };
        readonly before?: { readonly result: string };
        readonly after?: { readonly result: string };
      }[];
    };
    const lines = changes
      .filter(({ resource }) => resource.name !== "kube-root-ca.crt")
      .map(({ change, rule, resource, before, after: now }) =>
        [change, resource.name, rule, before?.result ?? "-", now?.result ?? "-"].join(" "),
      );
    assert.deepEqual(lines, [
      "changed bad rule pass fail",
      "gone bad former fail -",
      "new good rule - pass",
      "new key rule - pass",
    ]);
    assert.deepEqual(Object.keys(summary), ["new", "gone", "changed"]);
    assert.equal(code, 2);
  });

  it("tells what another version of the policies would change", async () => {
    const { code, out } = await scan("stricter --compare team.yaml -n shop");
    assert.match(out, /^changed +shop\/ConfigMap\/good +team +rule +pass +fail/m);
    assert.doesNotMatch(out, /ConfigMap\/bad/);
    assert.equal(code, 2);
    assert.deepEqual(await scan("team.yaml --compare team.yaml"), {
      code: 0,
      out: "new: 0, gone: 0, changed: 0\n",
      err: "",
    });
  });
});
