import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { ValueReference } from "#api/broker/broker-request.ts";
import { withKeptValues } from "./header-values.ts";

const stored: Readonly<Record<string, unknown>> = {
  "Secret kyverno/token": { data: { value: Buffer.from("geheim").toString("base64") } },
  "ConfigMap team/names": { data: { agent: "scanner", ca: "PEM" } },
};

async function resolve(headersFrom: readonly (readonly [string, ValueReference])[], ca?: ValueReference) {
  const read: string[] = [];
  const call = await withKeptValues(
    {
      kind: "service",
      method: "GET",
      url: "https://example.com",
      headers: { "x-own": "1" },
      headersFrom,
      ...(ca === undefined ? {} : { caBundleFrom: ca }),
    },
    "kyverno",
    (kind, namespace, name) => {
      const key = `${kind} ${namespace}/${name}`;
      read.push(key);
      return Object.hasOwn(stored, key)
        ? Promise.resolve(stored[key])
        : Promise.reject(new Error("not found"));
    },
  );
  return { call, read };
}

describe("withKeptValues", () => {
  it("takes the values of headers from Secrets and ConfigMaps, by default of its own namespace", async () => {
    const { call } = await resolve([
      ["authorization", { kind: "Secret", name: "token", key: "value" }],
      ["user-agent", { kind: "ConfigMap", namespace: "team", name: "names", key: "agent" }],
    ]);
    assert.deepEqual(call.headers, { "x-own": "1", authorization: "geheim", "user-agent": "scanner" });
    assert.equal(Object.hasOwn(call, "headersFrom"), false);
  });

  it("takes certificates from there, too", async () => {
    const { call } = await resolve([], { kind: "ConfigMap", namespace: "team", name: "names", key: "ca" });
    assert.equal(call.caBundle, "PEM");
  });

  it("reads nothing where nothing refers to anything", async () => {
    const { call, read } = await resolve([]);
    assert.deepEqual([call.headers, read], [{ "x-own": "1" }, []]);
  });

  const misses: readonly [string, ValueReference, RegExp][] = [
    [
      "a Secret that is not there",
      { kind: "Secret", name: "none", key: "a" },
      /header x: failed to get secret kyverno\/none: not found$/,
    ],
    [
      "a key that is not there",
      { kind: "Secret", name: "token", key: "a" },
      /header x: key a not found in secret kyverno\/token$/,
    ],
    [
      "a key that no object has of itself",
      { kind: "Secret", name: "token", key: "constructor" },
      /key constructor not found/,
    ],
  ];
  for (const [what, from, message] of misses) {
    it(`names the header that refers to ${what}`, async () => {
      await assert.rejects(resolve([["x", from]]), { message });
    });
  }
});
