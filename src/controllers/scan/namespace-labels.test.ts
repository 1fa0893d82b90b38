import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { KubeObject } from "#api/meta/object-meta.ts";
import { createNamespaceLabels } from "./namespace-labels.ts";
import { namespace } from "./scan-world.fixture.ts";

function setUp() {
  const changes: string[] = [];
  const reads: { readonly name: string; answer(object: KubeObject | undefined): void }[] = [];
  const labels = createNamespaceLabels({
    read: (name) => new Promise((resolve) => reads.push({ name, answer: resolve })),
    onChange: (name) => changes.push(name),
  });
  return { labels, changes, reads };
}

const reborn = (object: KubeObject): KubeObject => ({
  ...object,
  metadata: { ...object.metadata, uid: "another" },
});

describe("labels of namespaces", () => {
  it("gives what the watch told, at once, and the same object while it is the same", async () => {
    const { labels, changes } = setUp();
    await labels.handlers.onEvent("ADDED", namespace("shop", { env: "prod", team: "red" }), 1);
    const known = labels.of("shop");
    assert.deepEqual(known, { env: "prod", team: "red" });
    await labels.handlers.onEvent("MODIFIED", namespace("shop", { team: "red", env: "prod" }), 1);
    assert.equal(labels.peek("shop"), known);
    assert.deepEqual(changes, []);
    await labels.handlers.onEvent("MODIFIED", namespace("shop", { env: "test" }), 1);
    assert.deepEqual(changes, ["shop"]);
  });

  it("reads a namespace that the watch has not told of, once for all who ask", async () => {
    const { labels, reads } = setUp();
    const asked = Promise.all([labels.of("shop"), labels.of("shop")]);
    assert.equal(reads.length, 1);
    reads[0]?.answer(namespace("shop", { env: "prod" }));
    const [first, second] = await asked;
    assert.deepEqual(first, { env: "prod" });
    assert.equal(second, first);
    assert.equal(labels.peek("shop"), first);
  });

  it("believes the watch and not a read that began before", async () => {
    const { labels, reads } = setUp();
    const asked = labels.of("shop");
    await labels.handlers.onEvent("ADDED", namespace("shop", { env: "new" }), 1);
    reads[0]?.answer(namespace("shop", { env: "old" }));
    assert.deepEqual(await asked, { env: "new" });
  });

  it("tells when a namespace appears that was asked for in vain", async () => {
    const { labels, reads, changes } = setUp();
    const asked = labels.of("shop");
    reads[0]?.answer(undefined);
    assert.equal(await asked, undefined);
    await labels.handlers.onEvent("ADDED", namespace("shop", { env: "prod" }), 1);
    assert.deepEqual(changes, ["shop"]);
  });

  it("forgets what is gone, but not the namespace that took its name", async () => {
    const { labels } = setUp();
    await labels.handlers.onEvent("ADDED", reborn(namespace("shop", { env: "prod" })), 1);
    await labels.handlers.onEvent("DELETED", namespace("shop"), 1);
    assert.deepEqual(labels.peek("shop"), { env: "prod" });
    await labels.handlers.onEvent("DELETED", reborn(namespace("shop")), 1);
    assert.equal(labels.peek("shop"), undefined);
  });

  it("forgets what a new list does not show", async () => {
    const { labels } = setUp();
    const page = (objects: KubeObject[], epoch: number): Promise<void> =>
      labels.handlers.onPage(objects, { epoch, superseded: () => false });
    await page([namespace("shop"), namespace("bank")], 1);
    await page([namespace("bank")], 2);
    await labels.handlers.onSynced(2);
    assert.equal(labels.size, 1);
  });
});
