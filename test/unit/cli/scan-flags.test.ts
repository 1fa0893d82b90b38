import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";

import { commandLine } from "./command-line.fixture.ts";
import type { CommandLine } from "./command-line.fixture.ts";

const policy = (name: string, kind: string, rule: string): string => `apiVersion: kyverno.io/v1
kind: ClusterPolicy
metadata: {name: ${name}}
spec:
  rules:
  - name: rule
    match: {any: [{resources: {kinds: [${kind}]}}]}
    ${rule}
`;
const team = (pattern: string): string =>
  `validate: {message: who, pattern: {metadata: {labels: {team: "${pattern}"}}}}`;
const map = (name: string, labels: string): string =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}, namespace: shop, labels: {${labels}}}\n`;
const counted = (plural: string): string =>
  policy(
    "counted",
    "Service",
    `context: [{name: count, apiCall: {urlPath: "/api/v1/namespaces/shop/${plural}", jmesPath: "length(items)"}}]
    validate: {message: "{{ count }} of ${plural}", deny: {}}`,
  );

const files: Readonly<Record<string, string>> = {
  "team.yaml": policy("team", "ConfigMap", team("?*")),
  "strict/team.yaml":
    policy("team", "ConfigMap", team("a*")) + "---\n" + policy("more", "ConfigMap", team("*")),
  "mutate.yaml": policy(
    "mutate",
    "ConfigMap",
    "mutate: {patchStrategicMerge: {metadata: {labels: {team: added}}}}",
  ),
  "pods.yaml": policy("level", "Pod", "validate: {podSecurity: {level: baseline, version: latest}}"),
  "maps.yaml": [map("blue", "team: blue"), map("none", "crew: c"), map("apple", "team: apple")].join("---\n"),
  "deployment.yaml": `apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {hostPID: true, containers: [{name: c, image: "registry.example.com:5000/web:1", securityContext: {privileged: true}}]}
`,
  "counted-maps.yaml": counted("configmaps"),
  "counted-variable.yaml": counted("{{ request.object.metadata.name }}s"),
  "service.yaml": "apiVersion: v1\nkind: Service\nmetadata: {name: configmap, namespace: shop}\n",
  "json.yaml": `apiVersion: policies.kyverno.io/v1
kind: ValidatingPolicy
metadata: {name: plan}
spec:
  evaluation: {mode: JSON}
  matchConditions: [{name: plans, expression: has(object.plan)}]
  validations: [{message: too much, expression: object.plan.count < 3}]
`,
  "small.json": '{"plan": {"count": 1}}',
  "large.json": '{"plan": {"count": 5}}',
  "fleet.yaml": policy(
    "fleet",
    "Fleet",
    `validate: {message: "at {{ request.object.metadata.namespace || 'sea' }}", deny: {}}`,
  ),
  "one-fleet.yaml": "apiVersion: example.com/v1\nkind: Fleet\nmetadata: {name: first}\n",
  "crd.yaml": `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: fleets.example.com}
spec: {group: example.com, scope: Cluster, names: {kind: Fleet, plural: fleets}}
`,
};

let cli: CommandLine;
before(async () => {
  cli = await commandLine(files);
});
after(() => cli.remove());

describe("rearguard scan --generate-exceptions", () => {
  it("prints an exception that keeps the rule from the object", async () => {
    const made = await cli.run(
      "scan team.yaml -r maps.yaml --generate-exceptions --generated-exception-ttl 90m",
    );
    assert.equal(
      made.out,
      `apiVersion: kyverno.io/v2beta1
kind: PolicyException
metadata:
  name: team-rule-shop-none
  labels:
    cleanup.kyverno.io/ttl: 1h30m0s
spec:
  exceptions:
    - policyName: team
      ruleNames:
        - rule
  match:
    any:
      - resources:
          kinds:
            - ConfigMap
          names:
            - none
          namespaces:
            - shop
`,
    );
    assert.equal(made.code, 1);
    const { out } = await cli.run("scan team.yaml -r maps.yaml -e -", made.out);
    assert.equal(out, "pass: 2, fail: 0, warn: 0, error: 0, skip: 1\n");
  });

  it("excepts pods with their controllers, and only the controls that are violated", async () => {
    const { out } = await cli.run(
      "scan pods.yaml -r deployment.yaml --generate-exceptions --output-format json",
    );
    const { spec } = JSON.parse(out) as { readonly spec: object };
    assert.deepEqual(spec, {
      exceptions: [{ policyName: "level", ruleNames: ["autogen-rule", "rule"] }],
      match: {
        any: [
          {
            resources: {
              kinds: ["Deployment", "ReplicaSet", "Pod"],
              names: ["web", "web-*"],
              namespaces: ["shop"],
            },
          },
        ],
      },
      podSecurity: [
        { controlName: "Host Namespaces" },
        { controlName: "Privileged Containers", images: ["registry.example.com:5000/web:*"] },
      ],
    });
    const { code, err } = await cli.run("scan pods.yaml -r deployment.yaml -e -", out);
    assert.deepEqual([code, err], [0, ""]);
  });
});

describe("rearguard scan --compare", () => {
  it("tells what comes, goes and changes between versions of policies, and exits with 2", async () => {
    const { code, out } = await cli.run("scan strict -r maps.yaml --compare team.yaml");
    const lines = out.split("\n").map((line) => line.split(/ {2,}/).slice(0, 6).join(" "));
    assert.deepEqual(lines, [
      "CHANGE RESOURCE POLICY RULE BEFORE AFTER",
      "changed shop/ConfigMap/blue team rule pass fail",
      "new shop/ConfigMap/blue more rule - pass",
      "new shop/ConfigMap/none more rule - fail",
      "new shop/ConfigMap/apple more rule - pass",
      "",
      "new: 3, gone: 0, changed: 1",
      "",
    ]);
    assert.equal(code, 2);
    const back = await cli.run("scan team.yaml -r maps.yaml --compare strict --output-format yaml");
    assert.match(back.out, /^summary:\n {2}new: 0\n {2}gone: 3\n {2}changed: 1\nproblems: \[\]\nchanges:\n/);
  });

  it("exits with 0 where nothing would change, and with 1 where something cannot be read", async () => {
    assert.equal((await cli.run("scan team.yaml -r maps.yaml --compare team.yaml")).code, 0);
    const { code, out } = await cli.run(
      "scan team.yaml -r maps.yaml -r absent --compare team.yaml --output-format json",
    );
    assert.deepEqual((JSON.parse(out) as { readonly problems: unknown }).problems, [
      "absent: no such file or folder",
    ]);
    assert.equal(code, 1);
    const none = await cli.run("scan team.yaml -r maps.yaml --compare maps.yaml");
    assert.match(none.err, /maps\.yaml:1: no policy/);
    assert.equal(none.code, 1);
  });
});

describe("rearguard scan with other inputs", () => {
  it("prints changed objects with -i, and results on standard error", async () => {
    const { out, err } = await cli.run("scan mutate.yaml -r maps.yaml -i");
    assert.equal(out.match(/team: added/g)?.length, 3);
    assert.equal(out.match(/^---$/gm)?.length, 3);
    assert.equal(err, "pass: 3, fail: 0, warn: 0, error: 0, skip: 0\n");
  });

  it("lets policies read what is given, whether objects stream by or not", async () => {
    const run = async (args: string): Promise<string> => {
      const { out, err } = await cli.run(`scan ${args}`);
      assert.equal(err, "");
      return out;
    };
    assert.match(await run("counted-maps.yaml -r service.yaml -r maps.yaml"), /3 of configmaps/);
    assert.match(await run("counted-variable.yaml -r service.yaml -r maps.yaml"), /3 of/);
    assert.match(await run("counted-maps.yaml -r service.yaml --parameter-resource maps.yaml"), /3 of/);
    const piped = await cli.run(
      "scan counted-maps.yaml -r -",
      `${files["service.yaml"]}---\n${files["maps.yaml"]}`,
    );
    assert.match(piped.out, /3 of configmaps/);
  });

  it("learns from --crd-paths which kinds have no namespace", async () => {
    const unknown = await cli.run("scan fleet.yaml -r one-fleet.yaml");
    assert.equal(unknown.err, "");
    assert.match(unknown.out, /default\/Fleet\/first.* at default/);
    const { out } = await cli.run("scan fleet.yaml -r one-fleet.yaml --crd-paths crd.yaml");
    assert.match(out, /^fail +Fleet\/first +fleet +rule +at sea$/m);
  });

  it("judges JSON that is no Kubernetes object by the policies that are for it", async () => {
    const { code, out } = await cli.run("scan json.yaml team.yaml --json small.json --json large.json -t");
    assert.match(out, /^pass +\S*small\.json +plan/m);
    assert.match(out, /^fail +\S*large\.json +plan +too much/m);
    assert.match(out, /^pass: 1, fail: 1, warn: 0, error: 0, skip: 0$/m);
    assert.equal(code, 1);
    const both = await cli.run("scan json.yaml --json small.json -r maps.yaml");
    assert.match(both.err, /both resource and json files can not be used together/);
    assert.equal((await cli.run("scan json.yaml --json maps.yaml --json absent")).code, 1);
  });

  it("says which flags have no effect without a cluster", async () => {
    const { err } = await cli.run("scan team.yaml -r maps.yaml -n shop --batch-size 3");
    assert.equal(
      err,
      "--namespace has no effect without --cluster\n--batch-size has no effect without --cluster\n",
    );
  });

  it("judges JSON objects that follow each other", async () => {
    const line = (name: string): string =>
      JSON.stringify({ apiVersion: "v1", kind: "ConfigMap", metadata: { name, labels: { team: "a" } } });
    const { code, out } = await cli.run("scan team.yaml -r -", `${line("a")}\n${line("b")}\n`);
    assert.equal(out, "pass: 2, fail: 0, warn: 0, error: 0, skip: 0\n");
    assert.equal(code, 0);
  });
});
