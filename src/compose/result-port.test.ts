import assert from "node:assert/strict";
import { test } from "node:test";
import type { ResourceType } from "#api/meta/resource-type.ts";
import type { KubeClient } from "#kube/client/kube-client.ts";
import { createResultRelay } from "./result-port.ts";

const owner = { apiVersion: "v1", kind: "Pod", namespace: "shop", name: "web", uid: "a-uid" };
const result = { source: "kyverno", policy: "copy", rule: "secrets", result: "pass" as const };
const served: ResourceType = {
  group: "reports.kyverno.io",
  version: "v1",
  kind: "EphemeralReport",
  resource: "ephemeralreports",
  namespaced: true,
  preferred: true,
} as ResourceType;

function recorder() {
  const created: { readonly namespace: string | undefined; readonly body: object }[] = [];
  const client = {
    create: (_type: ResourceType, namespace: string | undefined, body: object) => {
      created.push({ namespace, body });
      return Promise.resolve(body);
    },
  } as unknown as KubeClient;
  return { created, client };
}

test("results go to the writer of reports where it runs in this process", async () => {
  const { created, client } = recorder();
  const merged: unknown[] = [];
  const relay = createResultRelay();
  relay.provide({ mergeEvents: (of, results) => Promise.resolve(void merged.push([of, results])) });
  await relay.through(client, { types: () => [served] }).merge(owner, [result]);
  assert.deepEqual(merged, [[owner, [result]]]);
  assert.equal(created.length, 0);
});

test("without it they are left in the object's namespace for the process that writes its report", async () => {
  const { created, client } = recorder();
  const relay = createResultRelay();
  relay.provide({ mergeEvents: () => assert.fail("the writer is gone") });
  relay.provide(undefined);
  const port = relay.through(client, { types: () => [served] });
  await port.merge(owner, [result]);
  await port.merge(owner, [result]);
  assert.equal(created[0]?.namespace, "shop");
  const names = created.map(({ body }) => (body as { metadata: { name: string } }).metadata.name);
  assert.equal(new Set(names).size, 1, "the same results have the same name");
});

test("where nothing serves EphemeralReports, nothing is written", async () => {
  const { created, client } = recorder();
  await createResultRelay()
    .through(client, { types: () => [] })
    .merge(owner, [result]);
  assert.equal(created.length, 0);
});
