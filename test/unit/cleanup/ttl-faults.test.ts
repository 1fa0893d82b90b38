import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { WriteFenced } from "#kube/client/api-error.ts";
import { JournalFailure } from "#engine/cleanup/journal/journal-failure.ts";
import { labelled, refusal, TtlWorld } from "./ttl-world.ts";

const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;

describe("values of the label", () => {
  const cases: readonly (readonly [value: string, afterMs: number | "never"])[] = [
    ["0s", 0],
    ["0", 0],
    ["-5m", 0],
    ["-300y", "never"],
    ["1999-12-31", 0],
    ["2025-12-31T235959Z", 0],
    ["2628000h", "never"],
    ["2190000h", "never"],
    ["109500d", "never"],
    ["garbage", "never"],
    ["1.5d", "never"],
    ["", "never"],
    ["99999999999999999999999999999999999999", "never"],
    ["10s", 10_000],
    ["2026-01-01T000100Z", minuteMs],
  ];
  for (const [value, afterMs] of cases) {
    it(`${JSON.stringify(value)}: ${afterMs === "never" ? "it stays" : `it goes after ${afterMs / 1000} s`}`, async () => {
      const world = new TtlWorld();
      await world.show(labelled("a", value));
      if (typeof afterMs === "number" && afterMs > 0) {
        await world.clock.advance(afterMs - 1);
        assert.deepEqual(world.deleted, [], "not before its time");
      }
      await world.clock.advance(afterMs === "never" ? 10 * dayMs : 1_000);
      assert.deepEqual(world.deleted, afterMs === "never" ? [] : ["a"]);
      assert.ok(world.notes.length <= 1, world.notes.join("; "));
      await world.stop();
    });
  }
});

describe("the label under faults", () => {
  it("counts on when the clock is set, in both directions", async () => {
    const world = new TtlWorld();
    await world.show(labelled("a", "2h"));
    await world.clock.advance(minuteMs);
    world.clock.shiftWallClock(-60 * minuteMs);
    await world.clock.advance(150 * minuteMs);
    assert.deepEqual(world.deleted, [], "by the clock that is now, it has half an hour");
    await world.clock.advance(31 * minuteMs);
    assert.deepEqual(world.deleted, ["a"]);
    await world.show(labelled("b", "10h"));
    world.clock.shiftWallClock(60 * 60 * minuteMs);
    await world.clock.advance(minuteMs);
    assert.deepEqual(world.deleted, ["a", "b"]);
    await world.stop();
  });

  it("lets an object live whose time is put off while it is being deleted", async () => {
    const world = new TtlWorld();
    await world.show(labelled("a", "1s"));
    world.before = () => {
      world.before = () => {};
      void world.show(labelled("a", "1h"));
    };
    await world.clock.advance(50 * minuteMs);
    assert.deepEqual(world.deleted, []);
    await world.clock.advance(11 * minuteMs);
    assert.deepEqual(world.deleted, ["a"]);
    await world.stop();
  });

  it("never deletes another object of that name", async () => {
    const world = new TtlWorld();
    await world.show(labelled("a", "1s"));
    const { metadata, ...rest } = labelled("a", "1h");
    world.objects.set("a", { ...rest, metadata: { ...metadata, uid: "another" } });
    await world.clock.advance(30 * minuteMs);
    assert.deepEqual(world.deleted, []);
    await world.stop();
  });

  it("tries a refused delete again, less and less often, and lets the others go", async () => {
    const world = new TtlWorld();
    let tries = 0;
    world.before = (name) => {
      if (name === "denied" && ++tries < 100) throw refusal(400, "denied the request");
    };
    for (const name of ["denied", "free"]) await world.show(labelled(name, "1s"));
    await world.clock.advance(60 * minuteMs);
    assert.deepEqual(world.deleted, ["free"]);
    assert.ok(tries > 5 && tries < 30, `${tries} tries in an hour`);
    tries = 100;
    await world.clock.advance(6 * minuteMs);
    assert.deepEqual(world.deleted, ["free", "denied"]);
    await world.stop();
  });

  it("deletes nothing in a namespace of which nothing is known yet, nor in a marked one", async () => {
    const world = new TtlWorld();
    for (const namespace of ["late", "marked"])
      await world.show(labelled(`in-${namespace}`, "1s", { namespace }));
    world.namespaces.set("marked", { labels: {}, annotations: { "cleanup.rearguard.io/protect": "never" } });
    await world.clock.advance(5 * minuteMs);
    assert.deepEqual(world.deleted, []);
    world.namespaces.set("late", { labels: {}, annotations: {} });
    await world.clock.advance(6 * minuteMs);
    assert.deepEqual(world.deleted, ["in-late"]);
    await world.stop();
  });

  it("obeys a list of namespaces at all times: one that is taken off it keeps what waits there", async () => {
    const world = new TtlWorld();
    world.scope = { kinds: [], namespaces: ["shop"] };
    await world.show(labelled("a", "10m"));
    world.scope = { kinds: [], namespaces: ["other"] };
    await world.clock.advance(30 * minuteMs);
    assert.deepEqual(world.deleted, []);
    world.scope = { kinds: [], namespaces: [] };
    await world.clock.advance(2 * minuteMs);
    assert.deepEqual(world.deleted, ["a"]);
    await world.stop();
  });

  it("sends no delete once the Lease may have lapsed", async () => {
    const world = new TtlWorld();
    for (let index = 0; index < 50; index += 1) await world.show(labelled(`o-${index}`, "1s"));
    world.before = () => {
      if (world.deleted.length >= 10) throw new WriteFenced();
    };
    await world.clock.advance(10 * minuteMs);
    assert.ok(world.deleted.length < 10 + world.concurrency, `${world.deleted.length} went`);
    await world.stop();
  });

  it("keeps everything while the journal is full", async () => {
    let isFull = true;
    const world = new TtlWorld({
      journal: {
        keep: () => (isFull ? Promise.reject(new JournalFailure("full", "full")) : Promise.resolve()),
      },
    });
    for (let index = 0; index < 20; index += 1) await world.show(labelled(`o-${index}`, "1s"));
    await world.clock.advance(10 * minuteMs);
    assert.deepEqual(world.deleted, []);
    isFull = false;
    await world.clock.advance(6 * minuteMs);
    assert.equal(world.deleted.length, 20);
    await world.stop();
  });
});
