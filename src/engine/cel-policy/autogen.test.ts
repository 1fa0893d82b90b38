import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { autogenTargets } from "./pod-controllers.ts";
import { rewriteSpec } from "./rewrite-spec.ts";

const rule = { apiGroups: [""], apiVersions: ["v1"], operations: ["CREATE"], resources: ["pods"] };

describe("policies for pods", () => {
  it("are for all controllers, each group with its resources in order", () => {
    const targets = autogenTargets({ matchConstraints: { resourceRules: [rule] } });
    assert.deepEqual(
      targets.map(({ ref, templatePath, matchConstraints }) => [
        ref,
        templatePath,
        matchConstraints.resourceRules?.map(({ apiGroups, resources }) => [apiGroups, resources]),
      ]),
      [
        [
          "defaults",
          "spec.template",
          [
            [["apps"], ["daemonsets", "deployments", "replicasets", "statefulsets"]],
            [["batch"], ["jobs"]],
          ],
        ],
        ["cronjobs", "spec.jobTemplate.spec.template", [[["batch"], ["cronjobs"]]]],
      ],
    );
  });

  it("are for those that they name", () => {
    const autogen = { podControllers: { controllers: ["deployments", "unknown"] } };
    const targets = autogenTargets({ matchConstraints: { resourceRules: [rule] }, autogen });
    assert.deepEqual(
      targets.flatMap(({ resources }) => resources.map(({ kind }) => kind)),
      ["Deployment"],
    );
    const none = { podControllers: { controllers: [] } };
    assert.deepEqual(autogenTargets({ matchConstraints: { resourceRules: [rule] }, autogen: none }), []);
  });

  it("are for pods alone where they select, exclude, name or take more", () => {
    const resourceRules = [rule];
    const narrowed = [
      { resourceRules, objectSelector: { matchLabels: { a: "b" } } },
      { resourceRules, excludeResourceRules: [rule] },
      { resourceRules: [{ ...rule, resourceNames: ["a"] }] },
      { resourceRules: [rule, rule] },
      { resourceRules: [{ ...rule, resources: ["pods", "services"] }] },
      undefined,
    ];
    assert.deepEqual(
      narrowed.flatMap((matchConstraints) => autogenTargets({ matchConstraints })),
      [],
    );
  });
});

describe("rewriting for a pod template", () => {
  const rows: readonly (readonly [from: string, to: string])[] = [
    ["object.spec.containers", "object.spec.template.spec.containers"],
    ["oldObject.metadata.labels", "oldObject.spec.template.metadata.labels"],
    ["'see object.spec'", "'see object.spec.template.spec'"],
    ["myobject.specX", "myobject.spec.template.specX"],
    ["object.metadata.namespace == 'a'", "object.metadata.namespace == 'a'"],
    ["object.metadata.namespaces", "object.spec.template.metadata.namespaces"],
    ["namespaceObject.metadata", "namespaceObject.metadata"],
    ["object.?spec", "object.?spec"],
    ["object['spec']", "object['spec']"],
  ];
  for (const [from, to] of rows) {
    it(`makes ${to} of ${from}`, () => {
      assert.deepEqual(rewriteSpec({ a: [from] }, "spec.template"), { a: [to] });
    });
  }
});
