import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Decoded } from "../schema/decode.ts";
import { decodeCleanupPolicy, decodeClusterCleanupPolicy } from "./cleanup-policy.ts";
import { decodePolicyException } from "./exception.ts";
import { decodeGlobalContextEntry } from "./global-context-entry.ts";
import { decodeUpdateRequest } from "./update-request.ts";

const metadata = { name: "x" };
const match = { any: [{ resources: { kinds: ["Pod"] } }] };

function problemsOf(decoded: Decoded<unknown>): readonly string[] {
  return decoded.ok ? [] : decoded.problems.map(({ path, message }) => `${path}: ${message}`);
}

describe("decodeCleanupPolicy and decodeClusterCleanupPolicy", () => {
  const spec = { match, schedule: "*/5 * * * *", deletionPropagationPolicy: "Orphan" };

  it("read each its own kind", () => {
    const cleanup = { apiVersion: "kyverno.io/v2", kind: "CleanupPolicy", metadata, spec };
    const cluster = { apiVersion: "kyverno.io/v2beta1", kind: "ClusterCleanupPolicy", metadata, spec };
    assert.ok(decodeCleanupPolicy(cleanup).ok && decodeClusterCleanupPolicy(cluster).ok);
    assert.ok(!decodeCleanupPolicy(cluster).ok && !decodeClusterCleanupPolicy(cleanup).ok);
  });

  it("refuse a policy without schedule and match", () => {
    const value = { apiVersion: "kyverno.io/v2", kind: "CleanupPolicy", metadata, spec: {} };
    assert.deepEqual(problemsOf(decodeCleanupPolicy(value)), [
      "spec.match: Required value",
      "spec.schedule: Required value",
    ]);
  });
});

describe("decodePolicyException", () => {
  it("reads an exception and refuses one without rule names", () => {
    const exception = (ruleNames: unknown): unknown => ({
      apiVersion: "kyverno.io/v2",
      kind: "PolicyException",
      metadata,
      spec: { match, exceptions: [{ policyName: "ns/p", ruleNames }] },
    });
    assert.deepEqual(problemsOf(decodePolicyException(exception(["*"]))), []);
    assert.deepEqual(problemsOf(decodePolicyException(exception(undefined))), [
      "spec.exceptions[0].ruleNames: Required value",
    ]);
  });
});

describe("decodeGlobalContextEntry", () => {
  it("wants exactly one source", () => {
    const entry = (spec: unknown): unknown => ({
      apiVersion: "kyverno.io/v2alpha1",
      kind: "GlobalContextEntry",
      metadata,
      spec,
    });
    const kubernetesResource = { version: "v1", resource: "pods" };
    const apiCall = { urlPath: "/api", refreshInterval: "10s" };
    const oneOf = ["spec: exactly one of kubernetesResource, apiCall must be set"];
    assert.deepEqual(problemsOf(decodeGlobalContextEntry(entry({ kubernetesResource }))), []);
    assert.deepEqual(problemsOf(decodeGlobalContextEntry(entry({ apiCall, kubernetesResource: null }))), []);
    assert.deepEqual(problemsOf(decodeGlobalContextEntry(entry({ apiCall, kubernetesResource }))), oneOf);
    assert.deepEqual(problemsOf(decodeGlobalContextEntry(entry({}))), oneOf);
  });
});

describe("decodeUpdateRequest", () => {
  it("reads what an admission controller writes, null roles and empty fields included", () => {
    const value = {
      apiVersion: "kyverno.io/v2",
      kind: "UpdateRequest",
      metadata,
      spec: {
        requestType: "cel-generate",
        policy: "p",
        rule: "",
        deleteDownstream: false,
        resource: {},
        ruleContext: [{ rule: "p", deleteDownstream: false, trigger: { kind: "Pod", uid: "u" } }],
        context: {
          userInfo: { roles: null, clusterRoles: ["view"], userInfo: { username: "eve" } },
          admissionRequestInfo: {
            admissionRequest: {
              uid: "u",
              operation: "CREATE",
              kind: { group: "", version: "v1", kind: "Pod" },
              resource: { group: "", version: "v1", resource: "pods" },
              object: { any: [1] },
              userInfo: {},
            },
          },
        },
      },
      status: { state: "Pending" },
    };
    assert.deepEqual(decodeUpdateRequest(value), { ok: true, value });
  });
});
