import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import { sendRegistryError } from "#test/support/fake-registry.ts";
import { listReferrers } from "./referrers.ts";
import { RegistryError, type RegistryFailure } from "./registry-error.ts";
import { loginOf, openBench } from "./registry.fixture.ts";

const fails = (kind: RegistryFailure, message: RegExp) => (error: unknown) => {
  assert.ok(error instanceof RegistryError, String(error));
  assert.match(error.message, message);
  assert.equal(error.kind, kind);
  return true;
};

const indexOf = (manifests: readonly object[]): string =>
  JSON.stringify({
    schemaVersion: 2,
    mediaType: "application/vnd.oci.image.index.v1+json",
    manifests,
  });

test("endless pages end", async (t) => {
  const { registry, read } = await openBench(t);
  let pages = 0;
  registry.intercept = ({ path }, response) => {
    if (!path.includes("/referrers/")) return false;
    pages += 1;
    response.writeHead(200, {
      "content-type": "application/vnd.oci.image.index.v1+json",
      link: `<${path}?last=${pages}>; rel="next"`,
    });
    response.end(indexOf([]));
    return true;
  };
  const digest = `sha256:${"0".repeat(64)}`;
  await assert.rejects(
    listReferrers(read(), digest, () => true),
    fails("untrue", /more than 10 pages/),
  );
  assert.equal(pages, 10);
});

test("a page that leads to another listing or host is not followed", async (t) => {
  for (const next of ["/v2/other/app/referrers/x", "http://169.254.169.254/v2/demo/app/referrers/x"]) {
    const { registry, read } = await openBench(t);
    registry.intercept = ({ path }, response) => {
      if (!path.includes("/referrers/")) return false;
      response.writeHead(200, {
        "content-type": "application/vnd.oci.image.index.v1+json",
        link: `<${next}>; rel="next"`,
      });
      response.end(indexOf([]));
      return true;
    };
    const digest = `sha256:${"0".repeat(64)}`;
    await assert.rejects(
      listReferrers(read(), digest, () => true),
      fails("refused", /leads elsewhere/),
    );
  }
});

test("a manifest of 101 MiB is not read, whether its length is declared or not", async (t) => {
  const { registry, read } = await openBench(t);
  const chunk = Buffer.alloc(1_048_576, " ");
  let sent = 0;
  registry.intercept = async ({ path }, response) => {
    if (path === "/v2/") return false;
    const isDeclared = path.endsWith("declared");
    response.writeHead(200, isDeclared ? { "content-length": String(101 * chunk.length) } : {});
    for (let count = 0; count < 101 && !response.destroyed; count++) {
      if (!response.write(chunk)) {
        await new Promise<void>((resolve) => {
          response.once("drain", resolve);
          response.once("close", resolve);
        });
      }
      sent += 1;
    }
    response.end();
    return true;
  };
  await assert.rejects(read().manifest("declared"), fails("untrue", /longer than 4194304 bytes/));
  await assert.rejects(read().manifest("streamed"), fails("untrue", /longer than 4194304 bytes/));
  assert.ok(sent < 101, `${sent} MiB were read`);
});

test("a blob of 11 MB is not read", async (t) => {
  const { registry, read } = await openBench(t);
  const { digest } = registry.blob(Buffer.alloc(11_000_000));
  await assert.rejects(read().blob(digest), fails("untrue", /longer than 10485760 bytes/));
});

test("one image is not read beyond its total, however small the pieces", async (t) => {
  const { registry, read } = await openBench(t, { limits: { maxTotalBytes: 5_000 } });
  const reader = read();
  const blobs = [0, 1, 2, 3].map((count) => registry.blob(Buffer.alloc(2_000, count)));
  await reader.blob(blobs[0]?.digest ?? "");
  await reader.blob(blobs[1]?.digest ?? "");
  await assert.rejects(reader.blob(blobs[2]?.digest ?? ""), fails("untrue", /more than 5000 bytes/));
});

test("a slow body ends with its time", async (t) => {
  const { registry, read } = await openBench(t, { limits: { timeoutMs: 150 } });
  registry.intercept = ({ path }, response) => {
    if (path === "/v2/") return false;
    response.writeHead(200, { "content-length": "1000" });
    const drip = setInterval(() => response.write(" "), 10);
    response.once("close", () => clearInterval(drip));
    return true;
  };
  await assert.rejects(read().manifest("v1"), fails("outage", /no answer within 150 ms/));
});

test("a body that stalls ends before its time", async (t) => {
  const { registry, read } = await openBench(t, { limits: { stallMs: 100 } });
  registry.intercept = ({ path }, response) => {
    if (path === "/v2/") return false;
    response.writeHead(200, { "content-length": "1000" });
    response.write(" ");
    return true;
  };
  await assert.rejects(read().manifest("v1"), fails("outage", /nothing came for 100 ms/));
});

test("a gzip bomb is not inflated, neither on the way nor as content", async (t) => {
  const { registry, read } = await openBench(t);
  const bomb = gzipSync(Buffer.alloc(50_000_000));
  const { digest } = registry.blob(bomb);
  assert.equal((await read().blob(digest)).length, bomb.length);
  registry.intercept = ({ path }, response) => {
    if (path === "/v2/") return false;
    response.writeHead(200, { "content-encoding": "gzip" });
    response.end(bomb);
    return true;
  };
  await assert.rejects(read().manifest("v1"), fails("untrue", /compressed \(gzip\)/));
});

for (const target of [
  "http://169.254.169.254/latest/meta-data",
  "http://[fd00:ec2::254]/latest",
  "http://127.0.0.2/",
]) {
  test(`a redirect to ${target} is refused`, async (t) => {
    const { registry, read } = await openBench(t);
    const { digest } = registry.blob("content");
    registry.intercept = ({ path }, response) => {
      if (!path.includes("/blobs/")) return false;
      response.writeHead(307, { location: target }).end();
      return true;
    };
    await assert.rejects(read().blob(digest), fails("refused", /not public/));
  });
}

test("a redirect to a name with a private address is refused where the connection would be made", async (t) => {
  const { registry, read } = await openBench(t, { resolve: async () => ["10.1.2.3"] });
  const { digest } = registry.blob("content");
  registry.intercept = ({ path }, response) => {
    if (!path.includes("/blobs/")) return false;
    response.writeHead(307, { location: "http://storage.example/blob" }).end();
    return true;
  };
  await assert.rejects(read().blob(digest), fails("refused", /storage\.example has the address 10\.1\.2\.3/));
});

test("redirects in a circle end", async (t) => {
  const { registry, read } = await openBench(t);
  registry.intercept = ({ path }, response) => {
    if (path === "/v2/") return false;
    response.writeHead(307, { location: path }).end();
    return true;
  };
  await assert.rejects(read().manifest("v1"), fails("untrue", /more than 5 redirects/));
});

test("a redirect to another host does not carry the login", async (t) => {
  const { registry, read } = await openBench(t);
  const { digest } = registry.blob("content");
  const seen: (string | undefined)[] = [];
  const storage = createServer((request, response) => {
    seen.push(request.headers.authorization);
    response.end("content");
  }).listen(0, "127.0.0.1");
  await new Promise((resolve) => storage.once("listening", resolve));
  t.after(() => storage.close());
  const { port } = storage.address() as AddressInfo;
  registry.intercept = ({ path, headers }, response) => {
    if (path === "/v2/") return false;
    if (headers.authorization === undefined) {
      return sendRegistryError(response, 401, "UNAUTHORIZED", "", { "www-authenticate": "Basic realm=r" });
    }
    response.writeHead(307, { location: `http://127.0.0.1:${port}/storage` }).end();
    return true;
  };
  const login = loginOf({ kind: "basic", username: "ada", password: "secret" });
  assert.equal((await read("demo/app", login).blob(digest)).toString(), "content");
  assert.deepEqual(seen, [undefined]);
});

const realms: readonly [string, RegExp][] = [
  ["http://169.254.169.254/token", /is a private address/],
  ["https://10.0.0.1/token", /is a private address/],
  ["https://[::1]/token", /is a private address/],
  ["https://localhost/token", /is this machine/],
  ["file:///etc/passwd", /not reached over TLS/],
  ["token", /is no URL/],
  ["https://realm.example/token", /realm\.example has the address 192\.168\.0\.9/],
];
for (const [realm, message] of realms) {
  test(`the realm ${realm} is refused, and no login is sent there`, async (t) => {
    const { registry, read } = await openBench(t, { resolve: async () => ["192.168.0.9"] });
    registry.intercept = ({ path }, response) =>
      path !== "/v2/" &&
      sendRegistryError(response, 401, "UNAUTHORIZED", "", {
        "www-authenticate": `Bearer realm="${realm}",service="s"`,
      });
    const login = loginOf({ kind: "basic", username: "ada", password: "secret" });
    await assert.rejects(read("demo/app", login).manifest("v1"), fails("refused", message));
  });
}

test("a token of a megabyte is not read", async (t) => {
  const { registry, read } = await openBench(t);
  registry.intercept = ({ path }, response) => {
    if (path === "/token") {
      response.end(JSON.stringify({ token: "t".repeat(1_048_576) }));
      return true;
    }
    const challenge = `Bearer realm="${registry.url.origin}/token",service="s"`;
    return (
      path !== "/v2/" &&
      sendRegistryError(response, 401, "UNAUTHORIZED", "", { "www-authenticate": challenge })
    );
  };
  await assert.rejects(read().manifest("v1"), fails("untrue", /longer than 65536 bytes/));
});

test("a registry on a private address is not reached unless its network is named", async (t) => {
  const { registry, read } = await openBench(t, { privateNetworks: [] });
  registry.image("demo/app", "v1");
  await assert.rejects(read().head("v1"), fails("refused", /127\.0\.0\.1, which is not public/));
  assert.equal(registry.requests.length, 0);
});
