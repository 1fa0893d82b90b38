import assert from "node:assert/strict";
import { test } from "node:test";
import { JournalFailure } from "#engine/cleanup/journal/journal-failure.ts";
import { WriteFenced } from "#kube/client/api-error.ts";
import { createJournal } from "./create-journal.ts";
import type { JournalBatch, JournalStore } from "./journal-store.ts";
import { deletedConfigMap } from "./journal-world.fixture.ts";

interface World {
  readonly batches: JournalBatch[];
  readonly failures: JournalFailure[];
  kept: number;
  append: (batch: JournalBatch) => Promise<void>;
}

const openWorld = () => {
  const world: World = { batches: [], failures: [], kept: 0, append: () => Promise.resolve() };
  const store: JournalStore = {
    append: async (batch) => {
      world.batches.push(batch);
      await world.append(batch);
    },
    prune: () => Promise.resolve(),
    bytes: 0,
    close: () => Promise.resolve(),
  };
  const journal = createJournal({
    store,
    includeSecretData: false,
    time: () => "2026-03-01T10:00:05Z",
    observer: {
      kept: (count) => void (world.kept += count),
      failed: (failure) => void world.failures.push(failure),
    },
  });
  return { world, journal };
};

const namesIn = ({ lines }: JournalBatch): readonly string[] =>
  lines.map(
    (line) => (JSON.parse(line) as { manifest: { metadata: { name: string } } }).manifest.metadata.name,
  );

test("what comes while a batch is written goes with the next, by run", async () => {
  const { world, journal } = openWorld();
  const first = Promise.withResolvers<void>();
  world.append = () => first.promise;
  const kept = [
    journal.keep([deletedConfigMap("a")]),
    journal.keep([deletedConfigMap("b")]),
    journal.keep([deletedConfigMap("c", { run: "2026-03-01T11:00:00Z" })]),
    journal.keep([deletedConfigMap("d")]),
  ];
  first.resolve();
  await Promise.all(kept);
  assert.deepEqual(world.batches.map(namesIn), [["a"], ["b", "d"], ["c"]]);
  assert.equal(world.kept, 4);
  await journal.keep([deletedConfigMap("later")]);
  assert.deepEqual(namesIn(world.batches[3] ?? { cause: { kind: "", name: "" }, run: "", lines: [] }), [
    "later",
  ]);
});

test("nothing to keep is kept, and does not keep the next from being written", async () => {
  const { world, journal } = openWorld();
  await journal.keep([]);
  await journal.keep([deletedConfigMap("a")]);
  assert.equal(world.batches.length, 1);
});

test("keep resolves only when the entry is safe", async () => {
  const { world, journal } = openWorld();
  const disk = Promise.withResolvers<void>();
  world.append = () => disk.promise;
  let safe = false;
  const kept = journal.keep([deletedConfigMap("a")]).then(() => (safe = true));
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(safe, false);
  disk.resolve();
  await kept;
  assert.equal(safe, true);
});

test("a batch that cannot be written fails as a whole, and the next is tried", async () => {
  const { world, journal } = openWorld();
  world.append = () => Promise.reject(new Error("disk on fire"));
  await assert.rejects(journal.keep([deletedConfigMap("a"), deletedConfigMap("b")]), {
    name: "JournalFailure",
    reason: "unavailable",
    message: "disk on fire",
  });
  assert.equal(world.failures.length, 1);
  world.append = () => Promise.resolve();
  await journal.keep([deletedConfigMap("a")]);
  assert.equal(world.kept, 1);
});

test("one object that is too large does not take those beside it along", async () => {
  const { world, journal } = openWorld();
  world.append = (batch) =>
    namesIn(batch).includes("huge")
      ? Promise.reject(new JournalFailure("too large", "it is too large"))
      : Promise.resolve();
  const outcomes = await Promise.allSettled(
    ["a", "huge", "b", "c"].map((name) => journal.keep([deletedConfigMap(name)])),
  );
  assert.deepEqual(
    outcomes.map(({ status }) => status),
    ["fulfilled", "rejected", "fulfilled", "fulfilled"],
  );
  assert.deepEqual(
    world.failures.map(({ reason }) => reason),
    ["too large"],
  );
});

test("a Lease that may have lapsed ends the run as it always does", async () => {
  const { world, journal } = openWorld();
  const fenced = new WriteFenced("the lease may have lapsed");
  world.append = () => Promise.reject(fenced);
  await assert.rejects(journal.keep([deletedConfigMap("a")]), (error) => error === fenced);
  assert.deepEqual(world.failures, []);
});

test("after the end nothing is kept, so nothing is deleted", async () => {
  const { journal } = openWorld();
  await journal.stop();
  await assert.rejects(journal.keep([deletedConfigMap("a")]), /the process stops/);
});
