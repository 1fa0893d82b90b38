import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { KubeObject } from "#api/meta/object-meta.ts";
import type { Source, SourceHandlers } from "#kube/list-watch/source.ts";
import type { ContextEpoch } from "./context-epoch.ts";
import { builtIn } from "./fake-cluster.fixture.ts";
import { KindScan } from "./kind-scan.ts";
import type { KindScanDeps } from "./kind-scan.ts";
import { pod } from "./scan-world.fixture.ts";
import type { ScanPolicy } from "./scan-policy.ts";
import type { Candidate } from "./verdict-writer.ts";

/** A verdict on its way: the test says how it ends. */
interface Write {
  readonly candidate: Candidate;
  readonly filter: unknown;
  end(settled?: boolean): void;
  fail(error: Error): void;
}

const policies = (...keys: string[]): ReadonlyMap<string, ScanPolicy> =>
  new Map(keys.map((key) => [key, { key, compiled: { readsStatus: false } } as ScanPolicy]));
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

function setUp(more: Partial<KindScanDeps> = {}) {
  let handlers: SourceHandlers | undefined;
  const writes: Write[] = [];
  const gone: string[] = [];
  const failed: string[] = [];
  const scan = new KindScan(builtIn.pods, policies("p"), {
    readsStatus: ({ compiled }) => compiled.readsStatus,
    openSource: (type, given) => {
      handlers = given;
      const stop = (): Promise<void> => Promise.resolve();
      return {
        selection: { type },
        state: () => ({ kind: "live" }),
        relist: () => {},
        stop,
      } satisfies Source;
    },
    writer: {
      write: (candidate, filter) =>
        new Promise((resolve, reject) => {
          writes.push({ candidate, filter, end: (settled = true) => resolve(settled), fail: reject });
        }),
      judgeOnly: () => Promise.resolve([]),
    },
    seenHash: ({ metadata, spec }, withStatus) => JSON.stringify([metadata["labels"], spec, withStatus]),
    namespaces: { of: () => undefined, peek: () => undefined },
    inputVersion: () => 0,
    isLeftOut: () => false,
    eventEpoch: () => ({}) as ContextEpoch,
    newEpoch: () => ({}) as ContextEpoch,
    slice: () => undefined,
    rejudge: (uid) => failed.push(uid),
    ownerGone: (uid) => gone.push(uid),
    onSynced: () => Promise.resolve(),
    onState: () => {},
    signal: new AbortController().signal,
    ...more,
  });
  scan.start();
  assert.ok(handlers);
  const told = handlers;
  told.onListStart(1);
  const page = (objects: KubeObject[], epoch = 1): Promise<void> =>
    told.onPage(objects, { epoch, superseded: () => false });
  const event = (object: KubeObject, type: "MODIFIED" | "DELETED" = "MODIFIED"): Promise<void> =>
    told.onEvent(type, object, 1);
  return { scan, writes, gone, failed, page, event, onSynced: (epoch: number) => told.onSynced(epoch) };
}

const of = (writes: readonly Write[], index: number): Write => {
  const write = writes[index];
  assert.ok(write);
  return write;
};

describe("what is judged of a kind", () => {
  it("judges an object of a page, and not again where an event shows what was seen", async () => {
    const { writes, page, event } = setUp();
    const listed = page([pod("a", "red")]);
    await turn();
    await event(pod("a", "red"));
    assert.equal(writes.length, 1);
    assert.equal(of(writes, 0).candidate.superseded(), false);
    of(writes, 0).end();
    await listed;
  });

  it("lets an event overtake the page that is being judged", async () => {
    const { writes, page, event } = setUp();
    void page([pod("a", "red")]);
    await turn();
    void event(pod("a", "blue"));
    await turn();
    assert.deepEqual(
      writes.map(({ candidate }) => candidate.superseded()),
      [true, false],
    );
  });

  it("writes nothing of an object that went while it was judged", async () => {
    const { writes, gone, event } = setUp();
    void event(pod("a", "red"));
    await turn();
    await event(pod("a", "red"), "DELETED");
    assert.equal(of(writes, 0).candidate.superseded(), true);
    assert.deepEqual(gone, ["a"]);
  });

  it("takes for gone what a new list does not show", async () => {
    const { writes, gone, page, onSynced } = setUp();
    const listed = page([pod("a", "red"), pod("b", "red")]);
    await turn();
    for (const write of writes) write.end();
    await listed;
    await page([pod("b", "red")], 2);
    await onSynced(2);
    assert.deepEqual([gone, writes.length], [["a"], 2]);
  });

  it("keeps a list that began before an event from judging the object", async () => {
    const { scan, writes, event } = setUp();
    void event(pod("a", "red"));
    await turn();
    const since = scan.table.changeNumber;
    void scan.judgeListed([pod("a", "red")], new Set(["p"]), {} as ContextEpoch, since);
    await turn();
    assert.equal(writes.length, 2);
    void event(pod("a", "blue"));
    await turn();
    void scan.judgeListed([pod("a", "red")], new Set(["p"]), {} as ContextEpoch, since);
    await turn();
    assert.equal(writes.length, 3);
    assert.equal(of(writes, 1).candidate.superseded(), true);
  });

  it("leaves objects to the watch that it did not tell of", async () => {
    const { scan, writes } = setUp();
    await scan.judgeListed([pod("a", "red")], "all", {} as ContextEpoch, 0);
    assert.equal(writes.length, 0);
  });

  it("judges again at once, and by all, what was judged by inputs that are no more", async () => {
    const { scan, writes, event } = setUp();
    void event(pod("a", "red"));
    await turn();
    const { candidate } = of(writes, 0);
    assert.equal(candidate.outdated(), false);
    scan.setPolicies(policies("q"));
    assert.equal(candidate.outdated(), true);
    of(writes, 0).end(false);
    await turn();
    assert.deepEqual([...of(writes, 1).candidate.policies.keys()], ["q"]);
    assert.equal(of(writes, 1).filter, "all");
  });

  it("counts labels of the namespace and watched data as inputs", async () => {
    let labels = { env: "test" };
    let version = 0;
    const { writes, event } = setUp({
      namespaces: { of: () => labels, peek: () => labels },
      inputVersion: () => version,
    });
    void event(pod("a", "red"));
    void event(pod("b", "red"));
    await turn();
    const outdated = (): boolean[] => writes.map(({ candidate }) => candidate.outdated());
    assert.deepEqual(outdated(), [false, false]);
    labels = { env: "prod" };
    assert.deepEqual(outdated(), [true, true]);
    void event(pod("c", "red"));
    await turn();
    version += 1;
    assert.equal(of(writes, 2).candidate.outdated(), true);
  });

  it("keeps what is judged current while a plan brings the same policies", async () => {
    const { scan, writes, event } = setUp();
    void event(pod("a", "red"));
    await turn();
    scan.setPolicies(new Map(scan.policies));
    assert.equal(of(writes, 0).candidate.outdated(), false);
  });

  it("gives up for now where inputs change again and again", async () => {
    const { writes, failed, event } = setUp();
    void event(pod("a", "red"));
    for (let attempt = 0; attempt < 10; attempt += 1) {
      await turn();
      of(writes, attempt).end(false);
    }
    await turn();
    assert.deepEqual([writes.length, failed], [10, ["a"]]);
  });

  it("has an object judged later where judging failed", async () => {
    const { writes, failed, event } = setUp();
    void event(pod("a", "red"));
    await turn();
    of(writes, 0).fail(new Error("no"));
    await turn();
    assert.deepEqual(failed, ["a"]);
  });

  it("takes no more events while many wait, and goes on when one is done", async () => {
    const { writes, event } = setUp();
    let taken = 0;
    for (let index = 0; index < 64; index += 1) void event(pod(`p${index}`, "red")).then(() => (taken += 1));
    await turn();
    assert.equal(taken, 63);
    of(writes, 5).end();
    await turn();
    assert.equal(taken, 64);
  });

  it("writes nothing any more when it ends, whatever is under way, and ends without waiting for it", async () => {
    const { scan, writes, page, failed } = setUp();
    void page([pod("a", "red")]);
    await turn();
    await scan.stop();
    const { candidate } = of(writes, 0);
    assert.deepEqual([candidate.superseded(), candidate.signal.aborted], [true, true]);
    of(writes, 0).fail(new Error("aborted"));
    await turn();
    assert.deepEqual(failed, []);
  });

  it("judges what is left out by nobody", async () => {
    const { writes, event } = setUp({ isLeftOut: () => true });
    void event(pod("a", "red"));
    await turn();
    assert.equal(of(writes, 0).candidate.policies.size, 0);
  });
});
