import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";

import { commandLine } from "./command-line.fixture.ts";
import type { CommandLine } from "./command-line.fixture.ts";

const rule = (name: string, kinds: string, rest: string): string => `
  - name: ${name}
    match: {any: [{resources: {kinds: [${kinds}]}}]}
${rest
  .trim()
  .split("\n")
  .map((line) => `    ${line}`)
  .join("\n")}`;

const policy = (name: string, ...rules: readonly string[]): string => `
apiVersion: kyverno.io/v1
kind: ClusterPolicy
metadata: {name: ${name}}
spec:
  rules:${rules.join("")}
`;

const files: Readonly<Record<string, string>> = {
  "policies/pattern.yaml": policy(
    "pattern",
    rule("label", "Pod", 'validate: {message: m, pattern: {metadata: {labels: {app.io/team: "?*"}}}}'),
    rule("image", "Pod", 'validate: {message: m, pattern: {spec: {containers: [{image: "!*:latest"}]}}}'),
    rule(
      "either",
      "Pod",
      "validate: {message: m, anyPattern: [{spec: {hostPID: false}}, {spec: {hostIPC: false}}]}",
    ),
  ),
  "policies/conditions.yaml": policy(
    "conditions",
    rule(
      "deny",
      "Pod",
      `preconditions: {all: [{key: "{{ request.operation }}", operator: Equals, value: CREATE}]}
validate:
  message: m
  deny: {conditions: {any: [{key: "{{ request.object.metadata.name }}", operator: AnyIn, value: [web, db]}]}}`,
    ),
    rule(
      "each",
      "Pod",
      `validate:
  message: m
  foreach:
  - list: request.object.spec.containers
    preconditions: {all: [{key: "{{ element.name }}", operator: NotEquals, value: skipped}]}
    deny: {conditions: {all: [{key: "{{ element.image }}", operator: Equals, value: "nginx:latest"}]}}`,
    ),
    rule(
      "unmet",
      "Pod",
      `preconditions: {all: [{key: "{{ request.object.metadata.name }}", operator: Equals, value: other}]}
validate: {message: m, pattern: {metadata: {name: "?*"}}}`,
    ),
  ),
  "policies/standards.yaml": policy(
    "standards",
    rule(
      "baseline",
      "Pod",
      `validate:
  podSecurity:
    level: baseline
    version: latest
    exclude: [{controlName: Host Namespaces}]`,
    ),
    rule(
      "cel",
      "Pod",
      `validate:
  cel:
    expressions:
    - expression: "object.spec.containers.all(c, !c.image.endsWith(':latest')) || object.metadata.name == 'x'"`,
    ),
  ),
  "policies/changes.yaml": policy(
    "changes",
    rule("add", "Pod", "mutate: {patchStrategicMerge: {metadata: {labels: {+(added): yes-it-is}}}}"),
    rule(
      "make",
      "Pod",
      `generate:
  apiVersion: v1
  kind: ConfigMap
  name: made
  namespace: "{{ request.object.metadata.namespace }}"
  data: {data: {a: b}}`,
    ),
    rule(
      "elsewhere",
      "Pod",
      "exclude: {any: [{resources: {namespaces: [shop]}}]}\nvalidate: {message: m, pattern: {metadata: {name: x}}}",
    ),
    rule("services", "Service", "validate: {message: m, pattern: {metadata: {name: x}}}"),
  ),
  "cel/policy.yaml": `
apiVersion: policies.kyverno.io/v1
kind: ValidatingPolicy
metadata: {name: tags}
spec:
  matchConstraints:
    resourceRules: [{apiGroups: [""], apiVersions: [v1], operations: [CREATE], resources: [pods]}]
    objectSelector: {matchExpressions: [{key: legacy, operator: DoesNotExist}]}
  matchConditions: [{name: named, expression: "object.metadata.name != 'x'"}]
  variables: [{name: images, expression: "object.spec.containers.map(c, c.image)"}]
  validations:
  - {expression: "variables.images.all(i, !i.endsWith(':latest'))", message: pin it}
`,
  "cel/admission.yaml": `
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata: {name: host}
spec:
  matchConstraints:
    resourceRules: [{apiGroups: [""], apiVersions: [v1], operations: [CREATE], resources: [pods]}]
  validations: [{expression: "!object.spec.hostPID"}]
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata: {name: host-everywhere}
spec: {policyName: host, validationActions: [Audit]}
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata: {name: services}
spec:
  matchConstraints:
    resourceRules: [{apiGroups: [""], apiVersions: [v1], operations: [CREATE], resources: [services]}]
  validations: [{expression: "false"}]
`,
  "actions.yaml": `
apiVersion: policies.kyverno.io/v1
kind: MutatingPolicy
metadata: {name: label}
spec:
  matchConstraints: {resourceRules: [{apiGroups: [""], apiVersions: [v1], operations: [CREATE], resources: [pods]}]}
  matchConditions: [{name: unlabelled, expression: "!has(object.metadata.labels)"}]
  mutations:
  - patchType: JSONPatch
    jsonPatch: {expression: '[JSONPatch{op: "add", path: "/metadata/labels", value: {"team": "a"}}]'}
---
apiVersion: policies.kyverno.io/v1
kind: ValidatingPolicy
metadata: {name: labelled}
spec:
  matchConstraints: {resourceRules: [{apiGroups: [""], apiVersions: [v1], operations: [CREATE], resources: [pods]}]}
  validations: [{expression: "object.metadata.labels.team == 'a'"}]
---
apiVersion: policies.kyverno.io/v1
kind: DeletingPolicy
metadata: {name: sweep}
spec:
  schedule: "* * * * *"
  matchConstraints: {resourceRules: [{apiGroups: [""], apiVersions: [v1], resources: [pods]}]}
  conditions: [{name: named, expression: "object.metadata.name == 'other'"}]
`,
  "hostile.yaml": `
apiVersion: v1
kind: Pod
metadata: {name: hostile, namespace: shop, annotations: {__proto__: x, long: "${"x".repeat(5000)}"}}
spec:
  hostPID: "\\e[2J\\u202Eevil\\n"
  hostIPC: ${"{a: ".repeat(90)}1${"}".repeat(90)}
  containers: [${Array.from({ length: 300 }, (_, index) => `{name: c${index}, image: "a\\e]0;b:latest"}`).join(", ")}]
`,
  "exception.yaml": `
apiVersion: kyverno.io/v2
kind: PolicyException
metadata: {name: allowed, namespace: shop}
spec:
  exceptions: [{policyName: pattern, ruleNames: [label]}]
  match: {any: [{resources: {kinds: [Pod], names: [web]}}]}
`,
  "pods.yaml": `
apiVersion: v1
kind: Pod
metadata: {name: web, namespace: shop}
spec:
  hostPID: true
  hostIPC: true
  hostNetwork: true
  containers:
  - {name: a, image: "nginx:1.27"}
  - {name: b, image: "nginx:latest"}
  - {name: skipped, image: "nginx:latest"}
---
apiVersion: v1
kind: Pod
metadata: {name: web, namespace: other, labels: {app.io/team: a}}
spec: {containers: [{name: a, image: "nginx:1.27"}]}
`,
};

interface Rule {
  readonly policy: string;
  readonly rule: string;
  readonly verdict: string;
  readonly [part: string]: unknown;
}

let cli: CommandLine;
before(async () => {
  cli = await commandLine(files);
});
after(() => cli.remove());

const all = "explain pod/web policies -r pods.yaml -n shop";

async function rules(line = all): Promise<ReadonlyMap<string, Rule>> {
  const { out } = await cli.run(`${line} -o json`);
  const { explanations } = JSON.parse(out) as { explanations: readonly { rules: readonly Rule[] }[] };
  return new Map(explanations.flatMap((one) => one.rules).map((found) => [found.rule, found]));
}

/** The text of one rule: from its heading to the next blank line. */
async function textOf(name: string, line = all): Promise<string> {
  const { out } = await cli.run(line);
  const part = out.split("\n\n").find((text) => text.split("\n")[0]?.endsWith(`: ${name}`) === true);
  assert.ok(part !== undefined, out);
  return part;
}

describe("rearguard explain", () => {
  it("gives the verdicts of a scan", async () => {
    const { out } = await cli.run("scan policies -r pods.yaml --output-format json");
    const { results } = JSON.parse(out) as {
      results: readonly { rule: string; result: string; resources: readonly { namespace: string }[] }[];
    };
    const scanned = results
      .filter(({ resources: [about] }) => about?.namespace === "shop")
      .map(({ rule: name, result }) => `${name} ${result}`);
    const explained = [...(await rules()).values()]
      .filter(({ verdict }) => verdict !== "none")
      .map(({ rule: name, verdict }) => `${name} ${verdict}`);
    assert.deepEqual(new Set(explained), new Set(scanned));
  });

  const texts: readonly (readonly [rule: string, parts: readonly RegExp[]])[] = [
    ["label", [/^fail pattern: label/, /metadata\.labels\["app\.io\/team"\]: wanted "\?\*", found nothing/]],
    ["image", [/spec\.containers\[1\]\.image: wanted "!\*:latest", found "nginx:latest"/]],
    [
      "either",
      [
        /no {2}validate\.anyPattern\[0\]/,
        /spec\.hostPID: wanted false, found true/,
        /spec\.hostIPC: wanted false/,
      ],
    ],
    [
      "deny",
      [
        /preconditions: they hold\n {4}yes all\[0\]: "CREATE" Equals "CREATE"\n +key \{\{ request\.operation \}\} is "CREATE"/,
        /they hold, which is a violation\n +yes any\[0\]: "web" AnyIn \["web", "db"\]/,
      ],
    ],
    [
      "each",
      [
        /validate\.foreach\[0\]: each of request\.object\.spec\.containers/,
        /\[0\] .*\n.*\n.*\n.*\n +yes validate\.foreach\[0\]\.deny\.conditions: they do not hold/,
        /no {2}validate\.foreach\[0\]\.deny\.conditions: they hold/,
        /preconditions: they do not hold\n +no {2}all\[0\]: "skipped" NotEquals "skipped"/,
      ],
    ],
    [
      "unmet",
      [
        /^skip conditions: unmet/,
        /preconditions: they do not hold\n {4}no {2}all\[0\]: "web" Equals "other"/,
      ],
    ],
    ["baseline", [/yes Host Namespaces \(hostNamespaces\): .*left out by the policy/]],
    [
      "cel",
      [
        /no {2}validate\.cel\.expressions\[0\]: object\.spec\.containers\.all\(.* is false/,
        /!object\.spec\.containers\[1\]\.image\.endsWith\(":latest"\) is false/,
        /object\.spec\.containers\[1\]\.image is "nginx:latest"/,
        /object\.metadata\.name is "web"/,
      ],
    ],
    ["add", [/changes metadata\.labels from nothing to \{"added": "yes-it-is"\}/]],
    ["make", [/makes shop\/ConfigMap\/made/]],
  ];
  for (const [name, parts] of texts) {
    it(`tells why of ${name}`, async () => {
      const text = await textOf(name);
      for (const part of parts) assert.match(text, part);
    });
  }

  it("tells in one line each why rules do not apply", async () => {
    const { out } = await cli.run(all);
    assert.match(out, /Rules that do not apply\n/);
    assert.match(
      out,
      /changes: elsewhere: left out by exclude\.any\[0\]: namespaces: wanted shop, found shop\n/,
    );
    assert.match(out, /^ {2}for other kinds: changes: services \(Service\)$/m);
  });

  it("explains policies of CEL expressions, with their conditions, variables and parts", async () => {
    const { out } = await cli.run("explain pod/web cel -r pods.yaml -n shop");
    const [, host = "", tags = "", rest = ""] = out.split("\n\n");
    assert.match(tags, /^fail tags\n {2}pin it\n {2}match: it is for the object\n/);
    assert.match(tags, /yes resourceRules: wanted CREATE core\/v1 pods, found CREATE core\/v1 pods/);
    assert.match(tags, /yes objectSelector: wanted .*"DoesNotExist".*, found \{\}/);
    assert.match(tags, /yes matchConditions\[0\]: object\.metadata\.name != 'x' is true/);
    assert.match(
      tags,
      /!variables\.images\[1\]\.endsWith\(":latest"\) is false\n +.*is true\n +variables\.images\[1\] is "nginx:latest"/,
    );
    assert.match(host, /^fail host\n.*\n {2}binding host-everywhere\n/);
    assert.match(host, /object\.spec\.hostPID is true/);
    assert.match(
      rest,
      /services: matchConstraints\.resourceRules: wanted CREATE core\/v1 services, found CREATE core\/v1 pods/,
    );
  });

  it("explains policies that change and delete, and what follows a change", async () => {
    const { out } = await cli.run("explain pod/web actions.yaml -r pods.yaml -n shop");
    assert.match(
      out,
      /^pass label\n.*\n.*\n {2}yes matchConditions\[0\]: !has\(object\.metadata\.labels\) is true\n/m,
    );
    assert.match(out, /changes metadata\.labels from nothing to \{"team": "a"\}/);
    assert.match(out, /^pass labelled$/m);
    assert.match(out, /^fail sweep\n {2}resource did not match\n/m);
    assert.match(
      out,
      /no {2}conditions\[0\]: object\.metadata\.name == 'other' is false\n +.*is false\n|object\.metadata\.name is "web"/,
    );
  });

  it("sends nothing to a terminal that objects hold, and cuts what is long", async () => {
    const { out } = await cli.run("explain pod/hostile policies -r hostile.yaml");
    // oxlint-disable-next-line no-control-regex -- these are the characters in question
    assert.doesNotMatch(out, /[\u0000-\u0009\u000B-\u001F\u007F-\u009F\u202E]/);
    assert.match(out, /spec\.hostPID: wanted false, found "\\u001b\[2J\\u\{202e\}evil\\n"/);
    assert.match(out, /and 250 more/);
    assert.ok(out.length < 100_000, String(out.length));
  });

  it("tells which exceptions cover the object", async () => {
    const text = await textOf("label", `${all} -e exception.yaml`);
    assert.match(text, /^skip pattern: label/);
    assert.match(text, /exception shop\/allowed for the rule: covers the object/);
  });

  it("explains each object of the name where no namespace is given", async () => {
    const { out, code } = await cli.run("explain po/web policies -r pods.yaml");
    assert.match(out, /^Pod web in namespace shop \(pods\.yaml:2\)$/m);
    assert.match(out, /^Pod web in namespace other \(pods\.yaml:\d+\)$/m);
    assert.equal(code, 0);
  });

  it("shows only the rules that are asked for", async () => {
    assert.deepEqual([...(await rules(`${all} --rule pattern/l*`)).keys()], ["label"]);
  });

  it("takes policies as arguments and as -p", async () => {
    assert.equal(
      (await rules("explain pods/web -p policies -r pods.yaml -n shop")).size,
      (await rules()).size,
    );
  });

  it("is one YAML document on demand", async () => {
    const { out } = await cli.run(`${all} -o yaml`);
    assert.match(out, /^explanations:\n {2}- resource:\n {6}apiVersion: v1\n {6}kind: Pod\n/);
  });

  const refused: readonly (readonly [line: string, message: RegExp])[] = [
    ["explain web policies -r pods.yaml", /web: name an object as KIND\/NAME/],
    ["explain pod/wep policies -r pods.yaml", /there is no pod\/wep among the 2 objects; is web meant\?/],
    [
      "explain pod/web policies -r pods.yaml -n data",
      /no pod\/web in namespace data .*there is one in namespace shop/,
    ],
    ["explain pot/web policies -r pods.yaml", /is the kind Pod meant\?/],
    ["explain pod/web -r pods.yaml", /require policy/],
    ["explain pod/web policies", /resource file\(s\) or cluster required/],
    ["explain pod/web policies -r pods.yaml -o table", /known formats are text, json, yaml/],
  ];
  for (const [line, message] of refused) {
    it(`refuses ${line}`, async () => {
      const { code, err } = await cli.run(line);
      assert.match(err, message);
      assert.equal(code, 1);
    });
  }
});
