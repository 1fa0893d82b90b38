import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, open, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { fileURLToPath } from "node:url";

import { commandLine } from "./command-line.fixture.ts";
import type { CommandLine } from "./command-line.fixture.ts";

const main = fileURLToPath(new URL("../../../src/main.ts", import.meta.url));

const policy = `apiVersion: kyverno.io/v1
kind: ClusterPolicy
metadata: {name: team}
spec:
  rules:
  - name: label
    match: {any: [{resources: {kinds: [ConfigMap]}}]}
    validate: {message: who, pattern: {metadata: {labels: {team: "?*"}}}}
`;
const map = (name: string): string =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}, labels: {team: a}}\n`;
const bomb = (merge: string): string =>
  Array.from({ length: 40 }, (_, at) =>
    at === 0 ? "a0: &a0 {k: 1}" : `a${at}: &a${at} ${merge.replaceAll("*", `*a${at - 1}`)}`,
  ).join("\n");

const files: Readonly<Record<string, string>> = {
  "policy.yaml": policy,
  "good.yaml": map("good"),
  "later.yaml": `${map("good")}---\n${map("later")}`,
  "folder-without-policies/notes.txt": "nothing here",
  "folder-of-objects/map.yaml": map("one"),
  "folder-of-objects/deep/map.yaml": map("two"),
  "folder-of-objects/map.json": "{}",
  "text.yaml": "just some words\n",
  "page.yaml": "<html><body>Not Found</body></html>\n",
  "half.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: half, labels: {team\n",
  "cut.json": '{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"na',
  "quoted.yaml": 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: "never closed\n',
  "tabs.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata:\n\tname: x\n",
  "mark.yaml": `\uFEFF${map("marked")}`,
  "windows.yaml": map("windows").replaceAll("\n", "\r\n"),
  "bomb.yaml": bomb("[*,*,*,*,*,*,*,*,*]"),
  "merge-bomb.yaml": bomb("{<<: [*,*,*,*,*,*,*,*,*]}"),
  "circle.yaml": "a: &a {b: *a}\n",
  "deep.yaml": "[".repeat(100_000),
  "deep-maps.yaml": "- ".repeat(100_000),
  "deep.json": `${'{"a":'.repeat(100_000)}1${"}".repeat(100_000)}`,
  "twice.yaml": `${map("twice")}data:\n  key: a\n  key: b\n`,
  "merged.yaml":
    "base: &base {team: a}\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: merged\n  labels: {<<: *base}\n",
  "list.yaml": "apiVersion: v1\nkind: List\nitems: nothing\n",
  "empty.yaml": "",
  "comments.yaml": "# nothing\n---\n# here\n",
};

let cli: CommandLine;
before(async () => {
  cli = await commandLine(files);
  const at = (name: string): string => join(cli.folder, name);
  await writeFile(at("wide.yaml"), Buffer.from(`\uFEFF${map("wide")}`, "utf16le"));
  await writeFile(at("wide-without-mark.yaml"), Buffer.from(map("wide"), "utf16le"));
  await writeFile(at("latin.yaml"), Buffer.from(map("größe"), "latin1"));
  await writeFile(at("binary.yaml"), Buffer.from([0x7f, 0x45, 0x4c, 0x46, 0, 0, 1, 2]));
  const huge = await open(at("huge.yaml"), "w");
  await huge.truncate(1024 ** 3);
  await huge.close();
  await mkdir(at("loop/in"), { recursive: true });
  await writeFile(at("loop/policy.yaml"), policy);
  await symlink(at("loop"), at("loop/in/again"));
  await symlink(at("folder-of-objects"), at("loop/linked"));
  await symlink(at("itself"), at("itself"));
});
after(() => cli.remove());

const path = (name: string): string => join(cli.folder, name);

describe("bad input of a scan", () => {
  /** Each stands beside a good object, which is judged nevertheless. */
  const refused: readonly (readonly [what: string, file: string, message: RegExp])[] = [
    ["a missing file", "absent.yaml", /^absent\.yaml: no such file or folder$/m],
    ["a link to itself", "itself", /^itself: a link that leads to itself$/m],
    ["a text that is no YAML of an object", "text.yaml", /^text\.yaml:1: no Kubernetes object$/m],
    ["an error page", "page.yaml", /^page\.yaml:1: no Kubernetes object$/m],
    ["half-written YAML", "half.yaml", /^half\.yaml:[34]: Flow map/m],
    ["half-written JSON", "cut.json", /^cut\.json:1: /m],
    ["a quote that is never closed", "quoted.yaml", /^quoted\.yaml:[45]: Missing closing "quote/m],
    ["tabs", "tabs.yaml", /^tabs\.yaml:4: Tabs are not allowed as indentation/m],
    [
      "UTF-16 without a byte order mark",
      "wide-without-mark.yaml",
      /^wide-without-mark\.yaml:1: no text: .*UTF-16/m,
    ],
    ["another encoding", "latin.yaml", /^latin\.yaml:1: no text: not UTF-8$/m],
    ["a program", "binary.yaml", /^binary\.yaml:1: no text: it holds NUL bytes/m],
    ["aliases that multiply", "bomb.yaml", /^bomb\.yaml:2: its aliases stand for more than 1000000 values$/m],
    ["merge keys that multiply", "merge-bomb.yaml", /^merge-bomb\.yaml:2: its aliases stand for more/m],
    [
      "an alias within itself",
      "circle.yaml",
      /^circle\.yaml:1: the alias \*a stands within what it refers to$/m,
    ],
    ["100,000 lists within each other", "deep.yaml", /^deep\.yaml:1: nested too deeply$/m],
    ["the same in block style", "deep-maps.yaml", /^deep-maps\.yaml:1: nested too deeply$/m],
    ["the same in JSON", "deep.json", /^deep\.json:1: nested deeper than 500 levels$/m],
    ["a file of 1 GB without a line", "huge.yaml", /^huge\.yaml:1: no text: it holds NUL bytes/m],
  ];
  for (const [what, file, message] of refused) {
    it(`names file and line of ${what}, exits with 1, and judges the rest`, async () => {
      const { code, out, err } = await cli.run(`scan policy.yaml -r ${path(file)} -r good.yaml`);
      assert.match(err, message);
      assert.equal(err.trim().split("\n").length, 1, err);
      assert.equal(out, "pass: 1, fail: 0, warn: 0, error: 1, skip: 0\n");
      assert.equal(code, 1);
    });
  }

  const read: readonly (readonly [what: string, file: string, passes: number])[] = [
    ["a byte order mark", "mark.yaml", 1],
    ["lines that end as on Windows", "windows.yaml", 1],
    ["UTF-16 with a byte order mark", "wide.yaml", 1],
    ["merge keys", "merged.yaml", 1],
    ["two documents", "later.yaml", 2],
    ["an empty file", "empty.yaml", 0],
    ["a file of comments", "comments.yaml", 0],
    ["a List without items", "list.yaml", 0],
  ];
  for (const [what, file, passes] of read) {
    it(`reads ${what}`, async () => {
      const { code, out, err } = await cli.run(`scan policy.yaml -r ${path(file)}`);
      assert.equal(out, `pass: ${passes}, fail: 0, warn: 0, error: 0, skip: 0\n`);
      assert.deepEqual([code, err], [0, ""]);
    });
  }

  it("says which key stands twice, and goes on with the last", async () => {
    const { code, err } = await cli.run("scan policy.yaml -r twice.yaml");
    assert.equal(err, "twice.yaml:6: key stands there twice; the last counts\n");
    assert.equal(code, 0);
  });

  it("says what of a folder is not read", async () => {
    const { err, out } = await cli.run("scan policy.yaml -r folder-of-objects");
    assert.match(err, /^folder-of-objects: 1 \.json files are passed over, as in every folder/m);
    assert.match(err, /^folder-of-objects: 1 folders in it are not searched/m);
    assert.match(out, /^pass: 1,/);
  });

  it("says which folder has no policies", async () => {
    const { code, err } = await cli.run("scan folder-without-policies -r good.yaml");
    assert.match(err, /^folder-without-policies: a folder without \.yaml or \.yml files$/m);
    assert.match(err, /^rearguard: no policy found$/m);
    assert.equal(code, 1);
  });

  it("reads folders that links join in a circle once", async () => {
    const { code, out, err } = await cli.run(`scan ${path("loop")} -r good.yaml`);
    assert.match(err, /^2 documents in policy folders are no policies$/m);
    assert.equal(out, "pass: 1, fail: 0, warn: 0, error: 0, skip: 0\n");
    assert.equal(code, 0);
  });

  for (const [flag, file, message] of [
    ["-f", "half.yaml", /half\.yaml:[34]: /],
    ["-u", "text.yaml", /text\.yaml:1:1: must be an object/],
    ["-e", "bomb.yaml", /bomb\.yaml:2: its aliases/],
    ["--target-resource", "deep.json", /deep\.json:1: nested/],
    ["--parameter-resource", "absent.yaml", /absent\.yaml: no such file/],
    ["--crd-paths", "good.yaml", /good\.yaml:1: no CustomResourceDefinition/],
    ["--context-file", "good.yaml", /good\.yaml: a file of kind Context is wanted, not ConfigMap/],
    ["--kubeconfig", "absent --cluster", /--cluster: there is no kubeconfig at .*absent/],
    ["--kubeconfig", "half.yaml --cluster", /--cluster: .*half\.yaml/],
  ] as const) {
    it(`ends with 1 and the place where ${flag} names ${file}`, async () => {
      const [name = "", ...more] = file.split(" ");
      const { code, err } = await cli.run(
        ["scan policy.yaml -r good.yaml", flag, path(name), ...more].join(" "),
      );
      assert.match(err, message);
      assert.equal(code, 1);
    });
  }

  it("ends well where nobody reads its output any more", async () => {
    const objects = Array.from({ length: 5000 }, (_, at) => map(`m${at}`).replace("team: a", "crew: a"));
    await writeFile(path("many.yaml"), objects.join("---\n"));
    const child = spawn(process.execPath, [main, "scan", path("policy.yaml"), "-r", path("many.yaml")]);
    const errors: Buffer[] = [];
    child.stderr.on("data", (chunk: Buffer) => errors.push(chunk));
    child.stdout.once("data", () => child.stdout.destroy());
    const [code, signal] = (await once(child, "exit")) as [number | null, string | null];
    assert.deepEqual([code, signal, Buffer.concat(errors).toString()], [1, null, ""]);
  });
});
