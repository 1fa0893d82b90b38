import assert from "node:assert/strict";
import { appendFile, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { gzipSync } from "node:zlib";
import { parse, parseAllDocuments } from "yaml";

import type { JournalEntry } from "#engine/cleanup/journal/journal-entry.ts";

import { commandLine } from "./command-line.fixture.ts";
import type { CommandLine } from "./command-line.fixture.ts";

const entryOf = (name: string, more: Partial<JournalEntry> = {}): JournalEntry => ({
  time: "2026-03-01T10:00:05Z",
  cause: { kind: "ClusterCleanupPolicy", name: "old-caches" },
  run: "2026-03-01T10:00:00Z",
  reason: "selected by the policy",
  uid: `uid-${name}`,
  resource: "configmaps",
  owners: [],
  leftOut: [],
  manifest: {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name, namespace: "shop" },
    data: { size: "1" },
  },
  ...more,
});
const member = (...entries: readonly JournalEntry[]): Buffer =>
  gzipSync(entries.map((entry) => `${JSON.stringify(entry)}\n`).join(""));

describe("rearguard restore", () => {
  let cli: CommandLine;
  let folder: string;

  before(async () => {
    cli = await commandLine({});
    folder = await mkdtemp(join(tmpdir(), "restore-test-"));
    const later = entryOf("later", {
      time: "2026-03-01T12:00:05Z",
      run: "2026-03-01T12:00:00Z",
      cause: { kind: "CleanupPolicy", namespace: "shop", name: "nightly" },
    });
    await writeFile(
      join(folder, "1.jsonl.gz"),
      Buffer.concat([member(entryOf("a"), entryOf("b")), member(later)]),
    );
    await writeFile(join(folder, "notes.txt"), "not a journal");
  });

  after(async () => {
    await cli.remove();
    await rm(folder, { recursive: true, force: true });
  });

  const restore = (args: string) => cli.run(`restore --journal ${folder} ${args}`);

  it("lists what the journal holds, the oldest first", async () => {
    const { code, out } = await restore("--list");
    assert.equal(code, 0);
    const [head, ...rows] = out.trimEnd().split("\n");
    assert.match(head ?? "", /^DELETED +KIND +NAMESPACE +NAME +BY +RUN$/);
    assert.deepEqual(
      rows.map((row) => row.split(/ {2,}/)),
      [
        [
          "2026-03-01T10:00:05Z",
          "ConfigMap",
          "shop",
          "a",
          "ClusterCleanupPolicy/old-caches",
          "2026-03-01T10:00:00Z",
        ],
        [
          "2026-03-01T10:00:05Z",
          "ConfigMap",
          "shop",
          "b",
          "ClusterCleanupPolicy/old-caches",
          "2026-03-01T10:00:00Z",
        ],
        [
          "2026-03-01T12:00:05Z",
          "ConfigMap",
          "shop",
          "later",
          "CleanupPolicy/shop/nightly",
          "2026-03-01T12:00:00Z",
        ],
      ],
    );
  });

  it("selects by name, policy, run and time", async () => {
    const names = async (args: string): Promise<readonly string[]> => {
      const { out } = await restore(`--list -o json ${args}`);
      return (JSON.parse(out) as { entries: { name: string }[] }).entries.map(({ name }) => name);
    };
    assert.deepEqual(await names("configmap/a"), ["a"]);
    assert.deepEqual(await names("--policy shop/nightly"), ["later"]);
    assert.deepEqual(await names("--run 2026-03-01T10:00:00Z"), ["a", "b"]);
    assert.deepEqual(await names("--since 2026-03-01T11:00:00Z"), ["later"]);
    assert.deepEqual(await names("--until 2026-03-01T11:00:00Z b later"), ["b"]);
    assert.deepEqual(await names("-n other"), []);
  });

  it("prints the manifests for other tools, without a cluster", async () => {
    const { code, out } = await restore("--policy old-caches -o manifests");
    assert.equal(code, 0);
    assert.deepEqual(
      parseAllDocuments(out).map((document) => document.toJSON() as unknown),
      [entryOf("a").manifest, entryOf("b").manifest],
    );
    const { out: yaml } = await restore("--list a -o yaml");
    assert.equal((parse(yaml) as { entries: object[] }).entries.length, 1);
  });

  it("tells of what is missing in a manifest", async () => {
    const secrets = await mkdtemp(join(tmpdir(), "restore-test-"));
    const manifest = { apiVersion: "v1", kind: "Secret", metadata: { name: "key", namespace: "shop" } };
    await writeFile(join(secrets, "1.jsonl.gz"), member(entryOf("key", { manifest, leftOut: ["data"] })));
    const { code, err } = await cli.run(`restore --journal ${secrets} --all -o manifests`);
    await rm(secrets, { recursive: true });
    assert.equal(code, 1);
    assert.match(err, /Secret\/key is without data/);
  });

  it("reads everything before the end that a crash cut off", async () => {
    const cut = await mkdtemp(join(tmpdir(), "restore-test-"));
    const file = join(cut, "1.jsonl.gz");
    await writeFile(file, member(entryOf("whole")));
    await appendFile(file, member(entryOf("cut", { reason: "x".repeat(500) })).subarray(0, 100));
    await writeFile(join(cut, "2.jsonl.gz"), "no gzip at all");
    const { code, out, err } = await cli.run(`restore --journal ${cut} --list -o json`);
    await rm(cut, { recursive: true });
    assert.equal(code, 1);
    assert.deepEqual(
      (JSON.parse(out) as { entries: { name: string }[] }).entries.map(({ name }) => name),
      ["whole"],
    );
    assert.match(err, /1\.jsonl\.gz: 1 lines are no entries/);
    assert.match(err, /2\.jsonl\.gz: incorrect header/);
  });

  it("wants to be told what is meant, in words that it knows", async () => {
    const cases: readonly (readonly [string, RegExp])[] = [
      ["-o manifests", /say what to restore/],
      ["--run yesterday --list", /--run yesterday/],
      ["--since soon --list", /--since soon: give a duration/],
      ["--list -o table", /known formats are/],
      ["--all --yes -o manifests", /neither --list nor --yes/],
      ["--list --journal /nowhere/at/all", /ENOENT/],
    ];
    for (const [args, message] of cases) {
      const { code, err } = await restore(args);
      assert.equal(code, 1, args);
      assert.match(err, message);
    }
    const { code, err } = await restore("nobody -o manifests");
    assert.equal(code, 1);
    assert.match(err, /no entry of the journal fits/);
  });
});
