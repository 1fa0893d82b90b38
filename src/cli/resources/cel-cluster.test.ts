import assert from "node:assert/strict";
import { describe, it } from "node:test";

import type { ContextRequest } from "#engine/context/context-source.ts";

import { celCluster } from "./cel-cluster.ts";
import { decodeResource } from "./scan-resource.ts";

const decoded = decodeResource({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name: "a", namespace: "n" },
});
assert.ok(decoded.ok);
const images = new Map([["nginx", { tag: "latest" }]]);
const cluster = celCluster(
  { objects: [decoded.resource], images },
  { lookUp: () => ({ kind: "unavailable" }) },
);
const ask = (request: ContextRequest) =>
  cluster.lookUp(request, { policyKind: "ValidatingPolicy", policyName: "p" });
const get = (urlPath: string) => ask({ kind: "apiCall", method: "GET", urlPath });

describe("the cluster that CEL policies of files read", () => {
  it("has the described objects, each in its namespace only", () => {
    const answer = get("/api/v1/namespaces/n/configmaps/a");
    assert.deepEqual(answer.kind === "value" && answer.value, decoded.resource.object);
    const elsewhere = get("/api/v1/namespaces/m/configmaps/a");
    assert.deepEqual(elsewhere.kind === "failed" && elsewhere.status, 404);
  });

  it("lists by the exact namespace, whatever the labels, and knows no other kinds", () => {
    const counts = ["/api/v1/namespaces/n/configmaps?labelSelector=a%3Db", "/api/v1/configmaps"].map(
      (path) => {
        const answer = get(path);
        const items = answer.kind === "value" ? (answer.value as { items: unknown[] }).items : [];
        return items.length;
      },
    );
    assert.deepEqual(counts, [1, 0]);
    assert.equal(get("/api/v1/secrets").kind, "failed");
  });

  it("has the described data of images and of no others", () => {
    assert.deepEqual(ask({ kind: "imageRegistry", reference: "nginx" }), {
      kind: "value",
      value: { tag: "latest" },
    });
    assert.equal(ask({ kind: "imageRegistry", reference: "redis" }).kind, "failed");
  });
});
