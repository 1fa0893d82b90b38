import assert from "node:assert/strict";
import { test } from "node:test";
import { Store } from "../storage/store.ts";
import { Authorizer } from "./authorize.ts";
import type { Attributes } from "./authorize.ts";

const rbac = "rbac.authorization.k8s.io";
const jane = { name: "jane", groups: ["developers"] };
const asking = (verb: string, resource: string, more: Partial<Attributes> = {}): Attributes => ({
  verb,
  resource,
  group: "",
  subresource: "",
  namespace: "a",
  name: "",
  ...more,
});

function authorizerWith(roles: readonly (readonly [string, string, object])[]): Authorizer {
  const store = new Store(10);
  for (const [resource, key, object] of roles) {
    store.put(`${rbac}/${resource}`, key, (resourceVersion) => {
      const [namespace, name] = key.includes("/") ? key.split("/") : [undefined, key];
      return {
        metadata: { name, resourceVersion, ...(namespace === undefined ? {} : { namespace }) },
        ...object,
      };
    });
  }
  return new Authorizer(store);
}

const reads = { rules: [{ apiGroups: [""], resources: ["pods", "pods/log"], verbs: ["get", "list"] }] };
const toJane = { subjects: [{ kind: "User", name: "jane" }] };

test("a role counts in its namespace only", () => {
  const authorizer = authorizerWith([
    ["roles", "a/reader", reads],
    ["rolebindings", "a/x", { roleRef: { kind: "Role", name: "reader" }, ...toJane }],
  ]);
  assert.equal(authorizer.isAllowed(jane, asking("get", "pods")), true);
  assert.equal(authorizer.isAllowed(jane, asking("get", "pods", { subresource: "log" })), true);
  assert.equal(authorizer.isAllowed(jane, asking("get", "pods", { namespace: "b" })), false);
  assert.equal(authorizer.isAllowed(jane, asking("delete", "pods")), false);
  assert.equal(authorizer.isAllowed({ name: "joe", groups: [] }, asking("get", "pods")), false);
});

test("groups, service accounts, names and stars are understood", () => {
  const all = { rules: [{ apiGroups: ["*"], resources: ["*"], verbs: ["*"], resourceNames: ["one"] }] };
  const authorizer = authorizerWith([
    ["clusterroles", "one", all],
    [
      "clusterrolebindings",
      "x",
      {
        roleRef: { kind: "ClusterRole", name: "one" },
        subjects: [
          { kind: "Group", name: "developers" },
          { kind: "ServiceAccount", namespace: "s", name: "bot" },
        ],
      },
    ],
  ]);
  const bot = { name: "system:serviceaccount:s:bot", groups: [] };
  for (const user of [jane, bot]) {
    assert.equal(authorizer.isAllowed(user, asking("patch", "things", { group: "g", name: "one" })), true);
    assert.equal(authorizer.isAllowed(user, asking("patch", "things", { group: "g", name: "two" })), false);
  }
});

test("a role that aggregates has the rules of those it chooses", () => {
  const authorizer = authorizerWith([
    [
      "clusterroles",
      "view",
      { aggregationRule: { clusterRoleSelectors: [{ matchLabels: { to: "view" } }] } },
    ],
    ["clusterroles", "part", { metadata: { name: "part", labels: { to: "view" } }, ...reads }],
    ["clusterrolebindings", "x", { roleRef: { kind: "ClusterRole", name: "view" }, ...toJane }],
  ]);
  assert.equal(authorizer.isAllowed(jane, asking("list", "pods")), true);
});
