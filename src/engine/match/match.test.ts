import assert from "node:assert/strict";
import { describe, it } from "node:test";

import type { MatchResources } from "#api/kyverno/match.ts";

import type { RequestUser } from "../input.ts";
import type { JsonObject } from "../values/json.ts";
import { compileMatch } from "./match.ts";
import { matchSubjectOf } from "./subject.ts";
import type { SubjectSource } from "./subject.ts";

function source(metadata: JsonObject, more: Partial<SubjectSource> = {}): SubjectSource {
  return {
    resource: { metadata },
    gvk: { group: "", version: "v1", kind: "Pod" },
    subresource: "",
    operation: "CREATE",
    namespace: "shop",
    ...more,
  };
}

const web = source({ name: "web-1", labels: { app: "web" }, annotations: { "a/owner": "team-x" } });
const namespace = source(
  { name: "shop" },
  {
    gvk: { group: "", version: "v1", kind: "Namespace" },
    namespace: "",
    namespaceLabels: {},
  },
);
const clusterWide = source(
  { name: "n1" },
  { gvk: { group: "", version: "v1", kind: "Node" }, namespace: "" },
);
const alice: RequestUser = {
  username: "alice",
  groups: ["dev"],
  roles: ["shop:editor"],
  clusterRoles: ["view"],
};

function matches(from: SubjectSource, match: MatchResources, exclude?: MatchResources): boolean {
  return compileMatch(match, exclude).matches(matchSubjectOf(from));
}

const pods: MatchResources = { any: [{ resources: { kinds: ["Pod"] } }] };

type Case = readonly [
  title: string,
  from: SubjectSource,
  match: MatchResources,
  exclude: MatchResources | undefined,
  expected: boolean,
];

const cases: readonly Case[] = [
  [
    "any: one filter is enough",
    web,
    { any: [{ resources: { kinds: ["Job"] } }, ...(pods.any ?? [])] },
    undefined,
    true,
  ],
  [
    "all: every filter must match",
    web,
    {
      all: [{ resources: { kinds: ["Pod"] } }, { resources: { names: ["db-*"] } }],
    },
    undefined,
    false,
  ],
  [
    "all: every filter matches",
    web,
    {
      all: [{ resources: { kinds: ["Pod"] } }, { resources: { names: ["web-*"] } }],
    },
    undefined,
    true,
  ],
  ["the old form is one filter", web, { resources: { kinds: ["Pod"], names: ["web-?"] } }, undefined, true],
  ["any wins over the old form", web, { ...pods, resources: { kinds: ["Job"] } }, undefined, true],
  ["an empty match matches nothing", web, {}, undefined, false],
  ["an empty filter matches nothing", web, { any: [{}] }, undefined, false],
  ["a filter of empty lists is empty", web, { any: [{ resources: { kinds: [] } }] }, undefined, false],
  [
    "operations: a scan is a CREATE",
    web,
    {
      any: [{ resources: { kinds: ["Pod"], operations: ["UPDATE"] } }],
    },
    undefined,
    false,
  ],
  [
    "name and names must both fit",
    web,
    {
      any: [{ resources: { name: "web-1", names: ["db"] } }],
    },
    undefined,
    false,
  ],
  [
    "generateName stands in for a missing name",
    source({ generateName: "job-" }),
    {
      any: [{ resources: { names: ["job-*"] } }],
    },
    undefined,
    true,
  ],
  ["namespaces are wildcards", web, { any: [{ resources: { namespaces: ["sh?p"] } }] }, undefined, true],
  [
    "a Namespace is matched by its own name",
    namespace,
    {
      any: [{ resources: { namespaces: ["shop"] } }],
    },
    undefined,
    true,
  ],
  [
    "* takes objects without a namespace",
    clusterWide,
    {
      any: [{ resources: { namespaces: ["*"] } }],
    },
    undefined,
    true,
  ],
  [
    "?* does not take objects without a namespace",
    clusterWide,
    {
      any: [{ resources: { namespaces: ["?*"] } }],
    },
    undefined,
    false,
  ],
  [
    "annotations: key and value are wildcards",
    web,
    {
      any: [{ resources: { annotations: { "*/owner": "team-?" } } }],
    },
    undefined,
    true,
  ],
  [
    "labels of a wrong shape read as none",
    source({ labels: { app: 5 } }),
    {
      any: [{ resources: { selector: { matchExpressions: [{ key: "app", operator: "DoesNotExist" }] } } }],
    },
    undefined,
    true,
  ],
  [
    "namespaceSelector looks at the namespace's labels",
    source({}, { namespaceLabels: { env: "prod" } }),
    {
      any: [{ resources: { namespaceSelector: { matchLabels: { env: "prod" } } } }],
    },
    undefined,
    true,
  ],
  [
    "namespaceSelector never takes a Namespace",
    namespace,
    {
      any: [{ resources: { namespaceSelector: {} } }],
    },
    undefined,
    false,
  ],
  [
    "namespaceSelector sees no labels for cluster-wide kinds",
    clusterWide,
    {
      any: [
        {
          resources: { namespaceSelector: { matchExpressions: [{ key: "env", operator: "DoesNotExist" }] } },
        },
      ],
    },
    undefined,
    true,
  ],
  [
    "exclude.any: one filter is enough",
    web,
    pods,
    {
      any: [{ resources: { names: ["x"] } }, { resources: { names: ["web-*"] } }],
    },
    false,
  ],
  [
    "exclude.all: every filter must match",
    web,
    pods,
    {
      all: [{ resources: { names: ["x"] } }, { resources: { names: ["web-*"] } }],
    },
    true,
  ],
  ["an empty exclude excludes nothing", web, pods, {}, true],
  ["an empty filter of exclude excludes nothing", web, pods, { any: [{}], all: [] }, true],
  [
    "in a scan users of match are dropped",
    web,
    {
      any: [{ resources: { kinds: ["Pod"] }, clusterRoles: ["admin"] }],
    },
    undefined,
    true,
  ],
  [
    "in a scan a filter of users alone is empty",
    web,
    { any: [{ clusterRoles: ["admin"] }] },
    undefined,
    false,
  ],
  [
    "in a scan a group never excludes",
    web,
    pods,
    { any: [{ subjects: [{ kind: "Group", name: "*" }] }] },
    true,
  ],
  ["in a scan the user * excludes", web, pods, { any: [{ subjects: [{ kind: "User", name: "*" }] }] }, false],
  [
    "a known user must have the role",
    source({}, { user: alice }),
    {
      any: [{ resources: { kinds: ["Pod"] }, roles: ["shop:editor"], clusterRoles: ["admin"] }],
    },
    undefined,
    false,
  ],
  [
    "a known user matches by one subject",
    source({}, { user: alice }),
    {
      any: [
        {
          subjects: [
            { kind: "User", name: "bob" },
            { kind: "Group", name: "d*" },
          ],
        },
      ],
    },
    undefined,
    true,
  ],
  [
    "a service account is matched by its full name",
    source({}, { user: { ...alice, username: "system:serviceaccount:shop:robot" } }),
    { any: [{ subjects: [{ kind: "ServiceAccount", namespace: "shop", name: "rob*" }] }] },
    undefined,
    true,
  ],
];

describe("compileMatch", () => {
  for (const [title, from, match, exclude, expected] of cases) {
    it(title, () => {
      assert.equal(matches(from, match, exclude), expected);
    });
  }

  it("remembers the answer for a kind and not for an object", () => {
    const compiled = compileMatch({ any: [{ resources: { kinds: ["Pod"], names: ["web-*"] } }] }, undefined);
    assert.equal(compiled.matches(matchSubjectOf(web)), true);
    assert.equal(compiled.matches(matchSubjectOf(source({ name: "db" }, { gvk: web.gvk }))), false);
    assert.equal(compiled.matches(matchSubjectOf(namespace)), false);
    assert.equal(compiled.matches(matchSubjectOf(web)), true);
  });
});
