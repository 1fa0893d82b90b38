import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { ResourceType } from "#api/meta/resource-type.ts";
import { kinds } from "#test/faults/world/kinds.ts";
import { eventually, resultsOf } from "./scan-cluster.ts";
import type { ScanCluster } from "./scan-cluster.ts";
import { joinScanCluster } from "./shared-cluster.ts";

const typeOf = (group: string, kind: string, resource: string, namespaced: boolean): ResourceType => ({
  ...kinds.pod,
  group,
  kind,
  resource,
  namespaced,
});
const mpol = typeOf("policies.kyverno.io", "MutatingPolicy", "mutatingpolicies", false);
const definition = typeOf(
  "apiextensions.k8s.io",
  "CustomResourceDefinition",
  "customresourcedefinitions",
  false,
);
const widget = typeOf("example.com", "Widget", "widgets", true);

const partSchema = {
  type: "object",
  properties: { name: { type: "string" }, size: { type: "integer" } },
  required: ["name"],
};
const widgets = {
  group: "example.com",
  scope: "Namespaced",
  names: { kind: "Widget", plural: "widgets", singular: "widget", listKind: "WidgetList" },
  versions: [
    {
      name: "v1",
      served: true,
      storage: true,
      schema: {
        openAPIV3Schema: {
          type: "object",
          properties: {
            spec: {
              type: "object",
              properties: {
                parts: {
                  type: "array",
                  "x-kubernetes-list-type": "map",
                  "x-kubernetes-list-map-keys": ["name"],
                  items: partSchema,
                },
              },
            },
          },
        },
      },
    },
  ],
};

/** Wants the part `a` of a widget to have this size. */
const sizing = (size: number): object => ({
  matchConstraints: {
    resourceRules: [
      { apiGroups: ["example.com"], apiVersions: ["v1"], operations: ["CREATE"], resources: ["widgets"] },
    ],
  },
  mutations: [
    {
      patchType: "ApplyConfiguration",
      applyConfiguration: {
        expression: `Object{spec: Object.spec{parts: [Object.spec.parts{name: "a", size: ${size}}]}}`,
      },
    },
  ],
});

const a = (size: number): object => ({ name: "a", size });
const b: object = { name: "b", size: 5 };

describe("MutatingPolicies in the scan", () => {
  let cluster: ScanCluster;

  before(async () => {
    ({ cluster } = await joinScanCluster());
    await cluster.grant("widgets", [
      { apiGroups: ["example.com"], resources: ["widgets"], verbs: ["get", "list", "watch"] },
    ]);
    await cluster.world.replace({ type: definition, name: "widgets.example.com" }, { spec: widgets });
  });

  after(async () => {
    await cluster.stop();
  });

  test("objects of a custom kind are merged as the API server's schema of it says", async () => {
    const namespace = await cluster.namespace();
    const place = { type: widget, namespace, name: "w" };
    const { uid } = (
      await eventually("widgets are served", async () => {
        await cluster.world.replace(place, { spec: { parts: [a(1), b] } }).catch(() => undefined);
        return (await cluster.world.get(place).catch(() => undefined))?.metadata;
      })
    ).value;
    assert.ok(uid !== undefined);
    const untilVerdict = async (wanted: string): Promise<void> => {
      let said = "";
      try {
        await eventually("the verdict is there", async () => {
          const results = resultsOf(await cluster.report(namespace, uid));
          said = results.map(({ policy, result, message }) => `${policy} ${result}: ${message}`).join();
          return said === wanted || undefined;
        });
      } catch (error) {
        throw new Error(`the report says ${JSON.stringify(said)}`, { cause: error });
      }
    };

    await cluster.world.replace({ type: mpol, name: "size" }, { spec: sizing(2) });
    await untilVerdict("size fail: mutation is not applied");
    await cluster.world.replace(place, { spec: { parts: [a(2), b] } });
    await untilVerdict("size pass: success");
    assert.equal(resultsOf(await cluster.report(namespace, uid))[0]?.source, "KyvernoMutatingPolicy");
  });
});
