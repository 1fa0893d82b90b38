import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { createTrigger, deleteTrigger, editSource } from "#test/faults/generate/acts.ts";
import type { ActWorld } from "#test/faults/generate/acts.ts";
import { compareWorld } from "#test/faults/generate/compare-world.ts";
import { Model } from "#test/faults/generate/model.ts";
import { faultKinds, planSeed, realFaults } from "#test/faults/generate/plan.ts";
import { createSeededRandom } from "#test/faults/seeded-random.ts";
import type { PersistentClient } from "#test/faults/world/persistent-client.ts";

/** Takes everything and has nothing. */
const emptyClient: PersistentClient = {
  recreate: () => Promise.resolve(),
  ensure: () => Promise.resolve(),
  merge: () => Promise.resolve(true),
  replace: () => Promise.resolve(),
  remove: () => Promise.resolve(),
  get: () => Promise.resolve(undefined),
  list: () => Promise.resolve([]),
};

const worldOf = (model: Model): ActWorld => ({
  client: emptyClient,
  model,
  random: createSeededRandom(1),
  tell: () => {},
});

describe("the model of what generation must lead to", () => {
  it("wants of a trigger what every policy makes of it, and nothing when it is gone", async () => {
    const model = new Model();
    await createTrigger(worldOf(model), "t1", { value: "a" });
    assert.deepEqual(
      [...model.expected()].map(([key, { value }]) => `${key}=${value}`),
      ["out-2/t1-c=first", "out-2/t1-d=a", "out-2/t1-g=a", "out-2/t1-o=undefined"],
    );
    await deleteTrigger(worldOf(model), "t1");
    assert.equal(model.expected().size, 0);
    assert.equal(model.mayStay("out-2", "t1-o"), true);
    assert.equal(model.mayStay("out-2", "t1-d"), false);
  });

  it("wants no copies without a source, and nothing in a namespace that is gone", async () => {
    const model = new Model();
    await createTrigger(worldOf(model), "t1", { value: "a" });
    await editSource(worldOf(model), "b");
    assert.equal(model.expected().get("out-2/t1-c")?.value, "b");
    model.source = undefined;
    assert.equal(model.expected().has("out-2/t1-c"), false);
    model.forgetNamespace("out-2");
    assert.equal(model.expected().size, 0);
    model.namespaces.add("out-2");
    // What was made once went with the namespace.
    assert.deepEqual([...model.expected().keys()], ["out-2/t1-d", "out-2/t1-g"]);
  });

  it("finds everything wrong in a world in which nothing was done", async () => {
    const model = new Model();
    await createTrigger(worldOf(model), "t1", { value: "a" });
    const differences = await compareWorld(emptyClient, model);
    assert.equal(differences.filter((one) => one.startsWith("lost:")).length, 4);
    assert.equal(differences.filter((one) => one.startsWith("wrongly deleted:")).length, 2);
    assert.equal(differences.filter((one) => one.startsWith("stale:")).length, 20);
  });

  it("is about every fault, and on a real control plane about those that it can have", () => {
    const seeds = Array.from({ length: 20 }, (_, index) => index + 1);
    assert.deepEqual(new Set(seeds.map((seed) => planSeed(seed).fault)), new Set(faultKinds));
    assert.deepEqual(new Set(seeds.map((seed) => planSeed(seed, realFaults).fault)), new Set(realFaults));
  });
});
