import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { configMap, configMaps, serve } from "../devserver.fixture.ts";
import { listAt, numberAt, textAt, valueAt } from "../json/json.ts";

const quiet = { controllers: false };
const mergeType = { "content-type": "application/merge-patch+json" };
const deployments = "/apis/apps/v1/namespaces/default/deployments";
const deployment = {
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name: "web" },
  spec: {
    replicas: 1,
    selector: { matchLabels: { app: "web" } },
    template: { metadata: { labels: { app: "web" } }, spec: { containers: [{ name: "c", image: "i:1" }] } },
  },
  status: { replicas: 9 },
};

describe("creating", () => {
  test("generateName makes names that differ", async (t) => {
    const server = await serve(t, quiet);
    const made = { ...configMap(""), metadata: { generateName: "made-" } };
    const names = new Set<string>();
    for (let i = 0; i < 5; i += 1) {
      const { code, body } = await server.request("POST", configMaps, made);
      assert.equal(code, 201);
      names.add(textAt(body, "metadata", "name"));
    }
    assert.equal(names.size, 5);
    assert.ok([...names].every((name) => /^made-[a-z0-9]{5}$/.test(name)));
  });

  test("a dry run answers as a write and stores nothing", async (t) => {
    const server = await serve(t, quiet);
    const before = server.revision();
    const { code } = await server.request("POST", `${configMaps}?dryRun=All`, configMap("a"));
    assert.equal(code, 201);
    assert.equal(server.revision(), before);
    assert.equal((await server.request("GET", `${configMaps}/a`)).code, 404);
  });

  test("unknown fields are warned of, refused or ignored, as the request says", async (t) => {
    const server = await serve(t, quiet);
    const odd = (name: string): object => ({ ...configMap(name), odd: 1 });
    const warned = await server.request("POST", configMaps, odd("a"));
    assert.equal(warned.headers.get("warning"), String.raw`299 - "unknown field \"odd\""`);
    assert.equal((await server.request("POST", `${configMaps}?fieldValidation=Strict`, odd("b"))).code, 400);
    const ignored = await server.request("POST", `${configMaps}?fieldValidation=Ignore`, odd("c"));
    assert.equal(ignored.headers.get("warning"), null);
    assert.equal(valueAt(ignored.body, "odd"), undefined);
  });

  test("an object of another kind, version or namespace is refused", async (t) => {
    const server = await serve(t, quiet);
    for (const wrong of [
      { ...configMap("a"), kind: "Secret" },
      { ...configMap("a"), apiVersion: "v2" },
      { ...configMap("a"), metadata: { name: "a", namespace: "other" } },
      { ...configMap("a"), metadata: { name: "a", resourceVersion: "1" } },
    ]) {
      assert.equal((await server.request("POST", configMaps, wrong)).code, 400);
    }
    assert.equal(
      (await server.request("POST", "/api/v1/namespaces/none/configmaps", configMap("a"))).code,
      404,
    );
  });
});

describe("changing", () => {
  test("a write that changes nothing stores nothing", async (t) => {
    const server = await serve(t, quiet);
    const { body } = await server.request("POST", configMaps, configMap("a", { x: "1" }));
    const before = server.revision();
    const same = await server.request("PUT", `${configMaps}/a`, body);
    assert.equal(server.revision(), before);
    assert.equal(
      textAt(same.body, "metadata", "resourceVersion"),
      textAt(body, "metadata", "resourceVersion"),
    );
  });

  test("an old resourceVersion or another uid is a conflict", async (t) => {
    const server = await serve(t, quiet);
    const { body } = await server.request("POST", configMaps, configMap("a"));
    await server.request("PATCH", `${configMaps}/a`, { data: { x: "1" } }, mergeType);
    const stale = await server.request("PUT", `${configMaps}/a`, body);
    assert.equal(stale.code, 409);
    assert.match(textAt(stale.body, "message"), /the object has been modified/);
    const other = { ...configMap("a"), metadata: { name: "a", uid: "other" } };
    assert.equal((await server.request("PUT", `${configMaps}/a`, other)).code, 409);
  });

  test("status and the rest are written apart, and only the rest counts as a new generation", async (t) => {
    const server = await serve(t, quiet);
    const created = await server.request("POST", deployments, deployment);
    assert.deepEqual(created.body["status"], {});
    const path = `${deployments}/web`;
    const both = { spec: { replicas: 5 }, status: { replicas: 3 } };
    const status = await server.request("PATCH", `${path}/status`, both, mergeType);
    assert.deepEqual(
      [numberAt(status.body, "spec", "replicas"), numberAt(status.body, "status", "replicas")],
      [1, 3],
    );
    assert.equal(numberAt(status.body, "metadata", "generation"), 1);
    const main = await server.request("PATCH", path, { ...both, status: { replicas: 7 } }, mergeType);
    assert.deepEqual(
      [numberAt(main.body, "spec", "replicas"), numberAt(main.body, "status", "replicas")],
      [5, 3],
    );
    assert.equal(numberAt(main.body, "metadata", "generation"), 2);
    const scale = await server.request("PATCH", `${path}/scale`, { spec: { replicas: 2 } }, mergeType);
    assert.equal(numberAt(scale.body, "spec", "replicas"), 2);
    assert.equal(numberAt((await server.request("GET", path)).body, "spec", "replicas"), 2);
  });

  test("server-side apply creates, and a conflict names the owner", async (t) => {
    const server = await serve(t, quiet);
    const applyType = { "content-type": "application/apply-patch+yaml" };
    const apply = (manager: string, value: string): ReturnType<typeof server.request> =>
      server.request(
        "PATCH",
        `${configMaps}/a?fieldManager=${manager}`,
        configMap("a", { x: value }),
        applyType,
      );
    assert.equal((await apply("one", "1")).code, 201);
    assert.equal((await apply("one", "2")).code, 200);
    const conflict = await apply("two", "3");
    assert.equal(conflict.code, 409);
    assert.equal(textAt(listAt(conflict.body, "details", "causes")[0], "field"), ".data.x");
    const nameless = await server.request("PATCH", `${configMaps}/a`, configMap("a"), applyType);
    assert.equal(nameless.code, 400);
  });
});

describe("deleting", () => {
  test("preconditions hold", async (t) => {
    const server = await serve(t, quiet);
    const { body } = await server.request("POST", configMaps, configMap("a"));
    const uid = textAt(body, "metadata", "uid");
    const refused = await server.request("DELETE", `${configMaps}/a`, { preconditions: { uid: "other" } });
    assert.equal(refused.code, 409);
    const stale = { preconditions: { uid, resourceVersion: "1" } };
    assert.equal((await server.request("DELETE", `${configMaps}/a`, stale)).code, 409);
    const done = await server.request("DELETE", `${configMaps}/a`, { preconditions: { uid } });
    assert.equal(textAt(done.body, "details", "uid"), uid);
  });

  test("a finalizer holds an object until it is taken off", async (t) => {
    const server = await serve(t, quiet);
    const held = { ...configMap("a"), metadata: { name: "a", finalizers: ["example.com/hold"] } };
    await server.request("POST", configMaps, held);
    const leaving = await server.request("DELETE", `${configMaps}/a`);
    assert.notEqual(textAt(leaving.body, "metadata", "deletionTimestamp"), "");
    await server.request("PATCH", `${configMaps}/a`, { metadata: { finalizers: null } }, mergeType);
    assert.equal((await server.request("GET", `${configMaps}/a`)).code, 404);
  });

  test("a collection goes as far as the selector reaches", async (t) => {
    const server = await serve(t, quiet);
    for (const name of ["a", "b"]) {
      await server.request("POST", configMaps, { ...configMap(name), metadata: { name, labels: { name } } });
    }
    assert.equal((await server.request("DELETE", `${configMaps}?labelSelector=name=a`)).code, 200);
    const left = await server.request("GET", configMaps);
    assert.deepEqual(
      listAt(left.body, "items").map((item) => textAt(item, "metadata", "name")),
      ["b"],
    );
  });
});
