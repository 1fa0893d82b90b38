import assert from "node:assert/strict";
import { test } from "node:test";
import type { BrokerRequest, BrokerScope } from "#api/broker/broker-request.ts";
import type { KubeObject } from "#api/meta/object-meta.ts";
import { silentLogger } from "#telemetry/logger.ts";
import { createVirtualClock } from "#test/support/virtual-clock.ts";
import { ApiError, TransportError } from "../client/api-error.ts";
import { createBroker, type BrokerSettings } from "./create-broker.ts";

const cluster: BrokerScope = { policyKind: "ClusterPolicy", policyName: "p" };
const namespaced: BrokerScope = { policyKind: "Policy", policyNamespace: "team-a", policyName: "p" };

const settings: BrokerSettings = {
  maxResponseBytes: 2_000_000,
  timeoutMs: 30_000,
  allowedHosts: [],
  blockedHosts: [],
  privateNetworks: [],
};

const forbidden = new ApiError({ status: 403, reason: "Forbidden", message: "pods is forbidden" });

function build() {
  const clock = createVirtualClock();
  const calls: string[] = [];
  const outcomes: string[] = [];
  let answer: () => unknown = () => ({ items: [] });
  let allowed = true;
  const call = async (text: string): Promise<unknown> => {
    calls.push(text);
    return answer();
  };
  const broker = createBroker({
    client: {
      get: async (type, { namespace, name }) =>
        (await call(`get ${type.resource} ${namespace}/${name}`)) as KubeObject,
      rawGet: (path, options) => call(`GET ${path}?${new URLSearchParams(options?.query).toString()}`),
      review: async (path) => {
        if (!path.endsWith("/selfsubjectaccessreviews")) return call(`POST ${path}`);
        calls.push("review");
        return { status: { allowed } };
      },
    },
    ownNamespace: "kyverno",
    settings: () => settings,
    clock,
    random: () => 0,
    log: silentLogger,
    onCall: (kind, outcome) => outcomes.push(`${kind} ${outcome}`),
    resolve: async () => [],
    proxyFor: () => undefined,
  });
  const get = (urlPath: string, scope = cluster) =>
    broker.load({ kind: "apiCall", method: "GET", urlPath }, scope);
  return {
    clock,
    broker,
    calls,
    outcomes,
    get,
    answerWith: (next: () => unknown) => {
      answer = next;
    },
    allow: (value: boolean) => {
      allowed = value;
    },
  };
}

const fail = (error: Error) => () => {
  throw error;
};

test("a GET reaches the API server with the parameters of its list", async () => {
  const { get, calls, answerWith } = build();
  answerWith(() => ({ items: [1] }));
  assert.deepEqual(await get("/api/v1/namespaces/team-a/pods?labelSelector=a%3Db"), {
    kind: "value",
    value: { items: [1] },
  });
  assert.deepEqual(calls, ["GET /api/v1/namespaces/team-a/pods?labelSelector=a%3Db"]);
});

test("a ConfigMap is read as an object", async () => {
  const { broker, calls, answerWith } = build();
  answerWith(() => ({ kind: "ConfigMap", data: { a: "b" } }));
  const answer = await broker.load({ kind: "configMap", namespace: "default", name: "allowed" }, cluster);
  assert.deepEqual(answer, { kind: "value", value: { kind: "ConfigMap", data: { a: "b" } } });
  assert.deepEqual(calls, ["get configmaps default/allowed"]);
});

test("a ConfigMap that is missing is a failure in Kyverno's words", async () => {
  const { broker, answerWith } = build();
  answerWith(
    fail(new ApiError({ status: 404, reason: "NotFound", message: 'configmaps "allowed" not found' })),
  );
  assert.deepEqual(await broker.load({ kind: "configMap", namespace: "default", name: "allowed" }, cluster), {
    kind: "failed",
    message: 'failed to get configmap default/allowed : configmaps "allowed" not found',
    mayPass: false,
    status: 404,
  });
});

const refused: readonly [string, BrokerRequest, BrokerScope, RegExp][] = [
  [
    "a namespaced policy does not read other namespaces",
    { kind: "apiCall", method: "GET", urlPath: "/api/v1/namespaces/team-b/pods" },
    namespaced,
    /reaches resources in that namespace only/,
  ],
  [
    "a namespaced policy does not hide its way in a selector",
    { kind: "apiCall", method: "GET", urlPath: "/api/v1/pods?labelSelector=/namespaces/team-a" },
    namespaced,
    /in that namespace only/,
  ],
  [
    "a namespaced policy reads no cluster-scoped kinds",
    { kind: "apiCall", method: "GET", urlPath: "/api/v1/nodes" },
    namespaced,
    /in that namespace only/,
  ],
  [
    "a namespaced policy does not read ConfigMaps elsewhere",
    { kind: "configMap", namespace: "default", name: "x" },
    namespaced,
    /in that namespace only/,
  ],
  [
    "a namespaced policy asks no discovery",
    { kind: "apiCall", method: "GET", urlPath: "/version" },
    namespaced,
    /in that namespace only/,
  ],
  [
    "a namespaced policy calls no services",
    { kind: "service", method: "GET", url: "https://example.com", headers: {} },
    namespaced,
    /may not call services/,
  ],
  [
    "nobody reads Secrets of our own namespace",
    { kind: "apiCall", method: "GET", urlPath: "/api/v1/namespaces/kyverno/secrets/x" },
    cluster,
    /Secrets of the namespace kyverno/,
  ],
  [
    "nobody goes through the API server to somewhere else",
    { kind: "apiCall", method: "GET", urlPath: "/api/v1/namespaces/a/services/web/proxy" },
    cluster,
    /subresource proxy/,
  ],
  [
    "nobody gets tokens",
    { kind: "apiCall", method: "POST", urlPath: "/api/v1/namespaces/a/serviceaccounts/b/token", body: {} },
    cluster,
    /subresource token/,
  ],
  [
    "a POST creates nothing",
    { kind: "apiCall", method: "POST", urlPath: "/api/v1/namespaces/a/pods", body: {} },
    cluster,
    /may only ask/,
  ],
  [
    "paths that are closed stay closed",
    { kind: "apiCall", method: "GET", urlPath: "/logs/kube-apiserver.log" },
    cluster,
    /closed to policies/,
  ],
  [
    "service calls are denied until a host is allowed",
    { kind: "service", method: "GET", url: "https://example.com/x", headers: {} },
    cluster,
    /not allowed; an administrator can name it in the setting httpAllowlist/,
  ],
];

for (const [title, request, scope, message] of refused) {
  test(title, async () => {
    const { broker, calls, outcomes } = build();
    const answer = await broker.load(request, scope);
    assert.match(answer.kind === "failed" && !answer.mayPass ? answer.message : "", message);
    assert.deepEqual([calls, outcomes], [[], [`${request.kind} refused`]]);
  });
}

test("failures that depend on the moment may pass, those that depend on the request do not", async () => {
  const { broker, answerWith } = build();
  const status = (code: number) => new ApiError({ status: code, reason: "", message: "" });
  const mayPass = async (error: Error): Promise<boolean> => {
    answerWith(fail(error));
    const answer = await broker.load({ kind: "configMap", namespace: "default", name: "c" }, cluster);
    return answer.kind === "failed" && answer.mayPass;
  };
  for (const error of [
    new TransportError("reset", ""),
    new TransportError("timeout", ""),
    status(503),
    status(429),
  ]) {
    assert.equal(await mayPass(error), true);
  }
  for (const error of [new TransportError("too-large", ""), status(404), status(400), status(422)]) {
    assert.equal(await mayPass(error), false);
  }
});

test("a namespaced policy reads its own namespace, the Namespace itself, and what kinds are made of", async () => {
  const { get, calls } = build();
  await get("/openapi/v3/apis/example.com/v1", namespaced);
  await get("/api/v1/namespaces/team-a/pods", namespaced);
  await get("/api/v1/namespaces/team-a", namespaced);
  assert.equal(calls.length, 3);
});

test("a review may be posted", async () => {
  const { broker, calls } = build();
  const urlPath = "/apis/authorization.k8s.io/v1/subjectaccessreviews";
  await broker.load(
    { kind: "apiCall", method: "POST", urlPath, body: { kind: "SubjectAccessReview" } },
    cluster,
  );
  assert.deepEqual(calls, [`POST ${urlPath}`]);
});

test("a list of all Secrets has none of our own namespace", async () => {
  const { get, answerWith } = build();
  const secret = (namespace: string) => ({ metadata: { namespace } });
  answerWith(() => ({ kind: "SecretList", items: [secret("kyverno"), secret("team-a"), null] }));
  assert.deepEqual(await get("/api/v1/secrets"), {
    kind: "value",
    value: { kind: "SecretList", items: [secret("team-a"), null] },
  });
});

test("what is forbidden for good is held back for that rule alone, and tried again later", async () => {
  const { broker, clock, get, calls, answerWith, allow } = build();
  answerWith(fail(forbidden));
  allow(false);
  const urlPath = "/api/v1/namespaces/a/pods";
  await get(urlPath);
  assert.deepEqual(calls.splice(0), [`GET ${urlPath}?`, "review"]);
  assert.deepEqual(await get(urlPath), {
    kind: "failed",
    message: "pods is forbidden",
    mayPass: true,
  });
  assert.deepEqual(calls, []);
  assert.equal(broker.openBreakers(), 1);

  await get(urlPath, { ...cluster, policyName: "other" });
  await get("/api/v1/namespaces/b/pods");
  assert.deepEqual(calls.splice(0).filter((call) => call !== "review").length, 2);

  await clock.advance(5_000);
  answerWith(() => ({ items: [] }));
  assert.equal((await get(urlPath)).kind, "value");
  assert.equal((await get(urlPath)).kind, "value");
});

test("pauses of a breaker grow to five minutes, and end at once when rights change", async () => {
  const { broker, clock, get, calls, answerWith, allow } = build();
  answerWith(fail(forbidden));
  allow(false);
  const urlPath = "/api/v1/nodes";
  for (let second = 0; second < 3_600; second++) {
    await get(urlPath);
    await clock.advance(1_000);
  }
  const tries = calls.splice(0).filter((call) => call !== "review").length;
  assert.ok(tries >= 15 && tries <= 20, `${tries} tries in an hour`);
  broker.retryForbidden();
  await get(urlPath);
  assert.equal(calls[0], `GET ${urlPath}?`);
});

test("a 403 that authorization does not confirm concerns that call alone", async () => {
  const { broker, get, calls, answerWith } = build();
  answerWith(fail(forbidden));
  await get("/api/v1/namespaces/a/pods");
  await get("/api/v1/namespaces/a/pods");
  assert.equal(calls.filter((call) => call.startsWith("GET")).length, 2);
  assert.equal(broker.openBreakers(), 0);
});

test("an answer that is too long says what the limit is", async () => {
  const { get, answerWith } = build();
  answerWith(fail(new TransportError("too-large", "long")));
  const answer = await get("/api/v1/pods");
  assert.match(
    answer.kind === "failed" ? answer.message : "",
    /less than max allowed response length of 2000000$/,
  );
});

test("one policy does not take all the room", async () => {
  const { get, calls, answerWith } = build();
  const gate = Promise.withResolvers<object>();
  answerWith(() => gate.promise);
  const slow = Array.from({ length: 50 }, (_, at) => get(`/api/v1/namespaces/a/pods/p${at}`));
  const other = get("/api/v1/nodes", { ...cluster, policyName: "other" });
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(calls.length, 5);
  assert.equal(calls.at(-1), "GET /api/v1/nodes?");
  gate.resolve({});
  await Promise.all([...slow, other]);
  assert.equal(calls.length, 51);
});
