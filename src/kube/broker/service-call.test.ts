import assert from "node:assert/strict";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { test } from "node:test";
import type { BrokerRequest } from "#api/broker/broker-request.ts";
import { isOpenAddress, refuseUrl } from "./egress-rules.ts";
import { callService, type ServiceAnswer } from "./service-call.ts";

type Handler = (request: IncomingMessage, response: ServerResponse) => void;
type ServiceRequest = BrokerRequest & { readonly kind: "service" };

const scope = { policyKind: "ClusterPolicy", policyName: "p" };

/** A service named `scanner.example` on the loopback address, called once. */
async function call(
  handler: Handler,
  options: {
    readonly request?: (port: number) => Partial<ServiceRequest>;
    readonly privateNetworks?: readonly string[];
    readonly addresses?: readonly string[];
    readonly proxy?: URL;
    readonly maxResponseBytes?: number;
    readonly timeoutMs?: number;
  } = {},
): Promise<ServiceAnswer> {
  const server = createServer(handler).listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address() as AddressInfo;
  try {
    return await callService(
      {
        kind: "service",
        method: "GET",
        url: `http://scanner.example:${port}/check?image=a`,
        headers: {},
        ...options.request?.(port),
      },
      scope,
      {
        allowedHosts: ["scanner.example"],
        blockedHosts: [],
        privateNetworks: options.privateNetworks ?? ["127.0.0.0/8"],
        maxResponseBytes: options.maxResponseBytes ?? 1_000,
        timeoutMs: options.timeoutMs ?? 5_000,
      },
      {
        resolve: async () => options.addresses ?? ["127.0.0.1"],
        proxyFor: () => options.proxy,
      },
    );
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}

const json =
  (body: unknown): Handler =>
  (_request, response) =>
    void response.end(JSON.stringify(body));

test("a service gets the policy's data and headers, no token of ours, and answers JSON", async () => {
  const seen: { method?: string; url?: string; authorization?: string; body?: string; host?: string } = {};
  const answer = await call(
    (request, response) => {
      const { method, url } = request;
      Object.assign(seen, {
        method,
        url,
        authorization: request.headers.authorization,
        host: request.headers.host,
      });
      let body = "";
      request.on("data", (chunk: Buffer) => (body += chunk.toString()));
      request.on("end", () => {
        seen.body = body;
        response.end('{"vulnerable":false}');
      });
    },
    {
      request: () => ({
        method: "POST",
        body: { image: "a" },
        headers: { Host: "elsewhere", "x-team": "a" },
      }),
    },
  );
  assert.deepEqual(answer, { kind: "value", value: { vulnerable: false } });
  assert.equal(seen.method, "POST");
  assert.equal(seen.url, "/check?image=a");
  assert.equal(seen.body, '{"image":"a"}');
  assert.equal(seen.authorization, undefined);
  assert.match(seen.host ?? "", /^scanner\.example/);
});

test("a failure has the status and the body", async () => {
  const answer = await call((_request, response) => {
    response.statusCode = 503;
    response.end("busy");
  });
  assert.deepEqual(answer, { kind: "failed", message: "HTTP 503: busy" });
});

test("the whole response has its status, and null for a body that is no JSON", async () => {
  const whole = (status: number, text: string): Promise<unknown> =>
    call(
      (_request, response) => {
        response.statusCode = status;
        response.end(text);
      },
      { request: () => ({ wholeResponse: true }) },
    );
  assert.deepEqual(await whole(404, '{"a":1}'), {
    kind: "value",
    value: { statusCode: 404, body: { a: 1 } },
  });
  assert.deepEqual(await whole(200, "no JSON"), { kind: "value", value: { statusCode: 200, body: null } });
});

test("a host that resolves to a private address is refused, even if another of its addresses is public", async () => {
  const answer = await call(json({}), { privateNetworks: [], addresses: ["93.184.216.34", "127.0.0.1"] });
  assert.equal(answer.kind, "refused");
  assert.match(answer.kind === "refused" ? answer.message : "", /127\.0\.0\.1.*httpPrivateNetworks/);
});

test("through a proxy nothing is called", async () => {
  const answer = await call(json({}), { proxy: new URL("http://proxy:3128") });
  assert.match(answer.kind === "refused" ? answer.message : "", /proxy.*NO_PROXY/);
});

test("a redirect is checked like a call", async () => {
  const away = await call((_request, response) => {
    response.writeHead(302, { location: "http://169.254.169.254/latest/meta-data" });
    response.end();
  });
  assert.match(away.kind === "refused" ? away.message : "", /169\.254\.169\.254 is not allowed/);

  const home = await call((request, response) => {
    if (request.url === "/final") {
      response.end("1");
      return;
    }
    response.writeHead(307, { location: "/final" });
    response.end();
  });
  assert.deepEqual(home, { kind: "value", value: 1 });
});

test("redirects in a circle end", async () => {
  const answer = await call((_request, response) => {
    response.writeHead(302, { location: "/again" });
    response.end();
  });
  assert.deepEqual(answer, { kind: "failed", message: "more than 5 redirects" });
});

test("an answer that is too long, no JSON, or never comes is a failure", async () => {
  const long = await call(json("x".repeat(5_000)));
  assert.match(long.kind === "failed" ? long.message : "", /max allowed response length of 1000/);
  const text = await call((_request, response) => void response.end("<html>"));
  assert.deepEqual(text, { kind: "failed", message: "the answer is no JSON" });
  await assert.rejects(
    call(() => {}, { timeoutMs: 50 }),
    { name: "TimeoutError" },
  );
});

const urls: readonly [string, readonly string[], boolean][] = [
  ["https://api.example/x", ["api.example"], true],
  ["https://API.example./x", ["api.example"], true],
  ["https://api.example/x", ["*.example"], true],
  ["https://example/x", ["*.example"], false],
  ["https://evilapi.example/x", ["api.example"], false],
  ["https://api.example:8443/x", ["api.example:8443"], true],
  ["https://api.example/x", ["api.example:8443"], false],
  ["https://api.example/x", ["api.example:443"], true],
  ["https://user:pass@api.example/x", ["api.example"], false],
  ["ftp://api.example/x", ["api.example"], false],
  ["https://api.example/x", [], false],
];

for (const [url, allowedHosts, open] of urls) {
  test(`${url} is ${open ? "allowed" : "refused"} by ${JSON.stringify(allowedHosts)}`, () => {
    const refusal = refuseUrl(new URL(url), { allowedHosts, blockedHosts: [], privateNetworks: [] });
    assert.equal(refusal === undefined, open);
  });
}

test("what is blocked is blocked although it is allowed", () => {
  const rules = { allowedHosts: ["*.example"], blockedHosts: ["bad.example"], privateNetworks: [] };
  assert.match(refuseUrl(new URL("https://bad.example"), rules) ?? "", /httpBlocklist/);
});

const addresses: readonly [string, boolean][] = [
  ["93.184.216.34", true],
  ["2606:4700::1111", true],
  ["10.0.0.1", false],
  ["169.254.169.254", false],
  ["100.100.100.200", false],
  ["0.0.0.0", false],
  ["::1", false],
  ["::ffff:10.0.0.1", false],
  ["::ffff:7f00:1", false],
  ["::ffff:93.184.216.34", true],
  ["64:ff9b::a00:1", false],
  ["fe80::1%eth0", false],
  ["fd00:ec2::254", false],
  ["no address", false],
];

for (const [address, open] of addresses) {
  test(`${address} is ${open ? "open" : "closed"}`, () => assert.equal(isOpenAddress(address, []), open));
}

test("a private network that is named is open, and only that one", () => {
  assert.equal(isOpenAddress("10.96.0.7", ["10.96.0.0/12"]), true);
  assert.equal(isOpenAddress("10.0.0.7", ["10.96.0.0/12"]), false);
});
