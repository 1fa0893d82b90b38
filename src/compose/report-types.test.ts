import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { ResourceType } from "#api/meta/resource-type.ts";
import { silentLogger } from "#telemetry/logger.ts";
import { servedReportTypes } from "./report-types.ts";

const typeOf = (group: string, version: string, kind: string): ResourceType => ({
  group,
  version,
  kind,
  resource: `${kind.toLowerCase()}s`,
  namespaced: !kind.startsWith("Cluster"),
  preferred: true,
  verbs: [],
});
const policyReports = ["PolicyReport", "ClusterPolicyReport"].map((kind) =>
  typeOf("wgpolicyk8s.io", "v1alpha2", kind),
);

function setUp(served: ResourceType[]) {
  const listeners = new Set<(types: readonly ResourceType[]) => void>();
  const missing: (string | undefined)[] = [];
  const aborting = new AbortController();
  const types = servedReportTypes(
    {
      types: () => served,
      onChange: (listener) => {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
    },
    {
      openreports: false,
      log: silentLogger,
      signal: aborting.signal,
      onMissing: (what) => missing.push(what),
    },
  );
  const serve = (more: readonly ResourceType[]): void => {
    served.push(...more);
    for (const listener of listeners) listener(served);
  };
  return { types, serve, missing, aborting, listeners };
}

describe("the kinds that reports are written as", () => {
  it("are found where they are served", async () => {
    const { types, missing } = setUp([...policyReports]);
    assert.equal((await types).cluster.kind, "ClusterPolicyReport");
    assert.deepEqual(missing, [undefined]);
  });

  it("are waited for, and the reason is told", async () => {
    const { types, serve, missing, listeners } = setUp([typeOf("openreports.io", "v1alpha1", "Report")]);
    assert.match(missing[0] ?? "", /wgpolicyk8s\.io\/v1alpha2 PolicyReport .*install the CRDs/);
    serve(policyReports.slice(0, 1));
    assert.equal(missing.length, 1);
    serve(policyReports.slice(1));
    assert.equal((await types).namespaced.kind, "PolicyReport");
    assert.deepEqual([missing.at(-1), listeners.size], [undefined, 0]);
  });

  it("are not waited for any more when the process stops", async () => {
    const { types, aborting, listeners } = setUp([]);
    aborting.abort(new Error("stopping"));
    await assert.rejects(types, /stopping/);
    assert.equal(listeners.size, 0);
  });
});
