import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { offlineGlobalEntries } from "./offline-global-entries.ts";
import { decodeResource } from "./scan-resource.ts";
import type { ScanResource } from "./scan-resource.ts";

function read(content: object): ScanResource {
  const decoded = decodeResource(content);
  assert.ok(decoded.ok);
  return decoded.resource;
}

function entry(name: string, spec: object): ScanResource {
  return read({ apiVersion: "kyverno.io/v2", kind: "GlobalContextEntry", metadata: { name }, spec });
}

const pods = { version: "v1", resource: "pods" };
const resources = [
  read({ apiVersion: "v1", kind: "Pod", metadata: { name: "b", namespace: "two" } }),
  read({ apiVersion: "v1", kind: "Pod", metadata: { name: "a", namespace: "one" } }),
  entry("pods", {
    kubernetesResource: pods,
    projections: [{ name: "names", jmesPath: "[].metadata.name" }],
  }),
  entry("one", { kubernetesResource: { ...pods, namespace: "one" } }),
  entry("called", { apiCall: { urlPath: "/api/v1/pods" } }),
  entry("broken", { kubernetesResource: pods, projections: [{ name: "n", jmesPath: "[" }] }),
  entry("empty", {}),
];

function ask(name: string, projection?: string) {
  const answer = offlineGlobalEntries(
    resources,
    0,
  )({
    kind: "globalReference",
    entry: name,
    ...(projection === undefined ? {} : { projection }),
  });
  return answer?.kind === "failed" ? answer.message : answer;
}

describe("offlineGlobalEntries", () => {
  it("has the objects of the kind that an entry names, by namespace and name", () => {
    assert.deepEqual(ask("pods"), { kind: "value", value: [resources[1]?.object, resources[0]?.object] });
  });

  it("has those of one namespace where the entry names it", () => {
    assert.deepEqual(ask("one"), { kind: "value", value: [resources[1]?.object] });
  });

  it("has projections", () => assert.deepEqual(ask("pods", "names"), { kind: "value", value: ["a", "b"] }));

  it("knows nothing of entries that are not among the objects", () => assert.equal(ask("other"), undefined));

  const misses: readonly [string, string, string | undefined, RegExp][] = [
    ["a projection that is not declared", "pods", "other", /entry pods: projection "other" not found"$/],
    ["an entry that makes calls", "called", undefined, /entry called: a scan of files makes no calls"$/],
    ["an expression that cannot be read", "broken", undefined, /for projection "n"/],
    ["an entry without a source", "empty", undefined, /entry empty: it cannot be read|makes no calls/],
  ];
  for (const [what, name, projection, message] of misses) {
    it(`says why there are no data: ${what}`, () =>
      assert.match(JSON.stringify(ask(name, projection)).replaceAll("\\", ""), message));
  }
});
