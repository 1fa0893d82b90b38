import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { KubeObject } from "#api/meta/object-meta.ts";
import type { ResourceType } from "#api/meta/resource-type.ts";
import { createSettingsStore } from "#controllers/settings/settings-store.ts";
import { silentLogger } from "#telemetry/logger.ts";
import { createScanScope } from "./scan-scope.ts";

const typeOf = (group: string, kind: string): ResourceType => ({
  group,
  version: "v1",
  kind,
  resource: `${kind.toLowerCase()}s`,
  namespaced: true,
  preferred: true,
  verbs: [],
});
const objectOf = (namespace: string, name: string): KubeObject => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name, namespace, uid: name, resourceVersion: "1" },
});

function setUp(settings: Record<string, string> = {}) {
  const store = createSettingsStore({ log: () => silentLogger });
  const set = (values: Record<string, string>): void =>
    store.replace(
      "file",
      Object.entries(values).map(([key, raw]) => ({ key, raw, where: "settings.yaml" })),
    );
  set(settings);
  const scope = createScanScope(store, {
    namespace: "kyverno",
    leases: new Set(["kyverno-reports-controller"]),
  });
  return { store, set, scope };
}

const pods = typeOf("", "Pod");
const filters = { skipResourceFilters: "false", resourceFilters: "[Pod,kube-system,*]" };

describe("what the scan covers", () => {
  it("is everything by default, but for our own Leases", () => {
    const { scope } = setUp({ resourceFilters: "[Pod,*,*]" });
    const leases = typeOf("coordination.k8s.io", "Lease");
    assert.equal(scope.isLeftOut(pods, objectOf("kube-system", "dns")), false);
    assert.equal(scope.isLeftOut(leases, objectOf("kyverno", "kyverno-reports-controller")), true);
    assert.equal(scope.isLeftOut(leases, objectOf("kyverno", "kyverno")), false);
    assert.equal(scope.isLeftOut(leases, objectOf("shop", "kyverno-reports-controller")), false);
    assert.deepEqual([...scope.reported().results].toSorted(), ["error", "fail", "pass", "skip", "warn"]);
  });

  it("is without what filters leave out, where they count", () => {
    const { scope } = setUp(filters);
    assert.equal(scope.isLeftOut(pods, objectOf("kube-system", "dns")), true);
    assert.equal(scope.isLeftOut(pods, objectOf("shop", "dns")), false);
  });

  it("follows its settings while it runs, and tells", () => {
    const { scope, set } = setUp();
    let changes = 0;
    const end = scope.onChange(() => {
      changes += 1;
      assert.equal(scope.reported().results.size, 1);
    });
    set({ ...filters, allowedResults: "fail", enableReporting: "imageVerify" });
    assert.equal(changes, 1);
    assert.equal(scope.isLeftOut(pods, objectOf("kube-system", "dns")), true);
    assert.deepEqual([...scope.reported().ruleTypes], ["imageVerify"]);
    end();
    set({});
    assert.equal(changes, 1);
  });
});
