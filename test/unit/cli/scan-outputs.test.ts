import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";

import { commandLine } from "./command-line.fixture.ts";
import type { CommandLine } from "./command-line.fixture.ts";

const files: Readonly<Record<string, string>> = {
  "policy.yaml": `
apiVersion: kyverno.io/v1
kind: ClusterPolicy
metadata:
  name: team
  annotations:
    policies.kyverno.io/title: Someone is responsible
    policies.kyverno.io/description: |
      Each object names a team.
    policies.kyverno.io/severity: high
    policies.kyverno.io/category: Ownership
spec:
  rules:
  - name: label
    match: {any: [{resources: {kinds: [ConfigMap]}}]}
    validate: {message: 'say <who> & "why" | how', pattern: {metadata: {labels: {team: "?*"}}}}
`,
  "objects.yaml": `# the shop
apiVersion: v1
kind: ConfigMap
metadata: {name: good, namespace: shop, labels: {team: a}}
---
# no team
apiVersion: v1
kind: ConfigMap
metadata: {name: bad, namespace: shop}
---
apiVersion: v1
kind: List
items:
- {apiVersion: v1, kind: ConfigMap, metadata: {name: first, namespace: shop, labels: {team: a}}}
- {apiVersion: v1, kind: ConfigMap, metadata: {name: second, namespace: shop}}
`,
  "broken.yaml": "a: [",
};

let cli: CommandLine;
before(async () => {
  cli = await commandLine(files);
});
after(() => cli.remove());

interface SarifResult {
  readonly ruleId: string;
  readonly level: string;
  readonly kind?: string;
  readonly message: { readonly text: string };
  readonly locations: readonly {
    readonly physicalLocation?: {
      readonly artifactLocation: { readonly uri: string };
      readonly region: { readonly startLine: number };
    };
    readonly logicalLocations: readonly { readonly fullyQualifiedName: string }[];
  }[];
  readonly partialFingerprints: Readonly<Record<string, string>>;
}

interface SarifLog {
  readonly version: string;
  readonly runs: readonly {
    readonly tool: { readonly driver: { readonly rules: readonly Readonly<Record<string, unknown>>[] } };
    readonly invocations: readonly {
      readonly executionSuccessful: boolean;
      readonly toolExecutionNotifications: readonly { readonly message: { readonly text: string } }[];
    }[];
    readonly results: readonly SarifResult[];
  }[];
}

async function sarif(line: string, stdin?: string): Promise<SarifLog["runs"][number]> {
  const { out } = await cli.run(`scan policy.yaml ${line} --output-format sarif`, stdin);
  const { version, runs } = JSON.parse(out) as SarifLog;
  assert.equal(version, "2.1.0");
  const [run] = runs;
  assert.ok(run !== undefined && runs.length === 1);
  return run;
}

describe("rearguard scan as SARIF", () => {
  it("places each violation at the line where its object begins, items of a List too", async () => {
    const { results } = await sarif("-r objects.yaml");
    assert.deepEqual(
      results.map(({ locations: [at] }) => [
        at?.physicalLocation?.artifactLocation.uri.split("/").at(-1),
        at?.physicalLocation?.region.startLine,
        at?.logicalLocations[0]?.fullyQualifiedName,
      ]),
      [
        ["objects.yaml", 7, "v1/shop/ConfigMap/bad"],
        ["objects.yaml", 15, "v1/shop/ConfigMap/second"],
      ],
    );
    assert.deepEqual(
      results.map(({ ruleId, level }) => [ruleId, level]),
      [
        ["team/label", "error"],
        ["team/label", "error"],
      ],
    );
  });

  it("describes rules in the words of their policy", async () => {
    const { tool } = await sarif("-r objects.yaml");
    assert.deepEqual(tool.driver.rules, [
      {
        id: "team/label",
        name: "label",
        shortDescription: { text: "Someone is responsible" },
        fullDescription: { text: "Each object names a team." },
        defaultConfiguration: { level: "error" },
        properties: { tags: ["security", "kubernetes", "Ownership"], "security-severity": "8.0" },
      },
    ]);
  });

  it("gives fingerprints that differ between objects and stay when they move", async () => {
    const [bad, second] = (await sarif("-r objects.yaml")).results;
    const moved = (
      await sarif("-r -", "\n\n{apiVersion: v1, kind: ConfigMap, metadata: {name: bad, namespace: shop}}")
    ).results[0];
    assert.notDeepEqual(bad?.partialFingerprints, second?.partialFingerprints);
    assert.deepEqual(moved?.partialFingerprints, bad?.partialFingerprints);
    assert.equal(moved?.locations[0]?.physicalLocation, undefined);
  });

  it("has what passes on demand, without a level", async () => {
    const { results } = await sarif("-r objects.yaml --detailed-results");
    assert.deepEqual(
      results.map(({ kind, level }) => [kind ?? "fail", level]),
      [
        ["pass", "none"],
        ["fail", "error"],
        ["pass", "none"],
        ["fail", "error"],
      ],
    );
  });

  it("says what could not be read", async () => {
    const [invocation] = (await sarif("-r objects.yaml -r broken.yaml")).invocations;
    assert.equal(invocation?.executionSuccessful, false);
    assert.match(invocation?.toolExecutionNotifications[0]?.message.text ?? "", /broken\.yaml:1/);
  });
});

describe("rearguard scan as JUnit and Markdown", () => {
  it("has a suite for each policy and a case for each object, and escapes texts", async () => {
    const { out, code } = await cli.run(
      "scan policy.yaml -r objects.yaml -r broken.yaml --output-format junit",
    );
    assert.match(
      out,
      /^<\?xml version="1\.0" encoding="UTF-8"\?>\n<testsuites name="rearguard" tests="5" failures="2" errors="1">/,
    );
    assert.match(out, /<testsuite name="team" tests="4" failures="2" errors="0" skipped="0">/);
    assert.match(out, /<testcase classname="label" name="shop\/ConfigMap\/good"\/>/);
    assert.match(out, /<failure message="validation error: say &lt;who&gt; &amp; &quot;why&quot; \| how/);
    assert.match(out, /<testcase classname="input" name="[^"]*broken\.yaml:1/);
    assert.equal(code, 1);
  });

  it("shows violations as a table whose cells cannot break out", async () => {
    const { out } = await cli.run("scan policy.yaml -r objects.yaml --output-format markdown");
    const lines = out.split("\n");
    assert.equal(lines[0], "**pass: 2, fail: 2, warn: 0, error: 0, skip: 0**");
    assert.equal(lines[2], "| Result | Resource | Policy | Rule | Message |");
    assert.match(
      lines[4] ?? "",
      /^\| fail \| shop\/ConfigMap\/bad \| team \| label \| validation error: say &lt;who> &amp; "why" \\\| how/,
    );
  });

  it("prints no report as JUnit", async () => {
    const { err, code } = await cli.run("scan policy.yaml -r objects.yaml -p --output-format junit");
    assert.match(err, /printed as yaml or json, not as junit/);
    assert.equal(code, 1);
  });
});
