import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { after, before, describe, it } from "node:test";

import Ajv from "ajv";
import { validateXML } from "xmllint-wasm";

import { commandLine } from "./command-line.fixture.ts";
import type { CommandLine } from "./command-line.fixture.ts";

const require = createRequire(import.meta.url);
/** The OASIS schema of SARIF 2.1.0 with its errata, as Microsoft's SDK carries it. */
const sarifSchema = require("@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json") as object;
const draft04 = require("ajv/lib/refs/json-schema-draft-04.json") as object;

const policy = (name: string, annotations: string, rule: string): string => `
apiVersion: kyverno.io/v1
kind: ClusterPolicy
metadata: {name: ${name}, annotations: {${annotations}}}
spec:
  rules:
  - name: rule
    match: {any: [{resources: {kinds: [ConfigMap]}}]}
    ${rule}
---`;

const files: Readonly<Record<string, string>> = {
  "policies.yaml": [
    policy(
      "fails",
      "policies.kyverno.io/severity: critical, policies.kyverno.io/title: T",
      'validate: {message: "a <b> & \\"c\\" \\u0007 \\uFFFE ]]>", pattern: {metadata: {labels: {team: "?*"}}}}',
    ),
    policy(
      "warns",
      'policies.kyverno.io/scored: "false", policies.kyverno.io/severity: odd',
      'validate: {message: m, pattern: {metadata: {name: "x"}}}',
    ),
    policy(
      "errs",
      "",
      'validate: {message: m, deny: {conditions: {all: [{key: "{{ request.object.gone }}", operator: Equals, value: 1}]}}}',
    ),
    policy(
      "skips",
      "",
      "preconditions: {all: [{key: a, operator: Equals, value: b}]}\n    validate: {message: m, pattern: {metadata: {name: x}}}",
    ),
    policy("passes", "", 'validate: {message: m, pattern: {metadata: {name: "?*"}}}'),
  ].join("\n"),
  "odd <&> name.yaml": `
apiVersion: v1
kind: ConfigMap
metadata: {name: "a<b>&\\"c\\"", namespace: shop}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: b, namespace: shop}
`,
  "broken.yaml": "a: [",
  "tests/kyverno-test.yaml": `
apiVersion: cli.kyverno.io/v1alpha1
kind: Test
metadata: {name: "t & <t>"}
policies: [../policies.yaml]
resources: ["../odd <&> name.yaml"]
results:
- {policy: fails, rule: rule, resources: [b], result: pass}
- {policy: passes, rule: rule, resources: [b], result: pass}
- {policy: passes, rule: other, resources: [b], result: pass}
`,
  "broken/kyverno-test.yaml": "results: [",
};

let cli: CommandLine;
before(async () => {
  cli = await commandLine(files);
});
after(() => cli.remove());

const ajv = new Ajv({ schemaId: "auto", allErrors: true, unknownFormats: "ignore" });
ajv.addMetaSchema(draft04);
const isSarif = ajv.compile(sarifSchema);

function sarifErrors(text: string): readonly string[] {
  isSarif(JSON.parse(text));
  return (isSarif.errors ?? []).map(({ dataPath, message }) => `${dataPath} ${message ?? ""}`);
}

async function junitErrors(text: string): Promise<readonly string[]> {
  const schema = await readFile(new URL("schemas/junit.xsd", import.meta.url), "utf8");
  const { errors } = await validateXML({
    xml: [{ fileName: "report.xml", contents: text }],
    schema: [{ fileName: "junit.xsd", contents: schema }],
  });
  return errors.map(({ message }) => message);
}

const resources = async (): Promise<string> => await readFile(`${cli.folder}/odd <&> name.yaml`, "utf8");

describe("SARIF", () => {
  const runs: readonly (readonly [title: string, line: string, piped: boolean])[] = [
    ["violations, warnings and errors", "scan policies.yaml -r FOLDER", false],
    ["everything, also what passes and is skipped", "scan policies.yaml -r FOLDER --detailed-results", false],
    ["what is piped in", "scan policies.yaml -r -", true],
    ["nothing but unreadable files", "scan policies.yaml -r broken.yaml", false],
  ];
  for (const [title, line, piped] of runs) {
    it(`keeps to its schema for ${title}`, async () => {
      const words = line.replace("FOLDER", ".").split(" ");
      const shown = words.map((word) => (word === "." ? cli.folder : word)).join(" ");
      const { out } = await cli.run(`${shown} --output-format sarif`, piped ? await resources() : undefined);
      assert.deepEqual(sarifErrors(out), []);
    });
  }

  it("would not get away with anything", () => {
    const wrong = {
      version: "2.1.0",
      runs: [{ tool: { driver: { name: "x" } }, results: [{ level: "bad" }] }],
    };
    assert.deepEqual(
      new Set(sarifErrors(JSON.stringify(wrong))),
      new Set([
        ".runs[0].results[0] should have required property 'message'",
        ".runs[0].results[0].level should be equal to one of the allowed values",
      ]),
    );
  });
});

describe("JUnit", () => {
  it("keeps to its schema for scans", async () => {
    const { out } = await cli.run(`scan policies.yaml -r ${cli.folder} -r broken.yaml --output-format junit`);
    assert.deepEqual(await junitErrors(out), []);
    for (const outcome of ["failure", "error", "skipped"]) assert.match(out, new RegExp(`<${outcome} `));
  });

  it("keeps to its schema for tests", async () => {
    const { out } = await cli.run("test tests broken -o junit");
    assert.deepEqual(await junitErrors(out), []);
    for (const outcome of ["failure", "error", "skipped"]) assert.match(out, new RegExp(`<${outcome} `));
  });

  it("would not get away with anything", async () => {
    const errors = await junitErrors('<testsuites><testsuite name="x" tests="many"/></testsuites>');
    assert.match(errors.join("\n"), /'many' is not a valid value/);
  });
});
