import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { KubeObject } from "#api/meta/object-meta.ts";
import { kinds } from "#test/faults/world/kinds.ts";
import { eventually, startScanCluster } from "../scan/scan-cluster.ts";
import type { ScanCluster, ScanOperator } from "../scan/scan-cluster.ts";

/** Maps and namespaces may be made; nothing else has to be. */
const rights = [
  {
    apiGroups: [""],
    resources: ["configmaps", "namespaces"],
    verbs: ["get", "list", "watch", "create", "patch", "delete"],
  },
];

describe("policies that generate", () => {
  let cluster: ScanCluster;
  let operator: ScanOperator;

  const start = async (): Promise<void> => {
    operator = await cluster.operator(["--only=generate,mutate-existing"]);
    await eventually("generation has started", async () =>
      (await operator.log()).includes('"generate started"'),
    );
  };

  before(async () => {
    cluster = await startScanCluster();
    const labels = { "rbac.kyverno.io/aggregate-to-background-controller": "true" };
    await cluster.world.replace(
      { type: kinds.clusterRole, name: "may-generate-maps" },
      { metadata: { labels }, rules: rights },
    );
    await cluster.world.ensure({ type: kinds.namespace, name: "sources" }, {});
    await start();
  });

  after(async () => {
    await cluster.stop();
  });

  const mapAt = (namespace: string, name: string) => ({ type: kinds.configMap, namespace, name });
  const find = (namespace: string, name: string): Promise<KubeObject | undefined> =>
    cluster.world.get(mapAt(namespace, name));
  const untilData = async (namespace: string, name: string, data: object): Promise<KubeObject> => {
    const { value } = await eventually(`${namespace}/${name} holds ${JSON.stringify(data)}`, async () => {
      const found = await find(namespace, name);
      return JSON.stringify(found?.["data"]) === JSON.stringify(data) && found;
    });
    return value;
  };
  const rule = (name: string, generate: object) =>
    cluster.world.replace(
      { type: kinds.clusterPolicy, name },
      {
        spec: {
          rules: [
            {
              name: "make",
              match: {
                any: [{ resources: { kinds: ["Namespace"], selector: { matchLabels: { by: name } } } }],
              },
              generate: {
                apiVersion: "v1",
                kind: "ConfigMap",
                namespace: "{{request.object.metadata.name}}",
                ...generate,
              },
            },
          ],
        },
      },
    );
  const namespace = (name: string, by: string) =>
    cluster.world.replace({ type: kinds.namespace, name }, { metadata: { labels: { by } } });

  test("data are made, kept as they should be without touching what others added, and go with the policy", async () => {
    await rule("data", { name: "settings", synchronize: true, data: { data: { a: "1", b: "2" } } });
    await namespace("data-1", "data");
    const made = await untilData("data-1", "settings", { a: "1", b: "2" });
    const labels = made.metadata["labels"] as Record<string, string>;
    assert.equal(labels["generate.kyverno.io/policy-name"], "data");
    assert.equal(labels["generate.kyverno.io/rule-name"], "make");
    await cluster.world.replace(mapAt("data-1", "settings"), {
      metadata: { labels, annotations: { mine: "yes" } },
      data: { a: "other", b: "2" },
    });
    const again = await untilData("data-1", "settings", { a: "1", b: "2" });
    assert.equal((again.metadata["annotations"] as Record<string, string> | undefined)?.["mine"], "yes");
    assert.equal(again.metadata.uid, made.metadata.uid);
    await rule("data", { name: "settings", synchronize: true, data: { data: { b: "2" } } });
    await untilData("data-1", "settings", { b: "2" });
    await cluster.world.remove({ type: kinds.clusterPolicy, name: "data" });
    await eventually(
      "what the policy made is gone",
      async () => (await find("data-1", "settings")) === undefined,
    );
  });

  test("copies follow their source, also after a restart, and go where it goes", async () => {
    await cluster.world.replace(mapAt("sources", "shared"), { data: { version: "1" } });
    await rule("copies", {
      name: "copy",
      synchronize: true,
      clone: { namespace: "sources", name: "shared" },
    });
    for (const name of ["copies-1", "copies-2"]) await namespace(name, "copies");
    for (const name of ["copies-1", "copies-2"]) await untilData(name, "copy", { version: "1" });
    await cluster.world.replace(mapAt("sources", "shared"), { data: { version: "2" } });
    for (const name of ["copies-1", "copies-2"]) await untilData(name, "copy", { version: "2" });
    await operator.stop();
    await namespace("copies-3", "copies");
    await start();
    await untilData("copies-3", "copy", { version: "2" });
    await cluster.world.replace(mapAt("sources", "shared"), { data: { version: "3" } });
    for (const name of ["copies-1", "copies-3"]) await untilData(name, "copy", { version: "3" });
    await cluster.world.remove(mapAt("sources", "shared"));
    for (const name of ["copies-1", "copies-2", "copies-3"]) {
      await eventually(`the copy in ${name} is gone`, async () => (await find(name, "copy")) === undefined);
    }
  });
});
