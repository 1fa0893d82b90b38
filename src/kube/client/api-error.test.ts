import assert from "node:assert/strict";
import { test } from "node:test";
import {
  ApiError,
  isAlreadyExists,
  isConflict,
  isForbidden,
  isGone,
  isNamespaceTerminating,
  isNotFound,
  isTooManyRequests,
  isTransient,
  isUnauthorized,
  TransportError,
} from "./api-error.ts";
import { apiErrorOf } from "./api-status.ts";

const predicates = {
  isNotFound,
  isConflict,
  isAlreadyExists,
  isGone,
  isForbidden,
  isUnauthorized,
  isTooManyRequests,
  isTransient,
  isNamespaceTerminating,
};

function truths(error: unknown): string[] {
  return Object.entries(predicates)
    .filter(([, holds]) => holds(error))
    .map(([name]) => name);
}

test("errors are told apart by status, reason and causes", () => {
  const terminating = {
    causes: [{ reason: "NamespaceTerminating", message: "", field: "metadata.namespace" }],
  };
  for (const [status, reason, expected] of [
    [404, "NotFound", ["isNotFound"]],
    [409, "Conflict", ["isConflict"]],
    [409, "AlreadyExists", ["isAlreadyExists"]],
    [410, "Expired", ["isGone"]],
    [403, "Forbidden", ["isForbidden"]],
    [401, "Unauthorized", ["isUnauthorized"]],
    [429, "TooManyRequests", ["isTooManyRequests", "isTransient"]],
    [503, "ServiceUnavailable", ["isTransient"]],
    [422, "Invalid", []],
  ] as const) {
    assert.deepEqual(
      truths(new ApiError({ status, reason, message: "namespace is being terminated" })),
      expected,
    );
  }
  const error = new ApiError({ status: 403, reason: "Forbidden", message: "", details: terminating });
  assert.deepEqual(truths(error), ["isForbidden", "isNamespaceTerminating"]);
});

test("failures without an answer are transient, unreadable answers are not", () => {
  for (const kind of ["timeout", "reset", "connect", "dns", "tls"] as const) {
    assert.deepEqual(truths(new TransportError(kind, "")), ["isTransient"], kind);
  }
  for (const kind of ["too-large", "malformed"] as const)
    assert.deepEqual(truths(new TransportError(kind, "")), []);
});

test("a Status tells reason, causes, the time to wait and where a list goes on", () => {
  const error = apiErrorOf(
    {
      kind: "Status",
      code: 410,
      reason: "Expired",
      message: "too old",
      metadata: { continue: "next" },
      details: { name: "a", kind: "pods", retryAfterSeconds: 2, causes: [{ reason: "X" }, null] },
    },
    { status: 500, message: "unused" },
  );
  assert.equal(error.status, 410);
  assert.equal(error.continueToken, "next");
  assert.equal(error.retryAfterMs, 2000);
  assert.equal(error.message, "too old");
  assert.deepEqual(error.details, {
    name: "a",
    kind: "pods",
    causes: [
      { reason: "X", message: "", field: "" },
      { reason: "", message: "", field: "" },
    ],
  });
});

test("an answer that is no Status keeps the HTTP status", () => {
  for (const body of [undefined, "text", null, [], { kind: "Other", code: 1 }]) {
    const error = apiErrorOf(body, { status: 502, message: "bad gateway", retryAfter: "7" });
    assert.deepEqual(
      [error.status, error.reason, error.message, error.retryAfterMs],
      [502, "", "bad gateway", 7000],
    );
  }
});
