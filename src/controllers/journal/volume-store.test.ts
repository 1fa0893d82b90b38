import assert from "node:assert/strict";
import { appendFile, mkdtemp, readdir, readFile, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import { buildJournalEntry } from "#engine/cleanup/journal/journal-entry.ts";
import { deletedConfigMap, entriesIn, noise } from "./journal-world.fixture.ts";
import type { JournalBatch } from "./journal-store.ts";
import { createVolumeStore } from "./volume-store.ts";

const dayMs = 86_400_000;
let folder: string;
let count = 0;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "journal-test-"));
});

afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

const openStore = (
  more: { folder?: string; maxBytes?: number; segmentBytes?: number; now?: () => number } = {},
) =>
  createVolumeStore({
    folder,
    maxBytes: 1_000_000,
    retentionMs: 7 * dayMs,
    now: Date.now,
    uniqueText: () => String((count += 1)),
    ...more,
  });

const batchOf = (...names: readonly string[]): JournalBatch => {
  const objects = names.map((name) => deletedConfigMap(name, { data: { key: noise(300) } }));
  const [first] = objects;
  assert.ok(first);
  const options = { time: "2026-03-01T10:00:05Z", includeSecretData: false };
  return {
    cause: first.cause,
    run: first.run,
    lines: objects.map((object) => JSON.stringify(buildJournalEntry(object, options))),
  };
};

const stored = async () => {
  const files = (await readdir(folder)).sort();
  const contents = await Promise.all(files.map((file) => readFile(join(folder, file))));
  return contents.map((content) => entriesIn(content).map(({ manifest }) => manifest.metadata.name));
};

test("batches are appended to one file, and each is there when the store says so", async () => {
  const store = openStore();
  await store.append(batchOf("a", "b"));
  assert.deepEqual(await stored(), [["a", "b"]]);
  await store.append(batchOf("c"));
  assert.deepEqual(await stored(), [["a", "b", "c"]]);
  await store.close();
});

test("a file that is large enough is followed by another, and so is that of an earlier process", async () => {
  const store = openStore({ segmentBytes: 100 });
  await store.append(batchOf("a"));
  await store.append(batchOf("b"));
  await store.close();
  const next = openStore();
  await next.append(batchOf("c"));
  await next.close();
  assert.deepEqual((await stored()).flat().sort(), ["a", "b", "c"]);
  assert.equal((await readdir(folder)).length, 3);
});

test("a full journal refuses, and removes only what is older than the retention", async () => {
  const one = openStore();
  await one.append(batchOf("old"));
  await one.close();
  const { bytes } = one;
  const store = openStore({ maxBytes: Math.floor(bytes * 2.5), segmentBytes: 1 });
  await store.append(batchOf("new"));
  await assert.rejects(store.append(batchOf("next")), { name: "JournalFailure", reason: "full" });
  assert.deepEqual((await stored()).flat().sort(), ["new", "old"]);
  const [oldest] = (await readdir(folder)).sort();
  const past = (Date.now() - 8 * dayMs) / 1000;
  await utimes(join(folder, oldest ?? ""), past, past);
  await store.append(batchOf("next"));
  assert.deepEqual((await stored()).flat().sort(), ["new", "next"]);
  await store.close();
});

test("what is older than the retention goes even where there is room, the open file included", async () => {
  let nowMs = Date.now();
  const store = openStore({ now: () => nowMs });
  await store.append(batchOf("a"));
  nowMs += 8 * dayMs;
  await store.prune();
  assert.deepEqual(await stored(), []);
  await store.append(batchOf("b"));
  assert.deepEqual(await stored(), [["b"]]);
  await store.close();
});

test("a folder that cannot be written is a failure that says so, until it can", async () => {
  const path = join(folder, "journal");
  await writeFile(path, "a file where the folder should be");
  const store = openStore({ folder: path });
  await assert.rejects(store.append(batchOf("a")), /journal cannot be written: .*(EEXIST|ENOTDIR)/);
  await rm(path);
  await store.append(batchOf("a"));
  assert.equal((await readdir(path)).length, 1);
  await store.close();
});

test("files of others are left alone", async () => {
  await appendFile(join(folder, "notes.txt"), "mine");
  const store = openStore({ now: () => Date.now() + 30 * dayMs });
  await store.prune();
  assert.deepEqual(await readdir(folder), ["notes.txt"]);
});
