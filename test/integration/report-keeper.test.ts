import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { TestContext } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import type { ResourceType } from "#api/meta/resource-type.ts";
import { everyUid } from "#api/meta/uid-range.ts";
import type { PolicyReportResult } from "#api/reports/policy-report.ts";
import { createReportKeeper } from "#controllers/reports/create-report-keeper.ts";
import type { ReportKeeperDeps } from "#controllers/reports/create-report-keeper.ts";
import { createEphemeralIntake } from "#controllers/reports/ephemeral-intake.ts";
import { createKubeEphemeralStore } from "#controllers/reports/ephemeral-store.ts";
import { createKubeReportStore } from "#controllers/reports/kube-report-store.ts";
import { systemClock } from "#controllers/runtime/clock.ts";
import { isNotFound } from "#kube/client/api-error.ts";
import { createKubeClient } from "#kube/client/create-kube-client.ts";
import type { KubeClient } from "#kube/client/kube-client.ts";
import { loadClusterAccess } from "#kube/client/kube-config.ts";
import type { ReportOwner } from "#reports/owner.ts";
import type { PolicyFacts } from "#reports/policy-facts.ts";
import { silentLogger } from "#telemetry/logger.ts";
import { applyCrds } from "#test/support/control-plane/apply-crds.ts";
import { startTestPlane } from "#test/support/control-plane/start-test-plane.ts";
import type { ControlPlane } from "#test/support/control-plane/test-cluster.ts";

const core = (kind: string, resource: string, namespaced: boolean): ResourceType => ({
  group: "",
  version: "v1",
  kind,
  resource,
  namespaced,
  verbs: ["list", "watch"],
  preferred: true,
});
const configMaps = core("ConfigMap", "configmaps", true);
const namespaces = core("Namespace", "namespaces", false);
const reportType = (kind: string, namespaced: boolean): ResourceType => ({
  ...core(kind, `${kind.toLowerCase()}s`, namespaced),
  group: "wgpolicyk8s.io",
  version: "v1alpha2",
});
const reports = {
  namespaced: reportType("PolicyReport", true),
  cluster: reportType("ClusterPolicyReport", false),
};
const ephemeralType = (kind: string, namespaced: boolean): ResourceType => ({
  ...core(kind, `${kind.toLowerCase()}s`, namespaced),
  group: "reports.kyverno.io",
});
const ephemerals = {
  namespaced: ephemeralType("EphemeralReport", true),
  cluster: ephemeralType("ClusterEphemeralReport", false),
};
const rules = new Set(["check"]);
const facts: PolicyFacts = {
  find: ({ policy }) => ({
    kind: "known",
    rules,
    scanRules: policy === "admitted" ? new Set() : rules,
    excluded: false,
    canMatch: () => true,
  }),
  isWatched: () => true,
};

const result = (policy: string, status: "pass" | "fail", seconds = 1_766_000_000): PolicyReportResult => ({
  source: "kyverno",
  policy,
  rule: "check",
  timestamp: { seconds, nanos: 0 },
  result: status,
  scored: true,
  message: "x",
  properties: { process: "background scan" },
});

const urgent = { urgent: true };

/** Resolves when `condition` holds; fails after a time that only a defect needs. */
async function until(what: string, condition: () => boolean | Promise<boolean>): Promise<void> {
  for (const endMs = performance.now() + 120_000; performance.now() < endMs; await wait(20)) {
    if (await condition()) return;
  }
  assert.fail(`never came: ${what}`);
}

describe("the writer of reports on an API server", () => {
  let plane: ControlPlane;
  let client: KubeClient;

  before(async () => {
    plane = await startTestPlane();
    client = createKubeClient({
      config: await loadClusterAccess({ kubeconfig: plane.kubeconfigPath, env: {}, homeDir: "/nonexistent" }),
      userAgent: "rearguard/integration",
    });
    await Promise.all(["wgpolicyk8s.io_", "reports.kyverno.io_"].map((files) => applyCrds(plane, files)));
  });

  after(async () => {
    await client.close();
    await plane.stop();
  });

  const createNamespace = async (name: string): Promise<void> => {
    await client.create(namespaces, undefined, { apiVersion: "v1", kind: "Namespace", metadata: { name } });
  };

  const createOwner = async (namespace: string, name: string): Promise<ReportOwner> => {
    const body = { apiVersion: "v1", kind: "ConfigMap", metadata: { name } };
    const { metadata } = await client.create(configMaps, namespace, body);
    return { apiVersion: "v1", kind: "ConfigMap", namespace, name, uid: metadata.uid };
  };

  const read = async ({ namespace = "", uid }: ReportOwner) => {
    try {
      return await client.get(reports.namespaced, { namespace, name: uid });
    } catch (error) {
      if (isNotFound(error)) return undefined;
      throw error;
    }
  };

  const statuses = async (owner: ReportOwner): Promise<readonly string[]> =>
    (((await read(owner))?.["results"] ?? []) as readonly PolicyReportResult[]).map(
      (one) => `${one.policy}=${one.result}`,
    );

  const startKeeper = async (t: TestContext, options: Partial<ReportKeeperDeps> = {}) => {
    const written: string[] = [];
    const rejudged: string[] = [];
    const keeper = createReportKeeper({
      store: createKubeReportStore({ client, types: reports }),
      format: "wgpolicyk8s",
      clock: systemClock,
      random: Math.random,
      hashKey: new Uint8Array(8),
      uidRange: everyUid,
      concurrency: 4,
      maxQueued: 100,
      facts,
      isAlive: () => "unknown",
      rejudge: (uid) => rejudged.push(uid),
      log: silentLogger,
      observer: {
        written: (verb) => written.push(verb),
        unchanged: () => written.push("unchanged"),
        trimmed() {},
        foreign: ({ name }) => written.push(`foreign ${name}`),
        deferred() {},
      },
      signal: new AbortController().signal,
      ...options,
    });
    t.after(() => keeper.stop());
    await keeper.start();
    return { keeper, written, rejudged };
  };

  const annotate = ({ namespace = "", uid }: ReportOwner, change: object) =>
    client.patch(reports.namespaced, { namespace, name: uid }, change, { kind: "merge" });

  test("what it writes is told from what others write, and what they break is repaired", async (t) => {
    await createNamespace("edits");
    const owners = await Promise.all(["a", "b", "c"].map((name) => createOwner("edits", name)));
    const [first, second, last] = owners as [ReportOwner, ReportOwner, ReportOwner];
    const { keeper, written, rejudged } = await startKeeper(t);
    for (const owner of owners) await keeper.put(owner, [result("p", "pass")], urgent);
    await keeper.idle();
    for (const owner of owners) await keeper.put(owner, [result("p", "fail")], urgent);
    await keeper.idle();
    assert.deepEqual(written, ["create", "create", "create", "update", "update", "update"]);
    // Events come in order: when this one is there, all echoes were.
    await annotate(last, { metadata: { annotations: { note: "mine" } }, summary: { pass: 9 } });
    await until("the edit is seen", () => rejudged.length > 0);
    assert.deepEqual(rejudged, [last.uid]);
    await keeper.put(last, [result("p", "fail")], urgent);
    await keeper.idle();
    const repaired = await read(last);
    assert.deepEqual(repaired?.["summary"], { pass: 0, fail: 1, warn: 0, error: 0, skip: 0 });
    assert.deepEqual(repaired?.metadata["annotations"], { note: "mine" });
    await client.delete(reports.namespaced, { namespace: "edits", name: first.uid });
    await until("the delete is seen", () => rejudged.includes(first.uid));
    await keeper.put(first, [result("p", "fail")], urgent);
    await keeper.put(second, [], urgent);
    await keeper.idle();
    assert.deepEqual(await statuses(first), ["p=fail"]);
    assert.equal(await read(second), undefined);
  });

  test("a restart writes nothing, and garbage collection takes the reports of what is gone", async (t) => {
    await createNamespace("restart");
    const owner = await createOwner("restart", "a");
    const before = await startKeeper(t);
    await before.keeper.put(owner, [result("p", "pass"), result("q", "fail")], urgent);
    await before.keeper.idle();
    await before.keeper.stop();
    // Garbage collection learns of new kinds within half a minute; nobody shall be faster here.
    const { keeper, written } = await startKeeper(t, { goneGraceMs: 600_000 });
    assert.equal(await keeper.put(owner, [result("q", "fail", 5), result("p", "pass", 5)], urgent), false);
    assert.equal(keeper.wasFailing(owner.uid, { source: "kyverno", policy: "q" }), true);
    await keeper.idle();
    assert.deepEqual(written, []);
    await client.delete(configMaps, { namespace: "restart", name: "a" });
    keeper.ownerGone(owner.uid);
    await until("the report is collected", async () => (await read(owner)) === undefined);
    await until("it is forgotten", () => !keeper.policiesOf(owner.uid).length);
    assert.deepEqual(written, []);
  });

  test("a report that is left over is deleted after the delay", async (t) => {
    await createNamespace("left-over");
    const owner = await createOwner("left-over", "a");
    const { keeper } = await startKeeper(t, { goneGraceMs: 50 });
    await keeper.put(owner, [result("p", "pass")], urgent);
    await keeper.idle();
    // The object is there still, so that garbage collection does nothing.
    keeper.ownerGone(owner.uid);
    await until("the report is deleted", async () => (await read(owner)) === undefined);
  });

  test("another tool's report of that name is left alone", async (t) => {
    await createNamespace("foreign");
    const owner = await createOwner("foreign", "a");
    const body = {
      apiVersion: "wgpolicyk8s.io/v1alpha2",
      kind: "PolicyReport",
      metadata: { name: owner.uid, labels: { tool: "other" } },
    };
    await client.create(reports.namespaced, "foreign", body);
    const { keeper, written } = await startKeeper(t);
    await keeper.put(owner, [result("p", "pass")], urgent);
    await until("it is told", () => written.length > 0);
    assert.deepEqual(written, [`foreign ${owner.uid}`]);
    assert.deepEqual(await statuses(owner), []);
  });

  test("a namespace on its way out, or gone, ends the write", async (t) => {
    await createNamespace("ending");
    const owner = await createOwner("ending", "a");
    await client.patch(
      configMaps,
      { namespace: "ending", name: "a" },
      { metadata: { finalizers: ["test/hold"] } },
      { kind: "merge" },
    );
    await client.delete(namespaces, { name: "ending" });
    const { keeper, written } = await startKeeper(t);
    await keeper.put(owner, [result("p", "pass")], urgent);
    await keeper.put({ ...owner, namespace: "never-there", uid: "u-never" }, [result("p", "pass")], urgent);
    await keeper.idle();
    assert.deepEqual(written, []);
    assert.equal(keeper.stats().deferred, 0);
    const free = { metadata: { finalizers: null } };
    await client.patch(configMaps, { namespace: "ending", name: "a" }, free, { kind: "merge" });
  });

  test("EphemeralReports of others go into the report and are deleted", async (t) => {
    await createNamespace("intake");
    const owner = await createOwner("intake", "a");
    const { keeper } = await startKeeper(t);
    await keeper.put(owner, [result("p", "pass")], urgent);
    const intake = createEphemeralIntake({
      store: createKubeEphemeralStore({
        client,
        types: ephemerals,
        findType: ({ resource }) => (resource === "configmaps" ? configMaps : undefined),
      }),
      reports: keeper,
      isAlive: () => "unknown",
      uidRange: everyUid,
      clock: systemClock,
      random: Math.random,
      log: silentLogger,
      signal: new AbortController().signal,
    });
    t.after(() => intake.stop());
    intake.start();
    const labels = {
      "app.kubernetes.io/managed-by": "kyverno",
      "audit.kyverno.io/resource.gvr": "configmaps.v1",
    };
    const annotations = {
      "audit.kyverno.io/resource.namespace": "intake",
      "audit.kyverno.io/resource.name": "a",
    };
    const results = [result("admitted", "fail"), result("p", "fail")];
    await client.create(ephemerals.namespaced, "intake", {
      apiVersion: "reports.kyverno.io/v1",
      kind: "EphemeralReport",
      metadata: { generateName: "request-", labels, annotations },
      spec: { owner: { apiVersion: "", kind: "", name: "", uid: "" }, results, summary: { fail: 2 } },
    });
    await until("it is merged", async () => (await statuses(owner)).includes("admitted=fail"));
    assert.deepEqual(await statuses(owner), ["admitted=fail", "p=pass"]);
    await until("it is deleted", async () => {
      const { items } = await client.listPage(ephemerals.namespaced, { namespace: "intake", limit: 10 });
      return items.length === 0;
    });
  });
});
