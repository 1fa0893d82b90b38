import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { builtInSchemas } from "./kind-schemas.ts";
import { typeProblems } from "./type-problems.ts";

function policy(expression: string, resources: readonly string[], apiGroups: readonly string[]): object {
  return {
    apiVersion: "policies.kyverno.io/v1",
    kind: "ValidatingPolicy",
    metadata: { name: "p" },
    spec: {
      matchConstraints: {
        resourceRules: [{ apiGroups, apiVersions: ["v1"], operations: ["CREATE"], resources }],
      },
      validations: [{ expression }],
    },
  };
}

async function problems(
  expression: string,
  resources: readonly string[],
  apiGroups: readonly string[] = [""],
): Promise<readonly string[]> {
  const found = await typeProblems(policy(expression, resources, apiGroups), builtInSchemas);
  return found.map(({ path, message }) => `${path}: ${message}`);
}

describe("types of expressions", () => {
  it("are held against the kind that a policy is for, with the place in the expression", async () => {
    assert.deepEqual(await problems("object.spec.contaners.size() > 0", ["pods"]), [
      "spec.validations[0].expression: of Pod (v1): undefined field 'contaners', at character 12 of the expression",
    ]);
  });

  it("are right where an expression tells several kinds apart", async () => {
    const both = "object.kind == 'Deployment' ? object.spec.replicas > 1 : object.spec.schedule != ''";
    assert.deepEqual(await problems(both, ["deployments", "cronjobs"], ["apps", "batch"]), []);
  });

  it("are wrong where no kind has the field", async () => {
    const [found = ""] = await problems("object.spec.foo == 1", ["deployments", "daemonsets"], ["apps"]);
    assert.match(found, /of Deployment \(apps\/v1\), DaemonSet \(apps\/v1\): undefined field 'foo'/);
  });

  it("are not known of other kinds, nor where a wildcard stands for any", async () => {
    assert.deepEqual(await problems("object.spec.foo == 1", ["widgets"]), []);
    assert.deepEqual(await problems("object.spec.foo == 1", ["*"]), []);
  });

  it("concern policies alone", async () => {
    assert.deepEqual(await typeProblems({ apiVersion: "v1", kind: "Pod" }, builtInSchemas), []);
  });
});
