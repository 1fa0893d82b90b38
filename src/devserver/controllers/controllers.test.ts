import assert from "node:assert/strict";
import { test } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import { configMap, configMaps, serve } from "../devserver.fixture.ts";
import type { TestServer } from "../devserver.fixture.ts";
import { listAt, numberAt, textAt, valueAt } from "../json/json.ts";
import type { JsonObject } from "../json/json.ts";

const namespaces = "/api/v1/namespaces";
const maxTurns = 1_000;

/** Asks until the code is the wanted one; controllers work in later turns of the event loop. */
async function untilCode(server: TestServer, path: string, code: number): Promise<void> {
  for (let i = 0; i < maxTurns; i += 1) {
    if ((await server.request("GET", path)).code === code) return;
    await turn();
  }
  assert.fail(`${path} was never answered with ${code}`);
}

async function createOwned(server: TestServer): Promise<JsonObject> {
  const owner = (await server.request("POST", configMaps, configMap("owner"))).body;
  const reference = {
    apiVersion: "v1",
    kind: "ConfigMap",
    name: "owner",
    uid: textAt(owner, "metadata", "uid"),
  };
  const metadata = { name: "owned", ownerReferences: [{ ...reference, blockOwnerDeletion: true }] };
  await server.request("POST", configMaps, { ...configMap("owned"), metadata });
  return owner;
}

test("what a deleted owner leaves behind is collected", async (t) => {
  const server = await serve(t);
  await createOwned(server);
  await server.request("DELETE", `${configMaps}/owner`);
  await untilCode(server, `${configMaps}/owned`, 404);
});

test("an orphaned object stays and forgets its owner", async (t) => {
  const server = await serve(t);
  await createOwned(server);
  await server.request("DELETE", `${configMaps}/owner?propagationPolicy=Orphan`);
  await untilCode(server, `${configMaps}/owner`, 404);
  const { body } = await server.request("GET", `${configMaps}/owned`);
  assert.equal(valueAt(body, "metadata", "ownerReferences"), undefined);
});

test("a foreground deletion waits for the dependents", async (t) => {
  const server = await serve(t);
  await createOwned(server);
  const held = { metadata: { finalizers: ["example.com/hold"] } };
  const mergeType = { "content-type": "application/merge-patch+json" };
  await server.request("PATCH", `${configMaps}/owned`, held, mergeType);
  await server.request("DELETE", `${configMaps}/owner?propagationPolicy=Foreground`);
  for (let i = 0; i < 5; i += 1) await turn();
  assert.equal((await server.request("GET", `${configMaps}/owner`)).code, 200);
  await server.request("PATCH", `${configMaps}/owned`, { metadata: { finalizers: null } }, mergeType);
  await untilCode(server, `${configMaps}/owner`, 404);
});

test("a namespace takes its content along and takes nothing new while it goes", async (t) => {
  const server = await serve(t);
  await server.request("POST", namespaces, { apiVersion: "v1", kind: "Namespace", metadata: { name: "n" } });
  const inside = `${namespaces}/n/configmaps`;
  await untilCode(server, `${namespaces}/n/serviceaccounts/default`, 200);
  const held = { ...configMap("held"), metadata: { name: "held", finalizers: ["example.com/hold"] } };
  await server.request("POST", inside, held);
  const going = await server.request("DELETE", `${namespaces}/n`);
  assert.equal(textAt(going.body, "status", "phase"), "Terminating");
  const refused = await server.request("POST", inside, configMap("late"));
  assert.equal(refused.code, 403);
  assert.equal(textAt(listAt(refused.body, "details", "causes")[0], "reason"), "NamespaceTerminating");
  const freed = { metadata: { finalizers: null } };
  await server.request("PATCH", `${inside}/held`, freed, { "content-type": "application/merge-patch+json" });
  await untilCode(server, `${namespaces}/n`, 404);
});

const crd = {
  apiVersion: "apiextensions.k8s.io/v1",
  kind: "CustomResourceDefinition",
  metadata: { name: "boxes.example.com" },
  spec: {
    group: "example.com",
    scope: "Namespaced",
    names: { plural: "boxes", kind: "Box" },
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
const crds = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
const boxes = "/apis/example.com/v1/namespaces/default/boxes";

test("a CRD serves its kind at once, and takes its objects along when it goes", async (t) => {
  const server = await serve(t);
  const created = await server.request("POST", crds, crd);
  assert.deepEqual(listAt(created.body, "status", "storedVersions"), ["v1"]);
  const box = { apiVersion: "example.com/v1", kind: "Box", metadata: { name: "a" }, free: { x: 1 } };
  const stored = await server.request("POST", boxes, box);
  assert.equal(numberAt(stored.body, "metadata", "generation"), 1);
  const unversioned = await server.request("PUT", `${boxes}/a`, box);
  assert.match(textAt(unversioned.body, "message"), /resourceVersion: Invalid value: 0x0: must be specified/);
  await server.request("DELETE", `${crds}/boxes.example.com`);
  await untilCode(server, `${crds}/boxes.example.com`, 404);
  assert.equal((await server.request("GET", boxes)).code, 404);
});

test("a CRD whose names are taken is not established", async (t) => {
  const server = await serve(t);
  await server.request("POST", crds, crd);
  const other = {
    ...crd,
    metadata: { name: "cases.example.com" },
    spec: { ...crd.spec, names: { plural: "cases", kind: "Box" } },
  };
  const { body } = await server.request("POST", crds, other);
  const established = listAt(body, "status", "conditions").find(
    (one) => textAt(one, "type") === "Established",
  );
  assert.equal(textAt(established, "status"), "False");
});

test("workloads have running pods where they are asked for", async (t) => {
  const server = await serve(t, { workloads: true });
  const template = { metadata: { labels: { app: "a" } }, spec: { containers: [{ name: "c", image: "i" }] } };
  const spec = { replicas: 2, selector: { matchLabels: { app: "a" } }, template };
  const deployments = "/apis/apps/v1/namespaces/default/deployments";
  const path = `${deployments}/a`;
  await server.request("POST", deployments, {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "a" },
    spec,
  });
  for (let i = 0; i < maxTurns; i += 1) {
    const { body } = await server.request("GET", path);
    if (numberAt(body, "status", "availableReplicas") === 2) break;
    await turn();
  }
  const pods = await server.request(
    "GET",
    "/api/v1/namespaces/default/pods?fieldSelector=status.phase=Running",
  );
  assert.equal(listAt(pods.body, "items").length, 2);
  await server.request("DELETE", path);
  for (let i = 0; i < maxTurns; i += 1) {
    const left = await server.request("GET", "/api/v1/namespaces/default/pods");
    if (listAt(left.body, "items").length === 0) return;
    await turn();
  }
  assert.fail("the pods of a deleted Deployment stayed");
});
