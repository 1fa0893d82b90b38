import assert from "node:assert/strict";
import { describe, it } from "node:test";

import type { ContextAnswer, ContextRequest } from "#engine/context/context-source.ts";

import { offlineCluster } from "./offline-cluster.ts";
import { decodeResource } from "./scan-resource.ts";
import type { ScanResource } from "./scan-resource.ts";

function resource(apiVersion: string, kind: string, name: string, namespace?: string): ScanResource {
  const decoded = decodeResource({ apiVersion, kind, metadata: { name, namespace } });
  assert.ok(decoded.ok);
  return decoded.resource;
}

const cluster = offlineCluster([
  resource("v1", "Pod", "a", "one"),
  resource("v1", "Pod", "b", "two"),
  resource("networking.k8s.io/v1", "NetworkPolicy", "n", "one"),
  resource("v1", "Namespace", "one"),
  resource("kyverno.io/v2", "GlobalContextEntry", "known"),
]);
const scope = { policyKind: "ClusterPolicy", policyName: "p" };

function look(request: ContextRequest): ContextAnswer {
  return cluster.lookUp(request, scope);
}

function get(urlPath: string): ContextAnswer {
  return look({ kind: "apiCall", method: "GET", urlPath });
}

function namesIn(answer: ContextAnswer): unknown {
  assert.equal(answer.kind, "value");
  const text = JSON.stringify(answer);
  return [...text.matchAll(/"metadata":\{"name":"(\w+)"/g)].map((found) => found[1]);
}

describe("offlineCluster", () => {
  it("lists all objects of a type, and those of a namespace", () => {
    assert.deepEqual(namesIn(get("/api/v1/pods")), ["a", "b"]);
    assert.deepEqual(namesIn(get("/api/v1/namespaces/two/pods")), ["b"]);
    assert.deepEqual(namesIn(get("/apis/networking.k8s.io/v1/networkpolicies")), ["n"]);
    assert.deepEqual(namesIn(get("/api/v1/namespaces")), ["one"]);
    assert.deepEqual(namesIn(get("/apis/example.org/v1/things")), []);
  });

  it("gets one object", () => {
    const answer = get("/api/v1/namespaces/one/pods/a");
    assert.ok(answer.kind === "value");
    assert.equal((answer.value as { kind?: string }).kind, "Pod");
  });

  const failures: readonly (readonly [path: string, message: string])[] = [
    ["/api/v1/namespaces/one/secrets/s", 'failed to get resource v1/Secret/s: secrets "s" not found'],
    [
      "/apis/apps/v1/namespaces/one/statefulsets/s",
      'failed to get resource apps/v1/StatefulSet/s: statefulsets.apps "s" not found',
    ],
    ["/api/v1/pods/a", 'failed to get resource v1/Pod/a: pods "a" not found'],
    ["/api/v1/namespaces/one", "failed to parse path: api/v1/namespaces/one"],
    ["/version", "failed to parse path: version"],
    ["/api/v1/namespaces/one/pods/a/log", "failed to parse path: api/v1/namespaces/one/pods/a/log"],
    ["/api/v1/pods?limit=1", "a scan of files does not answer requests with parameters"],
  ];
  for (const [path, message] of failures) {
    const status = message.endsWith("not found") ? { status: 404 } : {};
    it(`refuses ${path}`, () => assert.deepEqual(get(path), { kind: "failed", message, ...status }));
  }

  it("does not serve what values may stand in for, and says so of what they may not", () => {
    assert.equal(look({ kind: "configMap", namespace: "a", name: "b" }).kind, "unavailable");
    assert.equal(look({ kind: "imageRegistry", reference: "nginx" }).kind, "unavailable");
    assert.equal(look({ kind: "globalReference", entry: "other" }).kind, "unavailable");
    assert.equal(look({ kind: "globalReference", entry: "known" }).kind, "failed");
    assert.equal(look({ kind: "apiCall", method: "POST", urlPath: "/api/v1/pods" }).kind, "failed");
    assert.equal(look({ kind: "service", method: "GET", url: "https://x", headers: {} }).kind, "failed");
  });
});
