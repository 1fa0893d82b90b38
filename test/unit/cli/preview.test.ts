import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";

import { commandLine } from "./command-line.fixture.ts";
import type { CommandLine } from "./command-line.fixture.ts";

interface ShownObject {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  readonly action: string;
  readonly reason: string;
  readonly changes?: readonly {
    readonly path: string;
    readonly before?: unknown;
    readonly after?: unknown;
  }[];
}

interface Shown {
  readonly previews: readonly {
    readonly policy: string;
    readonly outcome: string;
    readonly notes: readonly string[];
    readonly objects: readonly ShownObject[];
  }[];
}

const classic = (name: string, rule: string): string => `
apiVersion: kyverno.io/v1
kind: ClusterPolicy
metadata: {name: ${name}}
spec:
  rules:
  - name: rule
    match: {any: [{resources: {kinds: [Namespace], selector: {matchLabels: {team: '*'}}}}]}
    ${rule}
`;
const namespaceText = (name: string, uid: string, labels: string): string =>
  `{apiVersion: v1, kind: Namespace, metadata: {name: ${name}, uid: ${uid}, labels: {${labels}}}}\n---\n`;
const madeBy = (policy: string, uid: string, rule = "generate.kyverno.io/rule-name: rule, "): string =>
  `app.kubernetes.io/managed-by: kyverno, generate.kyverno.io/policy-name: ${policy}, generate.kyverno.io/policy-namespace: "", ${rule}` +
  `generate.kyverno.io/trigger-kind: Namespace, generate.kyverno.io/trigger-namespace: "", generate.kyverno.io/trigger-group: "", ` +
  `generate.kyverno.io/trigger-version: v1, generate.kyverno.io/trigger-uid: ${uid}`;
const configMap = (place: string, labels: string, data: string): string => {
  const [namespace = "", name = ""] = place.split("/");
  return `{apiVersion: v1, kind: ConfigMap, metadata: {name: ${name}, namespace: ${namespace}, labels: {${labels}}}, data: {${data}}}\n---\n`;
};

const data = (synchronize: boolean): string =>
  `generate: {generateExisting: true, synchronize: ${synchronize}, apiVersion: v1, kind: ConfigMap, name: zone, ` +
  `namespace: "{{request.object.metadata.name}}", data: {data: {zone: a}}}`;

const files: Readonly<Record<string, string>> = {
  "data.yaml": classic("data", data(true)),
  "nosync.yaml": classic("data", data(false)),
  "clone.yaml": classic(
    "clone",
    `generate: {synchronize: true, apiVersion: v1, kind: Secret, name: key, namespace: "{{request.object.metadata.name}}", ` +
      `clone: {namespace: source, name: key}}`,
  ),
  "gpol.yaml": `
apiVersion: policies.kyverno.io/v1
kind: GeneratingPolicy
metadata: {name: zones}
spec:
  evaluation: {synchronize: {enabled: true}, generateExisting: {enabled: true}}
  matchConstraints:
    resourceRules: [{apiGroups: [""], apiVersions: [v1], operations: [CREATE], resources: [namespaces]}]
  matchConditions: [{name: team, expression: "has(object.metadata.labels) && 'team' in object.metadata.labels"}]
  generate:
  - expression: >-
      generator.Apply(object.metadata.name, [{"apiVersion": dyn("v1"), "kind": dyn("ConfigMap"),
      "metadata": dyn({"name": "zone"}), "data": dyn({"zone": "a"})}])
`,
  "mutate.yaml": classic(
    "stamp",
    `mutate: {mutateExistingOnPolicyUpdate: true, ` +
      `targets: [{apiVersion: v1, kind: ConfigMap, namespace: "{{request.object.metadata.name}}", name: "*"}], ` +
      `patchStrategicMerge: {metadata: {labels: {team: "{{request.object.metadata.labels.team}}"}}}}`,
  ),
  "mpol.yaml": `
apiVersion: policies.kyverno.io/v1
kind: MutatingPolicy
metadata: {name: stamps}
spec:
  evaluation: {mutateExisting: {enabled: true}}
  matchConstraints:
    resourceRules: [{apiGroups: [""], apiVersions: [v1], operations: [UPDATE], resources: [namespaces]}]
  targetMatchConstraints:
    resourceRules: [{apiGroups: [""], apiVersions: [v1], operations: [UPDATE], resources: [configmaps]}]
  mutations:
  - patchType: ApplyConfiguration
    applyConfiguration: {expression: 'Object{metadata: Object.metadata{labels: {"stamp": "yes"}}}'}
`,
  "world/objects.yaml": [
    namespaceText("new", "u-new", "team: red"),
    namespaceText("stale", "u-stale", "team: red"),
    namespaceText("left", "u-left", ""),
    namespaceText("other", "u-other", "team: blue"),
    configMap("stale/zone", madeBy("data", "u-stale"), "zone: b"),
    configMap("left/zone", madeBy("data", "u-left"), "zone: a"),
    configMap("left/gone", madeBy("data", "u-gone"), "zone: a"),
    configMap("other/zone", "own: mine", "zone: c"),
    configMap("left/zones", madeBy("zones", "u-left", ""), "zone: a"),
    configMap("new/zones", madeBy("zones", "u-new", ""), "zone: a"),
  ].join(""),
  "sources/key.yaml": [
    namespaceText("new", "u-new", "team: red"),
    "{apiVersion: v1, kind: Secret, metadata: {name: key, namespace: source, uid: s}, stringData: {password: swordfish}}\n---\n",
    `{apiVersion: v1, kind: Secret, metadata: {name: key, namespace: new, labels: {${madeBy("clone", "u-new")}, generate.kyverno.io/source-uid: s}}, stringData: {password: old}}\n`,
  ].join(""),
  "orphan/key.yaml": [
    namespaceText("new", "u-new", "team: red"),
    `{apiVersion: v1, kind: Secret, metadata: {name: key, namespace: new, labels: {${madeBy("clone", "u-new")}, generate.kyverno.io/source-uid: s}}}\n`,
  ].join(""),
};

let cli: CommandLine;
before(async () => {
  cli = await commandLine(files);
});
after(() => cli.remove());

async function preview(args: string): Promise<Shown["previews"][number]> {
  const { code, out, err } = await cli.run(`preview ${args} -o json`);
  assert.equal(code, 0, err);
  const [shown] = (JSON.parse(out) as Shown).previews;
  assert.ok(shown !== undefined);
  return shown;
}

const rowsOf = ({ objects }: { readonly objects: readonly ShownObject[] }): readonly string[] =>
  objects
    .filter(({ kind }) => kind !== "Namespace")
    .map(({ kind, namespace, name, action }) => `${action} ${kind} ${namespace}/${name}`)
    .sort();

describe("rearguard preview", () => {
  it("says what a rule that generates would create, change and delete, and why", async () => {
    const shown = await preview("data.yaml -r world");
    assert.equal(shown.outcome, "acts");
    assert.deepEqual(rowsOf(shown), [
      "change ConfigMap other/zone",
      "change ConfigMap stale/zone",
      "create ConfigMap new/zone",
      "delete ConfigMap left/gone",
      "delete ConfigMap left/zone",
    ]);
    const reason = (place: string): string =>
      shown.objects.find(({ namespace, name }) => `${namespace}/${name}` === place)?.reason ?? "";
    assert.match(reason("new/zone"), /wants it for Namespace new/);
    assert.match(reason("left/zone"), /no longer takes Namespace left/);
    assert.match(reason("left/gone"), /trigger .* is gone/);
    assert.match(reason("other/zone"), /taken over from others/);
    const changed = shown.objects.find(({ namespace }) => namespace === "stale");
    assert.deepEqual(changed?.changes, [{ path: "data.zone", before: "b", after: "a" }]);
  });

  it("keeps what is there where a rule does not synchronize", async () => {
    const shown = await preview("nosync.yaml -r world");
    assert.deepEqual(rowsOf(shown), [
      "create ConfigMap new/zone",
      "keep ConfigMap left/gone",
      "keep ConfigMap left/zone",
      "keep ConfigMap other/zone",
      "keep ConfigMap stale/zone",
    ]);
  });

  it("shows that a copy of a Secret differs, and nothing of what it holds", async () => {
    const shown = await preview("clone.yaml -r sources");
    assert.deepEqual(rowsOf(shown), ["change Secret new/key"]);
    assert.doesNotMatch(JSON.stringify(shown), /swordfish|c3dvcmRmaXNo/);
    assert.match(shown.notes.join("\n"), /rule rule waits until a trigger changes/);
  });

  it("deletes a copy whose source is gone", async () => {
    const shown = await preview("clone.yaml -r orphan");
    assert.deepEqual(rowsOf(shown), ["delete Secret new/key"]);
    assert.match(JSON.stringify(shown.objects), /source resource .* not found/);
  });

  it("says the same of a GeneratingPolicy, which takes nothing over and deletes what is not asked for", async () => {
    const shown = await preview("gpol.yaml -r world");
    assert.deepEqual(rowsOf(shown), [
      "create ConfigMap new/zone",
      "delete ConfigMap left/zones",
      "delete ConfigMap new/zones",
      "keep ConfigMap other/zone",
      "keep ConfigMap stale/zone",
    ]);
  });

  it("says which existing objects a rule would change, and what in them", async () => {
    const shown = await preview("mutate.yaml -r world");
    assert.deepEqual(rowsOf(shown), [
      "change ConfigMap new/zones",
      "change ConfigMap other/zone",
      "change ConfigMap stale/zone",
    ]);
    const other = shown.objects.find(({ namespace }) => namespace === "other");
    assert.deepEqual(other?.changes, [{ path: "metadata.labels.team", after: "blue" }]);
    assert.match(other?.reason ?? "", /rule rule for Namespace other/);
  });

  it("says which existing objects a MutatingPolicy would change", async () => {
    const shown = await preview("mpol.yaml -r world");
    assert.equal(shown.objects.filter(({ action }) => action === "change").length, 6);
  });

  it("shows differences to people, too", async () => {
    const { out } = await cli.run("preview data.yaml -r world");
    assert.match(out, /would create 1, change 2 and delete 2/);
    assert.match(out, / {2}- data\.zone: "b"\n {2}\+ data\.zone: "a"/);
  });
});
