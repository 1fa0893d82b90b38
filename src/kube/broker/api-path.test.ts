import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { parseApiPath, showApiPath } from "./api-path.ts";

const resource = (parts: object) => ({ kind: "resource", group: "", version: "v1", query: {}, ...parts });

const understood: readonly [string, object][] = [
  ["/api/v1/pods", resource({ resource: "pods" })],
  ["/api/v1/namespaces/team-a/pods/", resource({ namespace: "team-a", resource: "pods" })],
  [
    "/api/v1/namespaces/team-a/pods?labelSelector=app%3Dweb,tier%3Dfront&limit=5",
    resource({
      namespace: "team-a",
      resource: "pods",
      query: { labelSelector: "app=web,tier=front", limit: "5" },
    }),
  ],
  [
    "/apis/apps/v1/namespaces/team-a/deployments/web/scale",
    resource({
      group: "apps",
      namespace: "team-a",
      resource: "deployments",
      name: "web",
      subresource: "scale",
    }),
  ],
  ["/api/v1/namespaces", resource({ resource: "namespaces" })],
  ["/api/v1/namespaces/team-a", resource({ resource: "namespaces", name: "team-a" })],
  [
    "/api/v1/namespaces/team-a/status",
    resource({ resource: "namespaces", name: "team-a", subresource: "status" }),
  ],
  [
    "/apis/rbac.authorization.k8s.io/v1/clusterroles/system:node",
    resource({ group: "rbac.authorization.k8s.io", resource: "clusterroles", name: "system:node" }),
  ],
  [
    "/apis/custom.metrics.k8s.io/v1beta1/namespaces/a/pods/*/requests",
    resource({
      group: "custom.metrics.k8s.io",
      version: "v1beta1",
      namespace: "a",
      resource: "pods",
      name: "*",
      subresource: "requests",
    }),
  ],
  ["/version", { kind: "other", segments: ["version"] }],
  ["/apis/apps/v1", { kind: "other", segments: ["apis", "apps", "v1"] }],
];

for (const [urlPath, path] of understood) {
  test(`${urlPath} is understood`, () => assert.deepEqual(parseApiPath(urlPath), { ok: true, path }));
}

const refused: readonly [string, RegExp][] = [
  ["api/v1/pods", /begin with a slash/],
  ["https://elsewhere/api/v1/pods", /begin with a slash/],
  ["/api/v1/namespaces/team-a/../kyverno/secrets", /dot segments/],
  ["/api/v1/namespaces/team-a/./secrets", /dot segments/],
  ["/api/v1//pods", /empty/],
  ["//elsewhere/api", /empty/],
  ["/api/v1/namespaces/team-a%2F..%2Fkyverno/secrets", /no plain name/],
  ["/api/v1/namespaces/team-a/%2e%2e/secrets", /no plain name/],
  ["/api/v1/namespaces/team-a\\..\\kyverno/secrets", /no plain name/],
  ["/api/v1/pods;x", /no plain name/],
  ["/api/v1/pods\r\nHost: elsewhere", /no plain name/],
  ["/api/v1/pods#?labelSelector=a", /fragment/],
  ["/api/v1/pods?watch=true", /parameter "watch"/],
  ["/api/v1/pods?%77atch=true", /parameter "watch"/],
  ["/api/v1/pods?limit=1&limit=2", /twice/],
  ["/api/v1/pods?__proto__=1", /parameter/],
  ["/api/v1/watch/pods", /watch/],
  ["/api/v1/namespaces/a/pods/b/c/d", /deeper/],
  ["/apis/apps/v1/namespaces/a", /no resource/],
  ["/version?labelSelector=a", /only resources/],
  [`/api/v1/pods?labelSelector=${"a".repeat(3_000)}`, /longer/],
];

for (const [urlPath, problem] of refused) {
  test(`${JSON.stringify(urlPath.slice(0, 70))} is refused`, () => {
    const parsed = parseApiPath(urlPath);
    assert.equal(parsed.ok, false);
    assert.match(parsed.ok ? "" : parsed.problem, problem);
  });
}

test("what is accepted is sent as it was read, whatever the text", () => {
  const piece = fc.constantFrom(
    "api",
    "apis",
    "v1",
    "namespaces",
    "a",
    "..",
    ".",
    "",
    "%2e",
    "pods",
    "\\",
    "?",
    "#",
    "x:y",
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 9 }), (pieces) => {
      const parsed = parseApiPath(`/${pieces.join("/")}`);
      if (!parsed.ok) return;
      const shown = showApiPath(parsed.path);
      assert.deepEqual(parseApiPath(shown), {
        ok: true,
        path: { ...parsed.path, ...("query" in parsed.path ? { query: {} } : {}) },
      });
      assert.equal(new URL(shown, "http://localhost").pathname, shown);
    }),
  );
});
