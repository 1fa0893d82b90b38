import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { builtInTypes } from "../apply-configuration/built-in-types.ts";
import { kindEnvironment } from "../cel/environments/kind-environment.ts";
import { typedObject } from "../cel/environments/object-structs.ts";
import { checkObjectTypes } from "./check-object-types.ts";
import type { CheckedSpec } from "./check-object-types.ts";

const environment = kindEnvironment("ValidatingPolicy");

function findings(spec: CheckedSpec, apiVersion = "v1", kind = "Pod"): readonly string[] {
  const type = typedObject(builtInTypes, apiVersion, kind);
  assert.ok(type !== undefined);
  return checkObjectTypes(spec, environment, type).map(
    ({ field, message }) => `${field}: ${message.split("\n")[0] ?? ""}`,
  );
}

const validate = (expression: string): CheckedSpec => ({ validations: [{ expression }] });

describe("checkObjectTypes", () => {
  const wrong: readonly [string, CheckedSpec, RegExp][] = [
    [
      "a field that no Pod has",
      validate("object.spec.replicas > 1"),
      /^validations\[0\].*undefined field 'replicas'/,
    ],
    [
      "a field within a list",
      validate("object.spec.containers.all(c, c.img != '')"),
      /undefined field 'img'/,
    ],
    [
      "an optional field",
      validate("object.spec.?contaners.orValue([]).size() > 0"),
      /undefined field 'contaners'/,
    ],
    ["a text compared with a number", validate("object.spec.nodeName == 1"), /no matching overload/],
    [
      "what a variable is made of",
      {
        variables: [{ name: "all", expression: "object.spec.containers" }],
        validations: [{ expression: "variables.all.exists(c, c.imagee == '')" }],
      },
      /^validations\[0\].*undefined field 'imagee'/,
    ],
    [
      "a variable itself",
      { variables: [{ name: "a", expression: "object.specc" }], validations: [{ expression: "true" }] },
      /^variables\[0\].expression.*undefined field 'specc'/,
    ],
    ["the object of before", validate("oldObject.metadata.nme == ''"), /undefined field 'nme'/],
    [
      "a match condition",
      { matchConditions: [{ name: "m", expression: "object.meta.name == ''" }] },
      /^matchConditions\[0\].expression/,
    ],
    [
      "the expression of a message",
      { validations: [{ expression: "true", messageExpression: "object.spec.nodenam" }] },
      /^validations\[0\].messageExpression/,
    ],
  ];
  for (const [what, spec, message] of wrong) {
    it(`finds ${what}`, () => assert.match(findings(spec).join("\n"), message));
  }

  const right: readonly [string, string][] = [
    ["labels by any name", "object.metadata.labels['app'] == 'a' && has(object.metadata.labels.team)"],
    [
      "quantities and numbers",
      "object.spec.priority > 1 && object.spec.containers[0].resources.limits.cpu == '1'",
    ],
    [
      "maps of several types",
      "object.spec.containers + object.spec.ephemeralContainers != [] && size(object.spec) > 0",
    ],
    ["what may be missing", "oldObject == null || object.metadata.labels == null"],
    [
      "lists put together",
      "(object.spec.containers + object.spec.?initContainers.orValue([])).all(c, c.image != '')",
    ],
  ];
  for (const [what, expression] of right) {
    it(`takes ${what}`, () => assert.deepEqual(findings(validate(expression)), []));
  }

  it("takes types that contain themselves", () => {
    const crd = ["apiextensions.k8s.io/v1", "CustomResourceDefinition"] as const;
    assert.deepEqual(findings(validate("object.spec.versions.all(v, has(v.schema))"), ...crd), []);
  });

  it("leaves out what is wrong whatever the object is", () => {
    assert.deepEqual(findings(validate("nobody.knows == 1")), []);
  });

  it("knows nothing of kinds without a type", () => {
    assert.equal(typedObject(builtInTypes, "example.com/v1", "Widget"), undefined);
  });
});
