import assert from "node:assert/strict";
import { test } from "node:test";
import type { TestContext } from "node:test";
import { sendJson, sendStatus, startScriptedServer } from "#test/support/scripted-server.ts";
import type { Script } from "#test/support/scripted-server.ts";
import { widget, widgets } from "#test/support/scripted-kind.ts";
import { ApiError, TransportError, WriteFenced } from "./api-error.ts";
import { createKubeClient } from "./create-kube-client.ts";
import type { KubeClientOptions, RequestRecord } from "./kube-client.ts";

async function start(t: TestContext, script: Script, options: Partial<KubeClientOptions> = {}) {
  const server = await startScriptedServer(script);
  const records: RequestRecord[] = [];
  const client = createKubeClient({
    config: {
      server: new URL("prefix/", server.url),
      credentials: {
        current: () => Promise.resolve({ authorization: "Bearer t", tls: { rejectUnauthorized: true } }),
        renew: () => Promise.resolve(false),
      },
    },
    userAgent: "rearguard/test",
    onRequest: (record) => records.push(record),
    random: () => 0,
    ...options,
  });
  t.after(async () => {
    await Promise.all([client.close(), server.close()]);
  });
  return { server, client, records };
}

const key = { namespace: "default", name: "a" };

test("each method sends what the API server expects", async (t) => {
  const { server, client } = await start(t, ({ method }, response) =>
    method === "DELETE"
      ? sendJson(response, 200, { kind: "Status" })
      : sendJson(response, 200, widget("a", 1)),
  );
  const path = "/prefix/apis/test.example/v1/namespaces/default/widgets";
  await client.get(widgets, key, { subresource: "status" });
  await client.create(widgets, "default", { a: 1n << 60n }, { fieldManager: "m", dryRun: true });
  await client.update(widgets, key, { b: 2 });
  await client.patch(widgets, key, { c: 3 }, { kind: "apply", fieldManager: "m", force: true });
  await client.patch(widgets, key, [], { kind: "json", subresource: "status" });
  assert.equal(
    await client.delete(widgets, key, { uid: "u", resourceVersion: "7", propagation: "Background" }),
    undefined,
  );
  assert.deepEqual(
    server.requests.map(({ method, raw, body, headers }) => [method, raw.url, headers["content-type"], body]),
    [
      ["GET", `${path}/a/status`, undefined, ""],
      ["POST", `${path}?fieldManager=m&dryRun=All`, "application/json", '{"a":1152921504606846976}'],
      ["PUT", `${path}/a`, "application/json", '{"b":2}'],
      ["PATCH", `${path}/a?fieldManager=m&force=true`, "application/apply-patch+yaml", '{"c":3}'],
      ["PATCH", `${path}/a/status`, "application/json-patch+json", "[]"],
      [
        "DELETE",
        `${path}/a`,
        "application/json",
        '{"apiVersion":"v1","kind":"DeleteOptions","preconditions":{"uid":"u","resourceVersion":"7"},"propagationPolicy":"Background"}',
      ],
    ],
  );
  for (const { headers } of server.requests) {
    assert.equal(headers.authorization, "Bearer t");
    assert.equal(headers["user-agent"], "rearguard/test");
  }
});

test("a page's items get the kind that lists leave out, metadata-only ones too", async (t) => {
  const { client, server } = await start(t, (_request, response) =>
    sendJson(response, 200, {
      metadata: { resourceVersion: "5", continue: "t", remainingItemCount: 9 },
      items: [
        { kind: "PartialObjectMetadata", apiVersion: "meta.k8s.io/v1", metadata: widget("a", 1).metadata },
        { metadata: { name: "no-uid" } },
      ],
    }),
  );
  const page = await client.listPage(widgets, { limit: 2, metadataOnly: true });
  assert.deepEqual(page, {
    items: [
      widget("a", 1),
      {
        apiVersion: "test.example/v1",
        kind: "Widget",
        metadata: { name: "no-uid", uid: "", resourceVersion: "" },
      },
    ],
    continue: "t",
    resourceVersion: "5",
    remaining: 9,
  });
  assert.match(server.requests[0]?.headers.accept ?? "", /as=PartialObjectMetadataList/);
});

test("Go's empty list has null for its items; an answer without items is an error", async (t) => {
  const answers: unknown[] = [{ metadata: {}, items: null }, { metadata: {} }];
  const { client } = await start(t, (_request, response) => sendJson(response, 200, answers.shift()));
  assert.deepEqual((await client.listPage(widgets, { limit: 1 })).items, []);
  await assert.rejects(client.listPage(widgets, { limit: 1 }), { name: "TransportError", kind: "malformed" });
});

test("429 and 503 with Retry-After are tried again, other answers surface", async (t) => {
  const answers: [number, string | undefined][] = [
    [429, "0"],
    [503, "0"],
    [200, undefined],
    [429, undefined],
    [503, undefined],
    [500, "0"],
  ];
  const { client, server, records } = await start(t, (_request, response) => {
    const [status, retryAfter] = answers.shift() ?? [500, undefined];
    if (status === 200) return sendJson(response, 200, widget("a", 1));
    const headers = retryAfter === undefined ? {} : { "retry-after": retryAfter };
    sendStatus(response, status, "Busy", {}, headers);
  });
  await client.update(widgets, key, {});
  assert.deepEqual(
    records.map(({ verb, group, resource, status }) => [verb, group, resource, status]),
    [429, 503, 200].map((status) => ["update", "test.example", "widgets", status]),
  );
  for (const status of [429, 503, 500]) {
    await assert.rejects(client.update(widgets, key, {}), { name: "ApiError", status });
  }
  assert.equal(server.requests.length, 6);
});

test("a read whose connection breaks is tried again, a write is not", async (t) => {
  let failures = 0;
  const { client, server, records } = await start(t, ({ method }, response) => {
    failures += 1;
    if (failures === 1 || method === "PUT") response.destroy();
    else sendJson(response, 200, widget("a", 1));
  });
  assert.equal((await client.get(widgets, key)).metadata.name, "a");
  await assert.rejects(client.update(widgets, key, {}), { name: "TransportError", kind: "reset" });
  assert.equal(server.requests.length, 3);
  assert.deepEqual(
    records.map(({ status }) => status),
    [0, 200, 0],
  );
});

test("no answer in time, too long an answer and no JSON are told apart", async (t) => {
  const { client } = await start(
    t,
    ({ path }, response) => {
      if (path.endsWith("/slow")) return;
      if (path.endsWith("/stalled")) response.write("{");
      else response.end(path.endsWith("/long") ? JSON.stringify("x".repeat(2000)) : "<html>");
    },
    { maxResponseBytes: 1000 },
  );
  for (const [path, kind] of [
    ["/slow", "timeout"],
    ["/stalled", "timeout"],
    ["/long", "too-large"],
    ["/html", "malformed"],
  ] as const) {
    const timeoutMs = kind === "timeout" ? 30 : 5000;
    await assert.rejects(client.rawGet(path, { timeoutMs }), { name: "TransportError", kind }, path);
  }
});

test("a server that is not there is a connect failure", async (t) => {
  const { client, server } = await start(t, () => {});
  await server.close();
  await assert.rejects(client.get(widgets, key), { name: "TransportError", kind: "connect" });
});

test("a caller's signal ends a request that waits, that is sent, and that is read", async (t) => {
  const { client, server } = await start(
    t,
    ({ path }, response) => {
      if (path.endsWith("/read")) response.write("[1,");
    },
    { connections: 2 },
  );
  const controller = new AbortController();
  const { signal } = controller;
  const requests = ["/read", "/sent", "/queued"].map((path) => client.rawGet(path, { signal }));
  await server.request(({ path }) => path.endsWith("/read"));
  await server.request(({ path }) => path.endsWith("/sent"));
  controller.abort(new Error("enough"));
  for (const request of requests) await assert.rejects(request, /enough/);
  assert.ok(!server.requests.some(({ path }) => path.endsWith("/queued")));
});

test("a write asks the fence when it is sent, not when it is queued", async (t) => {
  const gate = Promise.withResolvers<void>();
  const times: (number | Error)[] = [1000, 1000, new WriteFenced(), 0];
  let asked = 0;
  const { client, server } = await start(
    t,
    async (_request, response) => {
      await gate.promise;
      sendJson(response, 200, widget("a", 1));
    },
    {
      connections: 1,
      fence: () => {
        asked += 1;
        const answer = times.shift();
        if (answer instanceof Error) throw answer;
        return answer;
      },
    },
  );
  const writes = [1, 2, 3].map((n) => client.update(widgets, key, { n }));
  const settled = Promise.allSettled(writes);
  await server.request(() => true);
  assert.equal(asked, 2);
  gate.resolve();
  const [first, second, third] = await settled;
  assert.equal(first?.status, "fulfilled");
  assert.ok(second?.status === "rejected" && second.reason instanceof WriteFenced);
  assert.ok(third?.status === "rejected" && third.reason instanceof WriteFenced);
  assert.equal(server.requests.length, 1);
});

test("a write is not sent where the fence closes before a connection takes it", async (t) => {
  const times: (number | Error)[] = [1000, new WriteFenced(), 1000, 1000];
  const { client, server } = await start(t, (_request, response) => sendJson(response, 200, widget("a", 1)), {
    connections: 1,
    fence: () => {
      const answer = times.shift();
      if (answer instanceof Error) throw answer;
      return answer;
    },
  });
  await assert.rejects(client.update(widgets, key, { n: 1 }), WriteFenced);
  await client.update(widgets, key, { n: 2n ** 60n });
  assert.deepEqual(
    server.requests.map(({ body, headers }) => [body, headers["content-length"]]),
    [['{"n":1152921504606846976}', "25"]],
  );
});

test("a write ends when its fence says, and reads and reviews do not ask it", async (t) => {
  let asked = 0;
  const { client } = await start(
    t,
    ({ method, path }, response) => {
      if (method !== "PUT") sendJson(response, path.endsWith("reviews") ? 201 : 200, widget("a", 1));
    },
    {
      fence: () => {
        asked += 1;
        return 20;
      },
    },
  );
  await client.get(widgets, key);
  await client.review("/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", {});
  assert.equal(asked, 0);
  await assert.rejects(client.update(widgets, key, {}), { name: "TransportError", kind: "timeout" });
  assert.equal(asked, 2);
});

test("a retried write passes the fence again", async (t) => {
  const answers = [undefined, undefined, new WriteFenced()];
  const { client, server } = await start(
    t,
    (_request, response) => sendStatus(response, 429, "Busy", {}, { "retry-after": "0" }),
    {
      fence: () => {
        const answer = answers.shift();
        if (answer !== undefined) throw answer;
        return undefined;
      },
    },
  );
  await assert.rejects(client.update(widgets, key, {}), WriteFenced);
  assert.equal(server.requests.length, 1);
});

test("after a 401 a request is sent once more where the credentials are others now", async (t) => {
  let token = "old";
  const { client, server } = await start(
    t,
    ({ headers }, response) =>
      headers.authorization === "Bearer new"
        ? sendJson(response, 200, widget("a", 1))
        : sendStatus(response, 401, "Unauthorized"),
    {
      config: {
        server: new URL("http://replaced"),
        credentials: {
          current: async () => ({ tls: { rejectUnauthorized: true } }),
          renew: async () => false,
        },
      },
    },
  );
  await client.close();
  const renewing = createKubeClient({
    userAgent: "test",
    config: {
      server: server.url,
      credentials: {
        current: async () => ({ authorization: `Bearer ${token}`, tls: { rejectUnauthorized: true } }),
        renew: async () => {
          const isOther = token === "old";
          token = token === "old" ? "new" : "worse";
          return isOther;
        },
      },
    },
  });
  t.after(() => renewing.close());
  await renewing.get(widgets, key);
  token = "worse";
  await assert.rejects(renewing.get(widgets, key), { name: "ApiError", status: 401 });
  assert.equal(server.requests.length, 3);
});

test("a watch tells events, bookmarks and errors, and ends with the answer", async (t) => {
  const { client, server } = await start(t, (_request, response) => {
    for (const event of [
      { type: "ADDED", object: { ...widget("a", 1), spec: { n: 1 } } },
      { type: "BOOKMARK", object: { metadata: { resourceVersion: "9" } } },
      { type: "ERROR", object: { kind: "Status", code: 410, reason: "Expired" } },
    ]) {
      response.write(`${JSON.stringify(event)}\n`);
    }
    response.end();
  });
  const seen: string[] = [];
  for await (const event of await client.watch(widgets, { timeoutSeconds: 60, resourceVersion: "5" })) {
    if (event.type === "BOOKMARK") seen.push(`bookmark ${event.resourceVersion} ${event.initialEventsEnd}`);
    else if (event.type === "ERROR") seen.push(`error ${event.error.status}`);
    else seen.push(`${event.type} ${event.object.metadata.name}`);
  }
  assert.deepEqual(seen, ["ADDED a", "bookmark 9 false", "error 410"]);
  assert.equal(
    server.requests[0]?.raw.url,
    "/prefix/apis/test.example/v1/widgets?timeoutSeconds=60&resourceVersion=5&watch=true&allowWatchBookmarks=true",
  );
});

test("watches have connections of their own, so that they never hold up requests", async (t) => {
  const { client } = await start(
    t,
    ({ query }, response) => {
      if (query.has("watch")) response.writeHead(200).flushHeaders();
      else sendJson(response, 200, widget("a", 1));
    },
    { connections: 1 },
  );
  for (let i = 0; i < 5; i++) await client.watch(widgets, { timeoutSeconds: 60 });
  assert.equal((await client.get(widgets, key)).metadata.name, "a");
});

test("a watch that breaks, or sends what is no event, throws", async (t) => {
  const bodies = [
    '{"type":"ADDED","object":{"me',
    '{"type":"WHAT"}\n',
    "[]\n",
    '{"type":"ADDED","object":{}}\n',
  ];
  const { client } = await start(t, (_request, response) => {
    const body = bodies.shift() ?? "";
    response.write(body, () => (body.endsWith("\n") ? response.end() : response.destroy()));
  });
  for (const kind of ["reset", "malformed", "malformed", "malformed"] as const) {
    const events = await client.watch(widgets, { timeoutSeconds: 60 });
    await assert.rejects(
      async () => {
        for await (const event of events) assert.fail(event.type);
      },
      (error) => error instanceof TransportError && error.kind === kind,
    );
  }
});

test("a refused watch rejects when it is opened", async (t) => {
  const { client } = await start(t, (_request, response) => sendStatus(response, 410, "Expired"));
  await assert.rejects(
    client.watch(widgets, { timeoutSeconds: 60 }),
    (error) => error instanceof ApiError && error.status === 410,
  );
});
