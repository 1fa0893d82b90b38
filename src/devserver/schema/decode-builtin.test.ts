import assert from "node:assert/strict";
import { test } from "node:test";
import { builtinType } from "../builtin/builtin-types.ts";
import { ApiFailure } from "../errors/api-failure.ts";
import { decodeBuiltin } from "./decode-builtin.ts";

const pod = builtinType("core.v1.Pod");
const deployment = builtinType("apps.v1.Deployment");

test("unknown fields are dropped and named, nulls and zero values go, structs appear", () => {
  const { object, unknown } = decodeBuiltin(
    {
      metadata: { name: "a", labels: {}, bogus: 1 },
      spec: {
        hostNetwork: false,
        nodeName: "",
        containers: [{ name: "c", image: "i", args: [], env: null, foo: {} }],
      },
    },
    pod,
  );
  assert.deepEqual(unknown, ["metadata.bogus", "spec.containers[0].foo"]);
  assert.deepEqual(object, {
    metadata: { name: "a" },
    spec: { containers: [{ name: "c", image: "i", resources: {} }] },
    status: {},
  });
});

test("false and zero stay where they differ from absent", () => {
  const { object } = decodeBuiltin(
    {
      spec: { replicas: 0, template: { spec: { containers: [{ securityContext: { privileged: false } }] } } },
    },
    deployment,
  );
  assert.equal((object["spec"] as { replicas: number }).replicas, 0);
  assert.match(JSON.stringify(object), /"privileged":false/);
});

test("quantities become canonical, whether text or number", () => {
  const limits = { cpu: 1, memory: "1024Mi" };
  const { object } = decodeBuiltin({ spec: { containers: [{ resources: { limits } }] } }, pod);
  assert.match(JSON.stringify(object), /"limits":\{"cpu":"1","memory":"1Gi"\}/);
});

test("a value of another type is refused, with the field", () => {
  assert.throws(
    () => decodeBuiltin({ spec: { replicas: "many" } }, deployment),
    (error) =>
      error instanceof ApiFailure &&
      error.code === 400 &&
      error.message ===
        "json: cannot unmarshal string into Go struct field DeploymentSpec.spec.replicas of type int32",
  );
});

test("times are cut to seconds, those of Leases to microseconds", () => {
  const { object } = decodeBuiltin(
    { spec: { renewTime: "2026-01-02T03:04:05.1234567Z" } },
    builtinType("coordination.v1.Lease"),
  );
  assert.deepEqual(object["spec"], { renewTime: "2026-01-02T03:04:05.123456Z" });
  assert.throws(() => decodeBuiltin({ metadata: { creationTimestamp: "yesterday" } }, pod), ApiFailure);
});
