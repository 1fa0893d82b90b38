import assert from "node:assert/strict";
import { describe } from "node:test";
import { TtlWorld, labelled } from "./ttl-world.ts";
import { pitfall } from "./pitfalls.ts";

const minuteMs = 60_000;

describe("the label that gives a time to live", () => {
  pitfall("a lifetime counts from the labelling", async () => {
    const world = new TtlWorld();
    await world.show(labelled("old", "1h", { created: "2025-12-31T00:00:00Z" }));
    const from = { "cleanup.rearguard.io/ttl-from": "2026-01-01T00:00:00Z" };
    await world.show(labelled("renewed", "1h", { created: "2025-12-31T00:00:00Z", annotations: from }));
    await world.clock.advance(1_000);
    assert.deepEqual(world.deleted, ["old"]);
    await world.clock.advance(60 * minuteMs);
    assert.deepEqual(world.deleted, ["old", "renewed"]);
    await world.stop();
  });

  pitfall("an overflowing lifetime deletes at once", async () => {
    const world = new TtlWorld();
    for (const value of ["106752d", "999999d", "2562048h", "forever"])
      await world.show(labelled(value, value));
    await world.clock.advance(400 * 24 * 60 * minuteMs);
    assert.deepEqual(world.deleted, []);
    await world.stop();
  });

  pitfall("a hiccup of discovery ends the TTL label", async () => {
    const world = new TtlWorld();
    world.types = () => {
      throw new Error("the server is currently unable to handle the request");
    };
    world.controller.kindsChanged();
    await world.clock.settle();
    world.types = () => [];
    world.controller.kindsChanged();
    await world.clock.settle();
    assert.equal(world.sources.size, 0, "the kind is gone, and so is its watch");
    world.types = () => world.served;
    world.controller.kindsChanged();
    await world.clock.settle();
    await world.show(labelled("a", "1s"));
    await world.clock.advance(2_000);
    assert.deepEqual(world.deleted, ["a"]);
    await world.stop();
  });

  pitfall("rights in one namespace only are ignored without a word", async () => {
    const world = new TtlWorld({ mayDelete: false });
    await world.clock.settle();
    assert.deepEqual(
      world.controller.degraded().map(({ type, reason }) => [type.kind, reason]),
      [["ConfigMap", "delete is not allowed"]],
    );
    world.mayDelete = true;
    world.controller.kindsChanged();
    await world.clock.settle();
    assert.deepEqual(world.controller.degraded(), []);
    assert.equal(world.sources.size, 1);
    await world.stop();
  });

  pitfall("objects that expired long ago wait for an interval", async () => {
    const world = new TtlWorld();
    for (let index = 0; index < 500; index += 1) await world.show(labelled(`o-${index}`, "2020-01-01"));
    await world.clock.advance(100);
    assert.equal(world.deleted.length, 500);
    assert.ok(world.mostUnderWay <= world.concurrency, `${world.mostUnderWay} deletes at once`);
    await world.stop();
  });
});
