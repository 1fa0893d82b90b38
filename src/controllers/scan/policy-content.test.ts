import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { policyContent } from "./policy-content.ts";

const policy = {
  metadata: { uid: "u", labels: {}, annotations: {}, resourceVersion: "1", generation: 1 },
  spec: { rules: [] },
  status: {},
};

const edited = (metadata: object, more: object = {}) =>
  policyContent({ ...policy, metadata: { ...policy.metadata, ...metadata }, ...more });

describe("the content of a policy", () => {
  it("stays the same when only status, resourceVersion or generation change", () => {
    assert.equal(
      edited({ resourceVersion: "2", generation: 2 }, { status: { ready: true } }),
      policyContent(policy),
    );
  });

  const changes: Record<string, object> = {
    "the label that keeps it out of reports": { labels: { "reports.kyverno.io/disabled": "" } },
    "the annotation that turns failures into warnings": {
      annotations: { "policies.kyverno.io/scored": "false" },
    },
    "the severity": { annotations: { "policies.kyverno.io/severity": "high" } },
    "the controllers that rules are generated for": {
      annotations: { "pod-policies.kyverno.io/autogen-controllers": "none" },
    },
    "a re-creation under the same name": { uid: "other" },
  };
  for (const [what, metadata] of Object.entries(changes)) {
    it(`changes with ${what}`, () => assert.notEqual(edited(metadata), policyContent(policy)));
  }

  it("ignores labels and annotations that decide nothing", () => {
    assert.equal(edited({ labels: { team: "a" }, annotations: { note: "b" } }), policyContent(policy));
  });
});
