import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { test } from "node:test";
import { createHealth } from "./health.ts";
import { startTelemetryServer } from "./http-server.ts";
import { silentLogger } from "./logger.ts";

const address = { host: "127.0.0.1", port: 0 };

async function start() {
  const health = createHealth();
  health.add("readyz", "lease", () => "held by another");
  const server = await startTelemetryServer({
    address,
    health,
    metrics: { contentType: "text/plain; version=0.0.4", render: async () => "up 1\n" },
    log: silentLogger,
  });
  const request = async (path: string, method = "GET") => {
    const response = await fetch(`http://127.0.0.1:${server.port}${path}`, { method });
    return {
      status: response.status,
      type: response.headers.get("content-type"),
      body: await response.text(),
    };
  };
  return { request, close: () => server.close() };
}

test("health and metrics are served as plain text, everything else is refused", async () => {
  const { request, close } = await start();
  try {
    assert.deepEqual(await request("/livez"), {
      status: 200,
      type: "text/plain; charset=utf-8",
      body: "ok\n",
    });
    assert.equal((await request("/readyz")).status, 503);
    assert.match((await request("/readyz/lease")).body, /held by another/);
    assert.deepEqual(await request("/metrics"), {
      status: 200,
      type: "text/plain; version=0.0.4",
      body: "up 1\n",
    });
    assert.equal((await request("/metrics", "HEAD")).body, "");
    assert.equal((await request("/metrics", "POST")).status, 405);
    assert.equal((await request("/")).status, 404);
    assert.equal((await request("//")).status, 400);
  } finally {
    await close();
  }
});

test("a port that is taken is an error that says so", async () => {
  const holder = createServer().listen(address);
  await new Promise((resolve) => holder.once("listening", resolve));
  const { port } = holder.address() as AddressInfo;
  await assert.rejects(
    startTelemetryServer({ address: { host: "127.0.0.1", port }, log: silentLogger }),
    new RegExp(`cannot listen on 127.0.0.1:${port}: another process has this port`),
  );
  await new Promise((resolve) => holder.close(resolve));
});

test("a missing TLS file is an error that names it", async () => {
  const tls = { certFile: "/nonexistent/tls.crt", keyFile: "/nonexistent/tls.key" };
  await assert.rejects(
    startTelemetryServer({ address, tls, log: silentLogger }),
    /cannot read the TLS file \/nonexistent\/tls\.crt/,
  );
});
