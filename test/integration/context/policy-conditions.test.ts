import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { kinds } from "#test/faults/world/kinds.ts";
import { eventually, untilSettled, verdictsOf } from "../scan/scan-cluster.ts";
import type { ScanCluster, ScanOperator } from "../scan/scan-cluster.ts";
import { joinScanCluster } from "../scan/shared-cluster.ts";
import { denies, podRule } from "./context-world.ts";
import type { Condition } from "./context-world.ts";

describe("conditions of policies", () => {
  let cluster: ScanCluster;
  let operator: ScanOperator;

  const untilCondition = async (policy: string, type: string, status: string): Promise<string> => {
    const { value } = await eventually(`${policy} is ${type}=${status}`, async () => {
      const stored = await cluster.world.get({ type: kinds.clusterPolicy, name: policy });
      const { conditions = [] } = (stored?.["status"] ?? {}) as { conditions?: readonly Condition[] };
      const found = conditions.find((condition) => condition.type === type);
      return found?.status === status ? found : false;
    });
    return value.message;
  };
  const untilVerdicts = (namespace: string, uid: string, wanted: readonly string[]) =>
    eventually(`${uid} has ${wanted.join(" ")}`, async () => {
      const found = verdictsOf(await cluster.report(namespace, uid));
      return JSON.stringify(found) === JSON.stringify(wanted);
    });

  before(async () => {
    ({ cluster, operator } = await joinScanCluster());
  });

  after(async () => {
    await cluster.stop();
  });

  test("an expression that is none is named, although no object was judged by it", async () => {
    const namespace = await cluster.namespace();
    await cluster.policy({
      name: "unparsed",
      rules: [podRule("r", namespace, { validate: denies("{{ request.object.[? }}", "Equals", 1) })],
    });
    assert.match(
      await untilCondition("unparsed", "Ready", "False"),
      /r: incorrect query request\.object\.\[\?/,
    );
  });

  test("what admission would refuse is a warning, and the policy is judged by all the same", async () => {
    const namespace = await cluster.namespace();
    const uid = await cluster.pod(namespace, "web");
    const rule = podRule("twice", namespace, { validate: { message: "no", deny: {} } });
    await cluster.policy({ name: "refused", rules: [rule, rule] });
    const message = await untilCondition("refused", "Valid", "False");
    assert.match(message, /spec\.rules\[1\]\.name: Duplicate rule name: 'twice'/);
    await untilCondition("refused", "Ready", "True");
    await eventually("it is judged", async () => {
      const found = verdictsOf(await cluster.report(namespace, uid));
      return found.includes("refused/twice=fail");
    });
    await cluster.world.remove({ type: kinds.clusterPolicy, name: "refused" });
  });

  test("match conditions decide which objects a policy is for", async () => {
    const namespace = await cluster.namespace();
    const [web, other] = [await cluster.pod(namespace, "web"), await cluster.pod(namespace, "other")];
    const matchConditions = [{ name: "web", expression: "object.metadata.name == 'web'" }];
    await cluster.policy({
      name: "conditioned",
      spec: { webhookConfiguration: { matchConditions } },
      rules: [podRule("r", namespace, { validate: { message: "no", deny: {} } })],
    });
    await untilVerdicts(namespace, web, ["conditioned/r=fail"]);
    await untilSettled(operator);
    assert.equal(await cluster.report(namespace, other), undefined);
  });

  test("labels of a namespace that CEL reads give new verdicts", async () => {
    const namespace = await cluster.namespace({ tier: "test" });
    const uid = await cluster.pod(namespace, "web");
    const expression = "namespaceObject.metadata.labels.tier == 'gold'";
    await cluster.policy({
      name: "namespaced-cel",
      rules: [podRule("r", namespace, { validate: { cel: { expressions: [{ expression }] } } })],
    });
    await untilVerdicts(namespace, uid, ["namespaced-cel/r=fail"]);
    const place = { type: kinds.namespace, name: namespace };
    await cluster.world.merge(place, { metadata: { labels: { tier: "gold" } } });
    await untilVerdicts(namespace, uid, ["namespaced-cel/r=pass"]);
  });
});
