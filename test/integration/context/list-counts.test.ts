import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { kinds } from "#test/faults/world/kinds.ts";
import { eventually, startScanCluster, untilSettled, verdictsOf } from "../scan/scan-cluster.ts";
import type { ScanCluster, ScanOperator } from "../scan/scan-cluster.ts";
import { denies, podRule } from "./context-world.ts";

const sizes = [2, 20, 60] as const;

describe("a rule whose call lists the pods of the namespace", () => {
  let cluster: ScanCluster;
  let operator: ScanOperator;
  const uids = new Map<string, readonly string[]>();

  const policy = (message: string): Promise<void> =>
    cluster.policy({
      name: "crowd",
      rules: [...uids.keys()].map((namespace) =>
        podRule(`crowd-${namespace}`, namespace, {
          context: [
            {
              name: "pods",
              apiCall: {
                urlPath: "/api/v1/namespaces/{{ request.namespace }}/pods",
                jmesPath: "length(items)",
              },
            },
          ],
          validate: denies("{{ pods }}", "LessThan", 1, message),
        }),
      ),
    });

  type Counted = Awaited<ReturnType<ScanCluster["plane"]["auditCounts"]>>;
  /** The lists of pods in a namespace: lists of the kind itself are of the whole cluster, or are counted apart. */
  const listsOf = async (namespace: string, since: Counted): Promise<number> => {
    const { rows } = await cluster.plane.auditCounts({
      resource: "pods",
      userAgent: "rearguard/",
      verb: ["list"],
      namespace,
      since,
    });
    return rows.reduce((sum, { count }) => sum + count, 0);
  };
  const untilJudged = async (): Promise<void> => {
    for (const [namespace, pods] of uids) {
      for (const uid of pods) {
        await eventually(`${namespace}/${uid} is judged`, async () => {
          const [verdict] = verdictsOf(await cluster.report(namespace, uid));
          return verdict === `crowd/crowd-${namespace}=pass`;
        });
      }
    }
  };

  before(async () => {
    cluster = await startScanCluster();
    for (const size of sizes) {
      const namespace = await cluster.namespace();
      const names = Array.from({ length: size }, (_, index) => `pod-${index}`);
      uids.set(namespace, await Promise.all(names.map((name) => cluster.pod(namespace, name))));
    }
  });

  after(async () => {
    await cluster.stop();
  });

  test("costs one list per namespace at the start, however many pods there are", async () => {
    await policy("none");
    const since = await cluster.plane.auditCounts();
    operator = await cluster.operator();
    await untilSettled(operator);
    await untilJudged();
    for (const [namespace, pods] of uids) {
      const lists = await listsOf(namespace, since);
      console.log(`start: ${pods.length} pods, ${lists} list(s) of the namespace`);
      assert.equal(lists, 1, `${pods.length} pods`);
    }
  });

  test("costs one list per namespace for an edit of the policy, besides the one that finds the pods", async () => {
    const since = await cluster.plane.auditCounts();
    await policy("edited");
    await untilSettled(operator);
    await eventually(
      "the edit was planned",
      async () => (await listsOf([...uids.keys()][0] ?? "", since)) >= 2,
    );
    await untilSettled(operator);
    for (const [namespace, pods] of uids) {
      const lists = await listsOf(namespace, since);
      console.log(`edit: ${pods.length} pods, ${lists} lists, of which one finds the pods to judge`);
      assert.equal(lists, 2, `${pods.length} pods`);
    }
  });

  test("costs one list for changes of many pods within the two seconds that share an answer", async () => {
    const [namespace = ""] = [...uids.keys()].slice(-1);
    const since = await cluster.plane.auditCounts();
    const startMs = performance.now();
    await Promise.all(
      Array.from({ length: 60 }, (_, index) =>
        cluster.world.merge(
          { type: kinds.pod, namespace, name: `pod-${index}` },
          { metadata: { labels: { touched: "yes" } } },
        ),
      ),
    );
    await untilSettled(operator);
    const epochs = Math.ceil((performance.now() - startMs) / 2_000) + 1;
    const lists = await listsOf(namespace, since);
    console.log(`events: 60 pods changed, ${lists} list(s), at most ${epochs} epochs`);
    assert.ok(lists >= 1 && lists <= epochs, `${lists} lists`);
  });
});
