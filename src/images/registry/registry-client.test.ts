import assert from "node:assert/strict";
import { test } from "node:test";
import { sendRegistryError, sha256 } from "#test/support/fake-registry.ts";
import { createVirtualClock } from "#test/support/virtual-clock.ts";
import { listReferrers } from "./referrers.ts";
import { RegistryError, type RegistryFailure } from "./registry-error.ts";
import { loginOf, openBench } from "./registry.fixture.ts";

const fails = (kind: RegistryFailure, message: RegExp) => (error: unknown) => {
  assert.ok(error instanceof RegistryError, String(error));
  assert.match(error.message, message);
  assert.equal(error.kind, kind);
  return true;
};

test("a tag is resolved with one request that has no body", async (t) => {
  const { registry, read } = await openBench(t);
  const image = registry.image("demo/app", "v1");
  assert.deepEqual(await read().head("v1"), image);
  assert.deepEqual(registry.calls(), ["HEAD /v2/demo/app/manifests/v1"]);
});

test("a tag that is not there is not found, with the registry's words", async (t) => {
  const { registry, read } = await openBench(t);
  const url = `http://${registry.host}/v2/demo/app/manifests/v1`;
  await assert.rejects(
    read().head("v1"),
    fails("notFound", new RegExp(`^GET ${url}: MANIFEST_UNKNOWN: manifest unknown$`)),
  );
});

test("content is read once per digest, whoever asks and how often", async (t) => {
  const { registry, read } = await openBench(t);
  const { digest } = registry.blob("content");
  const image = registry.image("demo/app", "v1");
  const [one, other] = [read(), read()];
  await Promise.all([one.blob(digest), other.blob(digest), one.manifest(image.digest)]);
  await other.manifest(image.digest);
  await one.blob(digest);
  assert.equal(registry.calls().length, 2);
  await read("demo/app", { key: "someone else" }).blob(digest);
  assert.equal(registry.calls().length, 3, "what one authority may read is no answer for another");
});

for (const path of ["manifests", "blobs"] as const) {
  test(`other bytes than the digest of ${path} names are no answer`, async (t) => {
    const { registry, read } = await openBench(t);
    const blob = registry.blob("content");
    const image = registry.image("demo/app", "v1");
    registry.tamper = (_path, body) => Buffer.concat([body, Buffer.from(" ")]);
    const asked = path === "blobs" ? read().blob(blob.digest) : read().manifest(image.digest);
    await assert.rejects(asked, fails("untrue", /does not match requested digest/));
  });
}

const statuses: readonly [number, string, RegistryFailure, RegExp][] = [
  [401, "UNAUTHORIZED", "outage", /UNAUTHORIZED: no$/],
  [403, "DENIED", "outage", /DENIED: no$/],
  [404, "MANIFEST_UNKNOWN", "notFound", /MANIFEST_UNKNOWN: no$/],
];
for (const [status, code, kind, message] of statuses) {
  test(`${status} is ${kind}`, async (t) => {
    const { registry, read } = await openBench(t);
    registry.intercept = ({ path }, response) =>
      path !== "/v2/" && sendRegistryError(response, status, code, "no");
    await assert.rejects(read().manifest("v1"), fails(kind, message));
  });
}

test("500 is asked three times and then is an outage", async (t) => {
  const clock = createVirtualClock();
  const { registry, read } = await openBench(t, { clock });
  registry.intercept = ({ path }, response) => {
    if (path === "/v2/") return false;
    response.writeHead(500).end();
    return true;
  };
  const asked = assert.rejects(
    read().manifest("v1"),
    fails("outage", /unexpected status code 500 Internal Server Error$/),
  );
  for (const count of [1, 2]) {
    while (registry.calls().length < count || clock.pendingTimers() === 0) await clock.settle();
    await clock.advance(9_000);
  }
  await asked;
  assert.equal(registry.calls().length, 3);
});

test("429 makes everyone wait as long as the registry asks for, in a backlog that is told", async (t) => {
  const clock = createVirtualClock();
  const { registry, read, client } = await openBench(t, { clock });
  const image = registry.image("demo/app", "v1");
  let refusals = 0;
  registry.intercept = ({ path }, response) =>
    path !== "/v2/" &&
    refusals++ === 0 &&
    sendRegistryError(response, 429, "TOOMANYREQUESTS", "slow down", { "retry-after": "30" });
  const first = read().head("v1");
  while ([...client.backlog()].length === 0) await clock.settle();
  const second = read().head("v1");
  while ([...client.backlog()][0]?.[1] !== 2) await clock.settle();
  assert.equal(registry.calls().length, 1);
  await clock.advance(29_000);
  assert.equal(registry.calls().length, 1, "nobody asks before the time that the registry named");
  await clock.advance(1_000);
  assert.deepEqual(await first, image);
  assert.deepEqual(await second, image);
  assert.deepEqual([...client.backlog()], []);
});

test("a registry that wants more time than there is, is an outage at once", async (t) => {
  const { registry, read } = await openBench(t);
  registry.intercept = ({ path }, response) =>
    path !== "/v2/" &&
    sendRegistryError(response, 429, "TOOMANYREQUESTS", "slow down", { "retry-after": "3600" });
  await assert.rejects(read().head("v1"), fails("outage", /429|TOOMANYREQUESTS/));
  await assert.rejects(read().head("v1"), fails("outage", /429|TOOMANYREQUESTS/));
  assert.equal(registry.calls().length, 1);
});

test("a connection that is refused is an outage that says dial", async (t) => {
  const { registry, read } = await openBench(t);
  const reader = read();
  await registry.close();
  await assert.rejects(reader.head("v1"), fails("outage", /dial tcp/));
});

test("a name that does not exist is an outage", async (t) => {
  const { client, read } = await openBench(t, {
    resolve: async () => {
      throw Object.assign(new Error("getaddrinfo ENOTFOUND nowhere.example"), { code: "ENOTFOUND" });
    },
  });
  const { place, budget } = read();
  const asked = client.open({ ...place, registry: "nowhere.example" }, budget).head("v1");
  await assert.rejects(asked, fails("outage", /ENOTFOUND nowhere\.example/));
});

test("referrers come from the API, filtered here whatever the registry filtered", async (t) => {
  const { registry, read } = await openBench(t);
  const image = registry.image("demo/app", "v1");
  const layers = [registry.blob("a")];
  const wanted = registry.referrer("demo/app", image, { artifactType: "a/wanted", layers });
  registry.referrer("demo/app", image, { artifactType: "a/other", layers });
  const found = await listReferrers(read(), image.digest, (type) => type === "a/wanted");
  assert.deepEqual(
    found.map(({ digest }) => digest),
    [wanted.digest],
  );
});

test("without the API referrers come from the tag that stands in for it", async (t) => {
  const { registry, read } = await openBench(t);
  registry.hasReferrersApi = false;
  const image = registry.image("demo/app", "v1");
  assert.deepEqual(await listReferrers(read(), image.digest, () => true), []);
  const wanted = registry.referrer("demo/app", image, { artifactType: "a/b", layers: [registry.blob("a")] });
  const found = await listReferrers(read(), image.digest, () => true);
  assert.deepEqual(
    found.map(({ digest }) => digest),
    [wanted.digest],
  );
});

test("51 referrers of the wanted type are too many, and others do not count", async (t) => {
  const { registry, read } = await openBench(t);
  const image = registry.image("demo/app", "v1");
  for (let count = 0; count < 51; count++) {
    const layers = [registry.blob(`layer ${count}`)];
    registry.referrer("demo/app", image, { artifactType: "a/many", layers });
  }
  registry.referrer("demo/app", image, { artifactType: "a/one", layers: [registry.blob("one")] });
  await assert.rejects(
    listReferrers(read(), image.digest, (type) => type === "a/many"),
    fails("untrue", /to many referrers found, max limit is 50/),
  );
  assert.equal((await listReferrers(read(), image.digest, (type) => type === "a/one")).length, 1);
});

test("a manifest without a digest in its head is hashed here", async (t) => {
  const { registry, read } = await openBench(t);
  const body = Buffer.from('{"schemaVersion":2}');
  registry.intercept = ({ path, method }, response) => {
    if (path === "/v2/") return false;
    response.end(method === "HEAD" ? undefined : body);
    return true;
  };
  assert.equal((await read().head("v1")).digest, sha256(body));
});

test("a login is asked for once per repository and shown again until it ends", async (t) => {
  const clock = createVirtualClock();
  const { registry, read } = await openBench(t, { clock });
  registry.image("demo/app", "v1");
  const tokens: string[] = [];
  registry.intercept = ({ path, query, headers }, response) => {
    if (path === "/token") {
      assert.equal(headers.authorization, `Basic ${Buffer.from("ada:secret").toString("base64")}`);
      assert.equal(query.get("service"), "fake");
      assert.equal(query.get("scope"), "repository:demo/app:pull");
      tokens.push(`t${tokens.length}`);
      response.end(JSON.stringify({ access_token: tokens.at(-1), expires_in: 60 }));
      return true;
    }
    const isKnown = headers.authorization === `Bearer ${tokens.at(-1) ?? "none"}`;
    const challenge = `Bearer realm="${registry.url.origin}/token",service="fake",scope="repository:demo/app:pull"`;
    return (
      path !== "/v2/" &&
      !isKnown &&
      sendRegistryError(response, 401, "UNAUTHORIZED", "log in", { "www-authenticate": challenge })
    );
  };
  const login = loginOf({ kind: "basic", username: "ada", password: "secret" });
  await read("demo/app", login).head("v1");
  await read("demo/app", login).head("v1");
  assert.equal(tokens.length, 1);
  await clock.advance(61_000);
  await read("demo/app", login).head("v1");
  assert.equal(tokens.length, 2);
});

test("an identity token is changed into a token of the registry", async (t) => {
  const { registry, read } = await openBench(t);
  const image = registry.image("demo/app", "v1");
  registry.intercept = ({ path, method, body, headers }, response) => {
    if (path === "/token") {
      assert.equal(method, "POST");
      assert.match(body, /grant_type=refresh_token&refresh_token=id-1/);
      response.end(JSON.stringify({ token: "t" }));
      return true;
    }
    const challenge = `Bearer realm="${registry.url.origin}/token",service="fake"`;
    return (
      path !== "/v2/" &&
      headers.authorization !== "Bearer t" &&
      sendRegistryError(response, 401, "UNAUTHORIZED", "log in", { "www-authenticate": challenge })
    );
  };
  const login = loginOf({ kind: "identity", token: "id-1" });
  assert.deepEqual(await read("demo/app", login).head("v1"), image);
});

test("Basic is shown where the registry asks for it, and a wrong password is an outage", async (t) => {
  const { registry, read } = await openBench(t);
  const image = registry.image("demo/app", "v1");
  const right = `Basic ${Buffer.from("ada:secret").toString("base64")}`;
  registry.intercept = ({ path, headers }, response) =>
    path !== "/v2/" &&
    headers.authorization !== right &&
    sendRegistryError(response, 401, "UNAUTHORIZED", "log in", { "www-authenticate": 'Basic realm="r"' });
  const login = (password: string) => loginOf({ kind: "basic", username: "ada", password });
  assert.deepEqual(await read("demo/app", login("secret")).head("v1"), image);
  await assert.rejects(read("demo/app", login("wrong")).manifest("v1"), fails("outage", /UNAUTHORIZED/));
});
