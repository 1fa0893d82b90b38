import assert from "node:assert/strict";
import { test } from "node:test";
import type { ResourceType } from "#api/meta/resource-type.ts";
import { queryText, resourcePath } from "./request-path.ts";

const pods: ResourceType = {
  group: "",
  version: "v1",
  kind: "Pod",
  resource: "pods",
  namespaced: true,
  verbs: [],
  preferred: true,
};

test("paths of core and named groups, of collections, objects and subresources", () => {
  const deployments = { ...pods, group: "apps", kind: "Deployment", resource: "deployments" };
  assert.equal(resourcePath(pods, {}), "/api/v1/pods");
  assert.equal(resourcePath(pods, { namespace: "a", name: "b" }), "/api/v1/namespaces/a/pods/b");
  assert.equal(
    resourcePath(deployments, { namespace: "a", name: "b", subresource: "status" }),
    "/apis/apps/v1/namespaces/a/deployments/b/status",
  );
});

test("no name reaches another path", () => {
  assert.equal(resourcePath(pods, { name: "../secrets?x#y" }), "/api/v1/pods/..%2Fsecrets%3Fx%23y");
  for (const name of ["", ".", ".."]) assert.throws(() => resourcePath(pods, { name }), TypeError);
  assert.throws(() => resourcePath(pods, { namespace: ".." }), TypeError);
});

test("queries are escaped and leave out what is undefined", () => {
  assert.equal(queryText({}), "");
  assert.equal(
    queryText({ a: undefined, limit: 5, labelSelector: "a=b,c" }),
    "?limit=5&labelSelector=a%3Db%2Cc",
  );
});
