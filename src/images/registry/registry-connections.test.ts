import assert from "node:assert/strict";
import { createServer, request as forward } from "node:http";
import { connect, type AddressInfo } from "node:net";
import { test, type TestContext } from "node:test";
import { sha256 } from "#test/support/fake-registry.ts";
import { startScriptedServer } from "#test/support/scripted-server.ts";
import { testServerCertificate, testServerKey } from "#test/support/tls-fixture.ts";
import { RegistryError } from "./registry-error.ts";
import { openBench } from "./registry.fixture.ts";

/** A proxy that forwards and tunnels wherever it is told to, and the places that it was told. */
async function startProxy(t: TestContext) {
  const told: string[] = [];
  const proxy = createServer((request, response) => {
    const url = new URL(request.url ?? "");
    told.push(url.host);
    const { method, headers } = request;
    const upstream = forward(
      { host: "127.0.0.1", port: url.port, path: url.pathname, method, headers },
      (answer) => {
        response.writeHead(answer.statusCode ?? 0, answer.headers);
        answer.pipe(response);
      },
    );
    upstream.on("error", () => response.destroy());
    request.pipe(upstream);
  }).listen(0, "127.0.0.1");
  proxy.on("connect", (request, client) => {
    told.push(request.url ?? "");
    const port = Number((request.url ?? "").split(":").at(-1));
    const upstream = connect(port, "127.0.0.1", () => {
      client.write("HTTP/1.1 200 Connection established\r\n\r\n");
      upstream.pipe(client).pipe(upstream);
    });
    upstream.on("error", () => client.destroy());
    client.on("error", () => upstream.destroy());
  });
  await new Promise((resolve) => proxy.once("listening", resolve));
  t.after(() => {
    proxy.closeAllConnections();
    proxy.close();
  });
  const { port } = proxy.address() as AddressInfo;
  return { told, url: new URL(`http://127.0.0.1:${port}`) };
}

test("a registry is reached through the proxy of the environment", async (t) => {
  const proxy = await startProxy(t);
  const { registry, read } = await openBench(t, { proxy: proxy.url });
  const image = registry.image("demo/app", "v1");
  assert.deepEqual(await read().head("v1"), image);
  assert.ok(proxy.told.includes(registry.host), proxy.told.join());
});

test("a name that is seen here to be private is not asked of a proxy", async (t) => {
  const proxy = await startProxy(t);
  const { client, read } = await openBench(t, { proxy: proxy.url, resolve: async () => ["169.254.169.254"] });
  const { place, budget } = read();
  const asked = client.open({ ...place, registry: "metadata.example" }, budget).head("v1");
  await assert.rejects(asked, /169\.254\.169\.254, which is not public/);
  assert.deepEqual(proxy.told, []);
});

test("a name that only the proxy can resolve is asked of it", async (t) => {
  const proxy = await startProxy(t);
  const { client, registry, read } = await openBench(t, {
    proxy: proxy.url,
    resolve: async () => {
      throw new Error("no such name here");
    },
  });
  registry.image("demo/app", "v1");
  const { place, budget } = read();
  const { port } = registry.url;
  const asked = client.open({ ...place, registry: `registry.local:${port}` }, budget).head("v1");
  assert.equal((await asked).size > 0, true);
  assert.ok(proxy.told.includes(`registry.local:${port}`), proxy.told.join());
});

test("unverified TLS is for those who asked for it alone, in whichever order they come", async (t) => {
  const body = '{"schemaVersion":2}';
  const server = await startScriptedServer(
    ({ method }, response) => {
      response.writeHead(200, {
        "docker-content-digest": sha256(body),
        "content-length": String(body.length),
      });
      response.end(method === "HEAD" ? undefined : body);
    },
    { cert: testServerCertificate, key: testServerKey },
  );
  t.after(() => server.close());
  const { client, read } = await openBench(t);
  const { place, budget } = read();
  const ask = (allowInsecure: boolean) =>
    client
      .open(
        {
          ...place,
          registry: `api.test:${server.url.port}`,
          authority: { ...place.authority, allowInsecure },
        },
        budget,
      )
      .head("v1");
  const isUntrusted = (error: unknown): boolean =>
    error instanceof RegistryError && error.kind === "outage" && /certificate|issuer/i.test(error.message);
  await assert.rejects(ask(false), isUntrusted);
  assert.equal((await ask(true)).digest, sha256(body));
  await assert.rejects(ask(false), isUntrusted);
});
