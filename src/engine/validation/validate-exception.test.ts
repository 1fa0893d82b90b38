import assert from "node:assert/strict";
import { describe, it } from "node:test";

import type { PolicyException } from "#api/kyverno/exception.ts";

import { exception } from "../exceptions/exceptions.fixture.ts";
import { validateException } from "./validate-exception.ts";

const user = {
  any: [{ resources: { kinds: ["Pod"] }, subjects: [{ kind: "User", name: "ann" }] }],
};

const rows: readonly [
  title: string,
  refused: Partial<PolicyException["spec"]>,
  path: string,
  message: string,
  accepted: Partial<PolicyException["spec"]>,
][] = [
  [
    "users in background mode",
    { match: user },
    "spec.match.any[0].subjects",
    "Usage of user info is forbidden",
    { match: user, background: false },
  ],
  [
    "exceptions from nothing",
    { exceptions: [{ policyName: "", ruleNames: ["*"] }] },
    "spec.exceptions[0].policyName",
    "An exception requires a policy name",
    { exceptions: [{ policyName: "p", ruleNames: ["*"] }] },
  ],
  [
    "container controls without images",
    { podSecurity: [{ controlName: "Host Ports" }] },
    "spec.podSecurity[0].controlName",
    "exclude.images must be specified for the container level control",
    { podSecurity: [{ controlName: "Host Ports", images: ["*"] }] },
  ],
  [
    "name and names",
    { match: { any: [{ resources: { name: "a", names: ["b"] } }] } },
    "spec.match.any[0]",
    "Both name and names can not be specified together",
    { match: { any: [{ resources: { names: ["b"] } }] } },
  ],
];

describe("validation of exceptions", () => {
  for (const [title, refused, path, message, accepted] of rows) {
    it(`refuses ${title}, and takes what is in order`, () => {
      assert.deepEqual(validateException(exception("e", refused)), [{ path, message }]);
      assert.deepEqual(validateException(exception("e", accepted)), []);
    });
  }
});
