import assert from "node:assert/strict";
import { test } from "node:test";
import type { TestContext } from "node:test";
import { sendJson, sendStatus, startScriptedServer } from "#test/support/scripted-server.ts";
import { createKubeClient } from "../client/create-kube-client.ts";
import { createDiscovery } from "./create-discovery.ts";
import type { Discovery, DiscoveryOptions } from "./create-discovery.ts";

interface World {
  /** Kinds of the group test.example, version v1. */
  kinds: string[];
  /** What `/apis` answers; default: aggregated discovery. */
  mode: "aggregated" | "older" | "down";
  /** Tells the watchers of CRDs that one changed. */
  announce(): void;
  readonly watchOpened: Promise<void>;
  readonly asked: () => number;
}

async function start(t: TestContext, options: Partial<DiscoveryOptions> = {}) {
  const opened = Promise.withResolvers<void>();
  const watchers: (() => void)[] = [];
  let version = 1;
  const world: World = {
    kinds: ["Widget"],
    mode: "aggregated",
    announce: () => {
      version += 1;
      for (const watcher of watchers) watcher();
    },
    watchOpened: opened.promise,
    asked: () => server.requests.filter(({ path }) => path === "/apis").length,
  };
  const rows = () => world.kinds.map((kind) => ({ name: `${kind.toLowerCase()}s`, kind, verbs: ["list"] }));
  const server = await startScriptedServer(({ path, query }, response) => {
    const isCrd = path.endsWith("/customresourcedefinitions");
    if (isCrd && query.has("watch")) {
      response.writeHead(200).flushHeaders();
      watchers.push(() => {
        const metadata = { name: "x", uid: "x", resourceVersion: String(version) };
        response.write(`${JSON.stringify({ type: "MODIFIED", object: { metadata } })}\n`);
      });
      opened.resolve();
    } else if (isCrd) {
      sendJson(response, 200, { metadata: { resourceVersion: "1" }, items: [] });
    } else if (path.endsWith("/apiservices")) {
      sendStatus(response, 403, "Forbidden");
    } else if (world.mode === "down") {
      sendStatus(response, 500, "InternalError");
    } else if (path === "/api") {
      sendJson(response, 200, { kind: "APIVersions", versions: [] });
    } else if (path === "/apis" && world.mode === "aggregated") {
      const resources = rows().map(({ name, kind, verbs }) => ({
        resource: name,
        responseKind: { kind },
        verbs,
      }));
      sendJson(response, 200, {
        kind: "APIGroupDiscoveryList",
        items: [{ metadata: { name: "test.example" }, versions: [{ version: "v1", resources }] }],
      });
    } else if (path === "/apis") {
      const groups = ["test.example", "broken.example"].map((name) => ({
        name,
        versions: [{ version: "v1" }],
      }));
      sendJson(response, 200, { kind: "APIGroupList", groups });
    } else if (path === "/apis/test.example/v1") {
      sendJson(response, 200, { resources: rows() });
    } else {
      sendStatus(response, 503, "ServiceUnavailable");
    }
  });
  const client = createKubeClient({
    config: {
      server: server.url,
      credentials: {
        current: () => Promise.resolve({ tls: { rejectUnauthorized: true } }),
        renew: () => Promise.resolve(false),
      },
    },
    userAgent: "test",
  });
  const discovery = createDiscovery({ client, settleDelaysMs: [1, 5, 20, 50], ...options });
  t.after(async () => {
    await Promise.all([discovery.stop(), client.close(), server.close()]);
  });
  return { world, discovery };
}

const kindsOf = (discovery: Discovery): string[] => discovery.types().map(({ kind }) => kind);

function changed(discovery: Discovery): Promise<void> {
  return new Promise((done) => {
    const off = discovery.onChange(() => {
      off();
      done();
    });
  });
}

test("a changed CustomResourceDefinition makes it ask until the answer differs", async (t) => {
  const { world, discovery } = await start(t);
  await discovery.refresh();
  assert.deepEqual(kindsOf(discovery), ["Widget"]);
  await world.watchOpened;
  const before = world.asked();
  const change = changed(discovery);
  world.announce();
  while (world.asked() === before) await new Promise((done) => setImmediate(done));
  world.kinds = ["Widget", "Gadget"];
  await change;
  assert.deepEqual(kindsOf(discovery), ["Widget", "Gadget"]);
});

test("it asks by itself from time to time", async (t) => {
  const { world, discovery } = await start(t, { refreshEveryMs: 5, unwatchedRefreshEveryMs: 5 });
  await discovery.refresh();
  world.kinds = ["Other"];
  await changed(discovery);
  assert.deepEqual(kindsOf(discovery), ["Other"]);
});

test("the older form of discovery serves too, and one broken API hides no other", async (t) => {
  const { world, discovery } = await start(t);
  world.mode = "older";
  await discovery.refresh();
  assert.deepEqual(kindsOf(discovery), ["Widget"]);
  assert.deepEqual(discovery.stale(), ["broken.example/v1"]);
});

test("when the server does not answer, refresh rejects and what was known stays", async (t) => {
  const { world, discovery } = await start(t);
  await discovery.refresh();
  world.mode = "down";
  await assert.rejects(discovery.refresh(), { name: "ApiError", status: 500 });
  assert.deepEqual(kindsOf(discovery), ["Widget"]);
});

test("rows are found by what is known of them, without a version the preferred ones", async (t) => {
  const { discovery } = await start(t);
  await discovery.refresh();
  assert.equal(discovery.resolve({ kind: "Widget" })[0]?.resource, "widgets");
  assert.equal(discovery.resolve({ group: "test.example", version: "v1", resource: "widgets" }).length, 1);
  assert.equal(discovery.resolve({ kind: "Widget", version: "v2" }).length, 0);
});
