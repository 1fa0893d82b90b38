import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test } from "node:test";
import { configMap, configMaps, serve } from "./devserver.fixture.ts";
import { listAt, numberAt, textAt, valueAt } from "./json/json.ts";
import { startDevserver } from "./start-devserver.ts";

const namesOf = (list: unknown): readonly string[] =>
  listAt(list, "items").map((item) => textAt(item, "metadata", "name"));
const pages = { controllers: false };

describe("lists", () => {
  test("pages show the moment of the first one, whatever is written meanwhile", async (t) => {
    const server = await serve(t, pages);
    for (const name of ["a", "b", "c"]) await server.request("POST", configMaps, configMap(name));
    const first = await server.request("GET", `${configMaps}?limit=2`);
    assert.deepEqual(namesOf(first.body), ["a", "b"]);
    assert.equal(numberAt(first.body, "metadata", "remainingItemCount"), 1);
    await server.request("DELETE", `${configMaps}/c`);
    await server.request("POST", configMaps, configMap("d"));
    const token = textAt(first.body, "metadata", "continue");
    const second = await server.request("GET", `${configMaps}?limit=2&continue=${token}`);
    assert.deepEqual(namesOf(second.body), ["c"]);
  });

  test("a token of a forgotten moment is answered with 410 and one that goes on now", async (t) => {
    const server = await serve(t, pages);
    for (const name of ["a", "b"]) await server.request("POST", configMaps, configMap(name));
    const first = await server.request("GET", `${configMaps}?limit=1`);
    await server.request("POST", configMaps, configMap("c"));
    server.compact();
    const gone = await server.request(
      "GET",
      `${configMaps}?continue=${textAt(first.body, "metadata", "continue")}`,
    );
    assert.equal(gone.code, 410);
    const rest = await server.request(
      "GET",
      `${configMaps}?continue=${textAt(gone.body, "metadata", "continue")}`,
    );
    assert.deepEqual(namesOf(rest.body), ["b", "c"]);
  });

  test("resourceVersion 0 knows no pages, and one of the future is a time-out", async (t) => {
    const server = await serve(t, pages);
    for (const name of ["a", "b"]) await server.request("POST", configMaps, configMap(name));
    assert.deepEqual(namesOf((await server.request("GET", `${configMaps}?limit=1&resourceVersion=0`)).body), [
      "a",
      "b",
    ]);
    const future = await server.request("GET", `${configMaps}?resourceVersion=${server.revision() + 100}`);
    assert.equal(future.code, 504);
    assert.equal(textAt(listAt(future.body, "details", "causes")[0], "reason"), "ResourceVersionTooLarge");
  });

  test("metadata alone has no data", async (t) => {
    const server = await serve(t, pages);
    await server.request("POST", configMaps, configMap("a", { x: "y" }));
    const accept = "application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io";
    const { body } = await server.request("GET", configMaps, undefined, { accept });
    assert.equal(body["kind"], "PartialObjectMetadataList");
    assert.equal(valueAt(listAt(body, "items")[0], "data"), undefined);
  });
});

describe("watches", () => {
  test("an object that stops matching the selector is told of as deleted", async (t) => {
    const server = await serve(t, pages);
    const events = server.watch(
      `${configMaps}?watch=true&labelSelector=show=yes&resourceVersion=${server.revision()}`,
    );
    const next = events.next();
    const labelled = { ...configMap("a"), metadata: { name: "a", labels: { show: "yes" } } };
    await server.request("POST", configMaps, labelled);
    assert.equal((await next).value?.type, "ADDED");
    await server.request("PUT", `${configMaps}/a`, configMap("a"));
    assert.equal((await events.next()).value?.type, "DELETED");
  });

  test("initial events end with a bookmark that says so", async (t) => {
    const server = await serve(t, pages);
    await server.request("POST", configMaps, configMap("a"));
    const query =
      "watch=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true";
    const events = server.watch(`${configMaps}?${query}`);
    assert.equal((await events.next()).value?.type, "ADDED");
    const bookmark = (await events.next()).value;
    assert.equal(bookmark?.type, "BOOKMARK");
    assert.equal(textAt(bookmark?.object, "metadata", "annotations", "k8s.io/initial-events-end"), "true");
    assert.equal(textAt(bookmark?.object, "metadata", "resourceVersion"), String(server.revision()));
  });

  test("a revision that is forgotten is one ERROR event with 410", async (t) => {
    const server = await serve(t, pages);
    const before = server.revision();
    await server.request("POST", configMaps, configMap("a"));
    server.compact();
    const event = (await server.watch(`${configMaps}?watch=true&resourceVersion=${before}`).next()).value;
    assert.equal(event?.type, "ERROR");
    assert.equal(event?.object["code"], 410);
  });
});

describe("faults", () => {
  test("a status answers so many requests, with Retry-After, and no more", async (t) => {
    const server = await serve(t, pages);
    const match = { verb: "list", resource: "configmaps" };
    server.faults.add({ match, effect: { kind: "status", code: 429, retryAfterSeconds: 3 }, times: 1 });
    const refused = await server.request("GET", configMaps);
    assert.equal(refused.code, 429);
    assert.equal(refused.headers.get("retry-after"), "3");
    assert.equal((await server.request("GET", configMaps)).code, 200);
  });

  test("a cut connection fails the request, before or within the answer", async (t) => {
    const server = await serve(t, pages);
    for (const effect of [{ kind: "cut" }, { kind: "cut", afterBytes: 50 }] as const) {
      const lift = server.faults.add({ match: { verb: "list" }, effect });
      await assert.rejects(server.request("GET", configMaps));
      lift();
    }
    assert.equal((await server.request("GET", configMaps)).code, 200);
  });

  test("an open watch that is silenced sends nothing, and again when the fault is lifted", async (t) => {
    const server = await serve(t, pages);
    const events = server.watch(`${configMaps}?watch=true&resourceVersion=${server.revision()}`);
    const next = events.next();
    const lift = server.faults.add({ match: { verb: "watch" }, effect: { kind: "silence" } });
    await server.request("POST", configMaps, configMap("unheard"));
    lift();
    await server.request("POST", configMaps, configMap("heard"));
    assert.equal(textAt((await next).value?.object, "metadata", "name"), "heard");
  });

  test("a delayed answer comes", async (t) => {
    const server = await serve(t, { ...pages, faults: [{ effect: { kind: "delay", ms: 5 }, times: 1 }] });
    assert.equal((await server.request("GET", configMaps)).code, 200);
  });
});

describe("the server itself", () => {
  test("nobody without a token is answered, and what is not implemented is named", async (t) => {
    const server = await serve(t, pages);
    assert.equal((await server.request("GET", configMaps, undefined, { authorization: "" })).code, 401);
    assert.equal((await server.request("GET", "/readyz", undefined, { authorization: "" })).code, 200);
    const log = await server.request("GET", "/api/v1/namespaces/default/pods/p/log");
    assert.equal(log.code, 501);
    assert.match(textAt(log.body, "message"), /does not implement pods\/log/);
  });

  test("it serves again at the same address with the same data, and a taken port is an error", async (t) => {
    const server = await serve(t, pages);
    await server.request("POST", configMaps, configMap("a"));
    await server.disconnect();
    await assert.rejects(server.request("GET", configMaps));
    await server.reconnect();
    assert.equal((await server.request("GET", `${configMaps}/a`)).code, 200);
    await assert.rejects(startDevserver({ port: Number(new URL(server.url).port) }), /EADDRINUSE/);
  });

  test("a snapshot brings everything back: objects, kinds and revisions", async (t) => {
    const folder = await mkdtemp(join(tmpdir(), "devserver-"));
    t.after(() => rm(folder, { recursive: true, force: true }));
    const snapshotFile = join(folder, "snapshot.json");
    const first = await serve(t, { snapshotFile });
    await first.request("POST", configMaps, configMap("a"));
    const revision = first.revision();
    await first.stop();
    const second = await serve(t, { snapshotFile });
    assert.equal(second.revision() >= revision, true);
    assert.equal((await second.request("GET", `${configMaps}/a`)).code, 200);
    await second.stop();
  });

  test("time is what the clock says", async (t) => {
    const server = await serve(t, { ...pages, now: () => Date.parse("2030-01-02T03:04:05Z") });
    const { body } = await server.request("POST", configMaps, configMap("a"));
    assert.equal(textAt(body, "metadata", "creationTimestamp"), "2030-01-02T03:04:05Z");
  });
});
