import assert from "node:assert/strict";
import { describe, it } from "node:test";

import type { ContextApiCall } from "#api/kyverno/context.ts";

import { QueryError } from "../errors.ts";
import { requestOfCall } from "./api-call-entry.ts";

function serviceCall(service: Partial<NonNullable<ContextApiCall["service"]>>): ContextApiCall {
  return { method: "GET", service: { url: "https://example.com", ...service } };
}

describe("a call to a service", () => {
  it("sends headers as they stand, and says where the values of others are kept", () => {
    const request = requestOfCall(
      "e",
      serviceCall({
        headers: [
          { key: "accept", value: "text/plain" },
          { key: "empty" },
          { key: "token", valueFrom: { secretKeyRef: { name: "s", key: "k" } } },
          { key: "agent", valueFrom: { configMapKeyRef: { name: "c", key: "k", namespace: "n" } } },
        ],
        caBundleFrom: { secretKeyRef: { name: "ca", key: "pem" } },
      }),
    );
    assert.deepEqual(request, {
      kind: "service",
      method: "GET",
      url: "https://example.com",
      headers: { accept: "text/plain", empty: "" },
      headersFrom: [
        ["token", { kind: "Secret", name: "s", key: "k" }],
        ["agent", { kind: "ConfigMap", namespace: "n", name: "c", key: "k" }],
      ],
      caBundleFrom: { kind: "Secret", name: "ca", key: "pem" },
    });
  });

  it("takes a Secret where a value refers to both", () => {
    const request = requestOfCall(
      "e",
      serviceCall({
        headers: [
          {
            key: "token",
            valueFrom: { secretKeyRef: { name: "s", key: "k" }, configMapKeyRef: { name: "c", key: "k" } },
          },
        ],
      }),
    );
    assert.ok(request.kind === "service");
    assert.deepEqual(request.headersFrom, [["token", { kind: "Secret", name: "s", key: "k" }]]);
  });

  it("cannot be made with a value that refers to nothing", () => {
    const call = serviceCall({ headers: [{ key: "token", valueFrom: {} }] });
    assert.throws(() => requestOfCall("e", call), QueryError);
  });
});
