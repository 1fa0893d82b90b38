import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { backgroundAuthorizer, backgroundResourceCheck } from "../functions/kubernetes/authorization.ts";
import { compileCel } from "../program.ts";
import { boolType, listOf, namedType } from "../types/cel-type.ts";
import type { CelValue } from "../values/cel-value.ts";
import { kindEnvironment } from "./kind-environment.ts";
import type { CelKind } from "./kind-environment.ts";

function reasonOf(kind: CelKind, text: string, isNamespaced = false): string {
  const compiled = compileCel(text, kindEnvironment(kind, isNamespaced));
  return compiled.kind === "program" ? "compiles" : compiled.issue.reason;
}

describe("CEL environments by kind", () => {
  const rows: readonly [kind: CelKind, text: string, expected: string, isNamespaced?: boolean][] = [
    ["ValidatingPolicy", "request.userInfo.username == 'ada'", "compiles"],
    ["ValidatingPolicy", "request.user == 'ada'", "undefined field 'user'"],
    ["ValidatingPolicy", "namespaceObject.metadata.labels['a'] == 'b'", "compiles"],
    ["ValidatingPolicy", "exceptions.allowedImages.size() == 0", "compiles"],
    ["ValidatingPolicy", "params.x", "undeclared reference to 'params' (in container '')"],
    ["ValidatingPolicy", "[1, 'a']", "expected type 'int' but found 'string'"],
    ["ValidatingPolicy", "duration('7d')", "invalid duration argument"],
    ["ValidatingPolicy", "1 == 1.0", "found no matching overload for '_==_' applied to '(int, double)'"],
    ["ValidatingPolicy", "Object{}", "undeclared reference to 'Object' (in container '')"],
    ["MutatingPolicy", "Object{spec: Object.spec{replicas: 1}}", "compiles"],
    ["MutatingPolicy", "JSONPatch{op: 'add', path: '/a', valu: 1}", "undefined field 'valu'"],
    [
      "MutatingPolicy",
      "JSONPatch{op: 1}",
      "expected type of field 'op' is 'string' but provided type is 'int'",
    ],
    ["GeneratingPolicy", "{'a': 1, 'b': 'x'}.size() == 2", "compiles"],
    ["GeneratingPolicy", "[1].all(i, x, true)", "undeclared reference to 'all' (in container '')"],
    ["GeneratingPolicy", "generator.Apply('shop', [])", "compiles"],
    [
      "GeneratingPolicy",
      "generator.Apply('shop', [])",
      "found no matching overload for 'generator.Apply' applied to '(string, list(dyn))'",
      true,
    ],
    [
      "DeletingPolicy",
      "parseServiceAccount('a').Name == ''",
      "undeclared reference to 'parseServiceAccount' (in container '')",
    ],
    [
      "ImageValidatingPolicy",
      "images.containers.all(i, verifyImageSignatures(i, [attestors.a]) > 0)",
      "compiles",
    ],
    ["ImageReference", "image(ref).registry() == 'ghcr.io'", "compiles"],
    ["ImageReference", "object.x", "undeclared reference to 'object' (in container '')"],
    ["ValidatingAdmissionPolicy", "authorizer.requestResource.check('get').allowed()", "compiles"],
    ["ValidatingAdmissionPolicy", "params.limit > 1", "compiles"],
    ["ValidatingAdmissionPolicy", "request.object.x", "undefined field 'object'"],
    ["MatchConditions", "variables.x", "undeclared reference to 'variables' (in container '')"],
  ];
  for (const [kind, text, expected, isNamespaced] of rows) {
    it(`${isNamespaced === true ? "Namespaced" : ""}${kind}: ${text}`, () => {
      assert.equal(reasonOf(kind, text, isNamespaced), expected);
    });
  }

  it("an output of another type than the one that is demanded is refused", () => {
    const environment = kindEnvironment("ValidatingPolicy");
    const compiled = compileCel("object.spec.flag", environment, [boolType]);
    assert.equal(
      compiled.kind === "failed" ? compiled.issue.reason : "compiles",
      "output is expected to be of type bool",
    );
    const patches = compileCel("[JSONPatch{op: 'add', path: '/a'}]", kindEnvironment("MutatingPolicy"), [
      listOf(namedType("JSONPatch")),
    ]);
    assert.equal(patches.kind, "program");
  });

  it("whether somebody is allowed is not known in the background", () => {
    const values = new Map<string, CelValue>([
      ["authorizer", backgroundAuthorizer],
      ["authorizer.requestResource", backgroundResourceCheck],
    ]);
    for (const text of [
      "authorizer.requestResource.check('get').allowed()",
      "authorizer.path('/').check('get').allowed()",
    ]) {
      const compiled = compileCel(text, kindEnvironment("ValidatingAdmissionPolicy"));
      assert.ok(compiled.kind === "program");
      const result = compiled.program.evaluate(values, { nowMs: 0, seed: 1 });
      assert.match(
        result.kind === "error" ? result.message : "a value",
        /authorization is checked in admission only/,
      );
    }
  });
});
