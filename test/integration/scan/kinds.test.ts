import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { ResourceType } from "#api/meta/resource-type.ts";
import { kinds } from "#test/faults/world/kinds.ts";
import { longAnnotation, malformedWidgets } from "#test/faults/world/malformed.ts";
import { parseJson } from "#kube/client/json.ts";
import { eventually, verdictsOf, wantLabel } from "./scan-cluster.ts";
import type { ScanCluster, ScanOperator } from "./scan-cluster.ts";
import { joinScanCluster } from "./shared-cluster.ts";

/** A kind of its own for each test, because removing one disturbs all who use it. */
const customKind = (kind: string) => {
  const plural = `${kind.toLowerCase()}s`;
  const group = "tests.example.com";
  const type: ResourceType = { ...kinds.widget, group, kind, resource: plural };
  const place = { type: kinds.crd, name: `${plural}.${group}` };
  const definition = {
    spec: {
      group,
      scope: "Namespaced",
      names: { plural, singular: kind.toLowerCase(), kind, listKind: `${kind}List` },
      versions: [
        {
          name: "v1",
          served: true,
          storage: true,
          schema: { openAPIV3Schema: { type: "object", "x-kubernetes-preserve-unknown-fields": true } },
        },
      ],
    },
  };
  return { type, place, definition };
};

const readVerbs = ["get", "list", "watch"];
describe("kinds come and go", () => {
  let cluster: ScanCluster;
  let operator: ScanOperator;

  const createObject = async (type: ResourceType, namespace: string, name: string, body: object = {}) => {
    const place = { type, namespace, name };
    await cluster.world.ensure(place, body);
    return (await cluster.world.get(place))?.metadata.uid ?? "";
  };
  const untilVerdicts = (namespace: string, uid: string, wanted: readonly string[]) =>
    eventually(`${uid} has ${wanted.join(" ")}`, async () => {
      const found = verdictsOf(await cluster.report(namespace, uid));
      return JSON.stringify(found) === JSON.stringify(wanted);
    });
  const conditionOf = async (policy: string, type: string) => {
    const stored = await cluster.world.get({ type: kinds.clusterPolicy, name: policy });
    const status = stored?.["status"] as
      | { conditions?: { type: string; status: string; reason: string; message: string }[] }
      | undefined;
    return status?.conditions?.find((condition) => condition.type === type);
  };
  const untilScanned = (policy: string, reason: string) =>
    eventually(`the policy ${policy} says ${reason}`, async () => {
      const condition = await conditionOf(policy, "BackgroundScan");
      return condition?.reason === reason ? condition : false;
    });

  before(async () => {
    ({ cluster, operator } = await joinScanCluster());
    const customKinds = { apiGroups: ["tests.example.com"], resources: ["*"], verbs: readVerbs };
    await cluster.grant("custom-kinds", [customKinds]);
  });

  after(async () => {
    await cluster.stop();
  });

  test("a kind that is installed after its policy is picked up", async () => {
    const namespace = await cluster.namespace();
    const { type, place, definition } = customKind("Late");
    await cluster.policy({ name: "late", rules: [wantLabel("l", ["Late"], "x")] });
    const condition = await untilScanned("late", "KindUnavailable");
    assert.match(condition.value.message, /Late: not served/);
    await cluster.world.ensure(place, definition);
    const uid = await createObject(type, namespace, "one");
    await untilVerdicts(namespace, uid, ["late/l=fail"]);
    await untilScanned("late", "Scanned");
  });

  test("a kind that is removed while it is watched takes its reports along, and others go on", async () => {
    const namespace = await cluster.namespace();
    const { type, place, definition } = customKind("Passing");
    await cluster.world.ensure(place, definition);
    const rule = wantLabel("both", ["Passing", "ConfigMap"], "x", { namespaces: [namespace] });
    await cluster.policy({ name: "passing", rules: [rule] });
    const uids = await Promise.all(
      Array.from({ length: 30 }, (_, index) => createObject(type, namespace, `p-${index}`)),
    );
    await untilVerdicts(namespace, uids[0] ?? "", ["passing/both=fail"]);
    await cluster.world.remove(place);
    const config = await createObject(kinds.configMap, namespace, "still-judged");
    await untilVerdicts(namespace, config, ["passing/both=fail"]);
    await untilScanned("passing", "KindUnavailable");
    for (const uid of uids) {
      await eventually(
        `the report ${uid} is gone`,
        async () => (await cluster.report(namespace, uid)) === undefined,
        90_000,
      );
    }
    await cluster.world.ensure(place, definition);
    const back = await createObject(type, namespace, "p-0");
    await untilVerdicts(namespace, back, ["passing/both=fail"]);
  });

  test("a kind that may not be read degrades alone, says so, and recovers with the permission", async () => {
    const namespace = await cluster.namespace();
    const rule = wantLabel("s", ["Secret", "Pod"], "x", { namespaces: [namespace] });
    await cluster.policy({ name: "secretive", rules: [rule] });
    const pod = await cluster.pod(namespace, "web");
    await untilVerdicts(namespace, pod, ["secretive/s=fail"]);
    const condition = await untilScanned("secretive", "KindUnavailable");
    assert.match(condition.value.message, /secrets.*forbidden/);
    const degraded = (): Promise<number> => operator.metric("rearguard_kinds", { state: "degraded" });
    assert.equal(await degraded(), 1);
    assert.equal((await operator.ready()).status, 200);
    const secret = await createObject(
      { ...kinds.configMap, kind: "Secret", resource: "secrets" },
      namespace,
      "one",
    );
    assert.equal(await cluster.report(namespace, secret), undefined);
    await cluster.grant("secrets", [{ apiGroups: [""], resources: ["secrets"], verbs: readVerbs }]);
    await eventually(
      "the secret has a report",
      async () => verdictsOf(await cluster.report(namespace, secret)).includes("secretive/s=fail"),
      120_000,
    );
    await untilScanned("secretive", "Scanned");
    assert.equal(await degraded(), 0);
  });

  test("objects that hold anything JSON can hold are judged, one beside the other", async () => {
    const namespace = await cluster.namespace();
    const { type, place, definition } = customKind("Odd");
    await cluster.world.ensure(place, definition);
    const match = { any: [{ resources: { kinds: ["Odd"] } }] };
    await cluster.policy({
      name: "odd",
      rules: [
        {
          name: "size",
          match,
          validate: { message: "size", pattern: { spec: { size: "9007199254740993" } } },
        },
        {
          name: "parts",
          match,
          validate: {
            message: "a part without a name",
            foreach: [
              {
                list: "request.object.spec.parts || `[]`",
                deny: {
                  conditions: { any: [{ key: "{{ element.name || '' }}", operator: "Equals", value: "" }] },
                },
              },
            ],
          },
        },
        wantLabel("labelled", ["Odd"], "x"),
      ],
    });
    const uids = new Map<string, string>();
    for (const { name, body } of malformedWidgets) {
      uids.set(name, await createObject(type, namespace, name, parseJson(body) as object));
    }
    const annotated = { metadata: { annotations: { long: longAnnotation } } };
    uids.set("annotated", await createObject(type, namespace, "annotated", annotated));
    for (const uid of uids.values()) {
      await eventually(`${uid} has a result of each rule that always speaks`, async () => {
        const results = verdictsOf(await cluster.report(namespace, uid));
        return results.includes("odd/labelled=fail") && results.some((one) => one.startsWith("odd/size="));
      });
    }
    const sizeOf = async (name: string): Promise<string | undefined> =>
      verdictsOf(await cluster.report(namespace, uids.get(name) ?? "")).find((verdict) =>
        verdict.startsWith("odd/size"),
      );
    assert.equal(await sizeOf("beyond"), "odd/size=pass");
    assert.equal(await sizeOf("further"), "odd/size=fail");
    assert.equal(await sizeOf("proto"), "odd/size=fail");
    const { status } = await operator.ready();
    assert.equal(status, 200);
  });
});
