import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { pod, ref, result, start, statuses, urgent } from "./keeper.fixture.ts";

describe("report keeper: others' edits", () => {
  it("takes its own writes for echoes, whether they come before the answer or late", async () => {
    const { store, keeper, rejudged, settle } = start();
    await keeper.start();
    await store.relist();
    await keeper.put(pod("u1"), [result("a")], urgent);
    await keeper.idle();
    await keeper.put(pod("u1"), [result("a", "fail")], urgent);
    await keeper.idle();
    await store.deliver();
    // The event before the answer: the fake stores at once and answers a lost request late.
    await keeper.put(pod("u1"), [result("a", "skip")], urgent);
    await settle();
    await store.deliver();
    await keeper.put(pod("u1"), [], urgent);
    await keeper.idle();
    await keeper.put(pod("u1"), [result("a")], urgent);
    await keeper.idle();
    await store.deliver();
    assert.deepEqual(rejudged, []);
    assert.equal(store.count("get"), 0);
    await keeper.stop();
  });

  it("marks a report that others changed, asks for a verdict, and repairs it although hashes are equal", async () => {
    const { store, keeper, rejudged } = start();
    await keeper.start();
    await keeper.put(pod("u1"), [result("a")], urgent);
    await keeper.idle();
    await store.deliver();
    store.edit("u1", (object) => {
      object["results"] = [];
    });
    await store.deliver();
    assert.deepEqual(rejudged, ["u1"]);
    assert.equal(keeper.differs("u1", ref("a"), [result("a")]), true);
    assert.equal(await keeper.put(pod("u1"), [result("a")], urgent), true);
    await keeper.idle();
    assert.deepEqual(statuses(store, "u1"), ["a=pass"]);
    await keeper.stop();
  });

  it("only reads where the edit changed nothing that counts", async () => {
    const { store, keeper, observed } = start();
    await keeper.start();
    await keeper.put(pod("u1"), [result("a")], urgent);
    await keeper.idle();
    await store.deliver();
    store.edit("u1", (object) => {
      object.metadata["annotations"] = { note: "mine" };
    });
    await store.deliver();
    await keeper.put(pod("u1"), [result("a")], urgent);
    await keeper.idle();
    assert.deepEqual(observed, ["create", "unchanged"]);
    assert.equal(keeper.stats().marked, 0);
    await keeper.stop();
  });

  it("posts a report again that others deleted while its object lives", async () => {
    const { store, keeper, rejudged } = start();
    await keeper.start();
    await keeper.put(pod("u1"), [result("a")], urgent);
    await keeper.idle();
    await store.deliver();
    store.drop("u1");
    await store.deliver();
    assert.deepEqual(rejudged, ["u1"]);
    await keeper.put(pod("u1"), [result("a")], urgent);
    await keeper.idle();
    assert.deepEqual(statuses(store, "u1"), ["a=pass"]);
    await keeper.stop();
  });

  it("finds what was edited and deleted while the watch was blind", async () => {
    const { store, keeper, rejudged } = start();
    await keeper.start();
    await keeper.put(pod("u1"), [result("a")], urgent);
    await keeper.put(pod("u2"), [result("a")], urgent);
    await keeper.put(pod("u3"), [result("a")], urgent);
    await keeper.idle();
    store.edit("u1", (object) => {
      object["results"] = [];
    });
    store.drop("u2");
    await store.relist();
    assert.deepEqual(rejudged.toSorted(), ["u1", "u2"]);
    await keeper.stop();
  });
});
