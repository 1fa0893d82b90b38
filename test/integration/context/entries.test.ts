import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { kinds } from "#test/faults/world/kinds.ts";
import { eventually, resultsOf, verdictsOf } from "../scan/scan-cluster.ts";
import type { ScanCluster } from "../scan/scan-cluster.ts";
import { joinScanCluster } from "../scan/shared-cluster.ts";
import { contextKinds, denies, podRule, readyOf } from "./context-world.ts";

describe("global context entries", () => {
  let cluster: ScanCluster;
  let namespace: string;
  let uid: string;

  const place = (name: string) => ({ type: contextKinds.globalEntry, name });
  const reading = (name: string, entry: string, jmesPath = "length(@)"): Promise<void> =>
    cluster.policy({
      name,
      rules: [
        podRule("r", namespace, {
          context: [{ name: "data", globalReference: { name: entry, jmesPath } }],
          validate: denies("{{ data }}", "LessThan", 2, "only {{ data }}"),
        }),
      ],
    });
  const untilVerdict = async (policy: string, wanted: string): Promise<number> => {
    const { ms } = await eventually(`${policy} is ${wanted}`, async () =>
      verdictsOf(await cluster.report(namespace, uid)).includes(`${policy}/r=${wanted}`),
    );
    return ms;
  };
  const messageOf = async (policy: string): Promise<string> =>
    resultsOf(await cluster.report(namespace, uid)).find((result) => result.policy === policy)?.message ?? "";
  const untilReady = async (name: string, status: string): Promise<string> => {
    const { value } = await eventually(`${name} is Ready=${status}`, async () => {
      const ready = await readyOf(cluster, contextKinds.globalEntry, name);
      return ready?.status === status ? ready : false;
    });
    return value.message;
  };

  before(async () => {
    ({ cluster } = await joinScanCluster());
    namespace = await cluster.namespace();
    uid = await cluster.pod(namespace, "web");
  });

  after(async () => {
    await cluster.stop();
  });

  test("a call is made again and again, and what it finds new is in the report", async () => {
    const urlPath = `/api/v1/namespaces/${namespace}/pods`;
    await cluster.world.ensure(place("called"), {
      spec: {
        apiCall: { urlPath, refreshInterval: "1s" },
        projections: [{ name: "names", jmesPath: "items[].metadata.name" }],
      },
    });
    await reading("called", "called.names");
    await untilVerdict("called", "fail");
    assert.equal(await messageOf("called"), "only 1");
    await untilReady("called", "True");
    await cluster.pod(namespace, "second");
    await untilVerdict("called", "pass");
  });

  test("a rule that comes before its entry is an error until the entry is there", async () => {
    await reading("early", "late");
    await untilVerdict("early", "error");
    assert.match(await messageOf("early"), /failed to fetch entry key=late/);
    await cluster.world.ensure(place("late"), {
      spec: { kubernetesResource: { version: "v1", resource: "pods", namespace } },
    });
    const ms = await untilVerdict("early", "pass");
    assert.ok(ms < 2_000, `it took ${ms} ms`);
  });

  test("a kind that is not served makes the entry not ready, and an error that names it", async () => {
    await cluster.world.ensure(place("unserved"), {
      spec: { kubernetesResource: { group: "x.example.com", version: "v1", resource: "nothings" } },
    });
    await reading("unserved", "unserved");
    await untilVerdict("unserved", "error");
    assert.match(await messageOf("unserved"), /global context entry unserved: .*does not serve nothings/);
    assert.match(await untilReady("unserved", "False"), /does not serve nothings of x\.example\.com\/v1/);
  });

  test("a kind that may not be read makes the entry not ready, until rights are given", async () => {
    await cluster.world.ensure({ type: kinds.configMap, namespace, name: "any" }, {});
    await cluster.world.ensure(place("forbidden"), {
      spec: { kubernetesResource: { version: "v1", resource: "secrets", namespace } },
    });
    await reading("forbidden", "forbidden", "length(@)");
    await untilVerdict("forbidden", "error");
    assert.match(await messageOf("forbidden"), /global context entry forbidden: .*secrets.*forbidden/);
    assert.match(await untilReady("forbidden", "False"), /secrets.*forbidden/);
    await cluster.grant("secrets", [{ apiGroups: [""], resources: ["secrets"], verbs: ["list", "watch"] }]);
    await untilReady("forbidden", "True");
    await untilVerdict("forbidden", "fail");
    assert.equal(await messageOf("forbidden"), "only 0");
  });

  test("a call that fails makes the entry not ready, and is put right by another spec", async () => {
    const spec = (urlPath: string): object => ({ apiCall: { urlPath, retryLimit: 1 } });
    await cluster.world.ensure(place("mended"), { spec: spec("/api/v1/nothings") });
    await reading("mended", "mended", "items | length(@)");
    await untilVerdict("mended", "error");
    assert.match(await messageOf("mended"), /global context entry mended: /);
    await untilReady("mended", "False");
    await cluster.world.replace(place("mended"), { spec: spec(`/api/v1/namespaces/${namespace}/pods`) });
    await untilVerdict("mended", "pass");
    await untilReady("mended", "True");
  });

  test("a projection that is no expression is named in the condition", async () => {
    await cluster.world.ensure(place("unparsed"), {
      spec: {
        kubernetesResource: { version: "v1", resource: "pods", namespace },
        projections: [{ name: "x", jmesPath: "[?" }],
      },
    });
    assert.match(await untilReady("unparsed", "False"), /projection "x"/);
  });

  test("a Policy of a namespace reads no data of the whole cluster", async () => {
    await cluster.policy({
      kind: "Policy",
      namespace,
      name: "tenant",
      rules: [
        {
          name: "r",
          match: { any: [{ resources: { kinds: ["Pod"] } }] },
          context: [{ name: "data", globalReference: { name: "late" } }],
          validate: denies("{{ length(data) }}", "LessThan", 1),
        },
      ],
    });
    await untilVerdict(`${namespace}/tenant`, "error");
    const place = { type: kinds.policy, namespace, name: "tenant" };
    await cluster.world.remove(place);
  });
});
