import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { parse, parseAllDocuments } from "yaml";
import { decodeClusterPolicy } from "#api/kyverno/cluster-policy.ts";
import type { KubeObject } from "#api/meta/object-meta.ts";
import type { ResourceType } from "#api/meta/resource-type.ts";
import type { PolicyReportResult } from "#api/reports/policy-report.ts";
import { Budget } from "#engine/budget.ts";
import { compile } from "#engine/compile.ts";
import type { CompiledPolicy } from "#engine/compiled-policy.ts";
import { evaluate } from "#engine/evaluate.ts";
import type { JsonObject } from "#engine/values/json.ts";
import { buildResults } from "#reports/build-results.ts";
import { sortedResults } from "#test/faults/observe/compare-reports.ts";
import { kinds } from "#test/faults/world/kinds.ts";
import { kubectlSkipReason } from "#test/support/control-plane/availability.ts";
import { eventually, resultsOf, startScanCluster, untilSettled } from "./scan-cluster.ts";
import type { ScanCluster } from "./scan-cluster.ts";

const conformance = process.env["REARGUARD_CONFORMANCE"] ?? "";
const skip =
  kubectlSkipReason() ||
  (conformance === ""
    ? "needs recorded reports: set REARGUARD_CONFORMANCE to the folder with golden/"
    : false);

interface Manifest {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly [field: string]: unknown;
}

/** A report as Kyverno left it, and the object that it is about as it was applied. */
interface Sample {
  readonly report: KubeObject;
  readonly object: Manifest;
  readonly type: ResourceType;
}

const sampleTypes: readonly ResourceType[] = [
  kinds.pod,
  kinds.cronJob,
  kinds.daemonSet,
  kinds.job,
  { ...kinds.deployment, group: "networking.k8s.io", kind: "Ingress", resource: "ingresses" },
];

const allResults = new Set(["pass", "fail", "warn", "error", "skip"] as const);

const readManifests = async (file: string): Promise<readonly Manifest[]> =>
  parseAllDocuments(await readFile(file, "utf8")).map((document) => document.toJS() as Manifest);

const readSamples = async (): Promise<readonly Sample[]> => {
  const live = join(conformance, "golden/live");
  const objects = await readManifests(join(live, "resources.yaml"));
  const files = await readdir(join(live, "classic/samples"));
  return Promise.all(
    files.map(async (file) => {
      const report = parse(await readFile(join(live, "classic/samples", file), "utf8")) as KubeObject;
      const scope = report["scope"] as { kind: string; name: string; namespace?: string };
      const object = objects.find(
        ({ kind, metadata }) =>
          kind === scope.kind && metadata.name === scope.name && metadata.namespace === scope.namespace,
      );
      const type = sampleTypes.find(({ kind }) => kind === scope.kind);
      assert.ok(
        object !== undefined && type !== undefined,
        `${file} is about an object that is not recorded`,
      );
      return { report, object, type };
    }),
  );
};

const judge = (
  policy: CompiledPolicy,
  object: KubeObject,
  type: ResourceType,
): readonly PolicyReportResult[] | undefined => {
  const namespace = object.metadata["namespace"] as string;
  const evaluation = evaluate(policy, {
    resource: object as unknown as JsonObject,
    gvk: { group: type.group, version: type.version, kind: type.kind },
    subresource: "",
    operation: "CREATE",
    namespace,
    namespaceLabels: { "kubernetes.io/metadata.name": namespace },
    nowMs: 0,
    seed: 0,
    numbers: "int64",
    budget: new Budget(),
    context: { lookUp: () => ({ kind: "pending" }) },
  });
  if (evaluation.kind === "pending") return undefined;
  return buildResults({ ...policy.reporting, policy: policy.identity.key }, evaluation.responses, {
    timestampSeconds: 0,
    allowedResults: allResults,
  });
};

const ofPolicy = (report: KubeObject, name: string): readonly PolicyReportResult[] =>
  resultsOf(report).filter(({ policy }) => policy === name);

const isEqual = (a: readonly PolicyReportResult[], b: readonly PolicyReportResult[]): boolean =>
  JSON.stringify(sortedResults(a)) === JSON.stringify(sortedResults(b));

/**
 * Policies of which our verdicts on all samples are those that were recorded. What differs, or needs data from outside,
 * is the matter of conformance tests; here it would only hide which reports are written.
 */
const agreedPolicies = async (
  samples: readonly (Sample & { readonly stored: KubeObject })[],
): Promise<readonly Manifest[]> => {
  const manifests = await readManifests(join(conformance, "golden/live/classic/policies.yaml"));
  return manifests.filter((manifest) => {
    if (manifest.kind !== "ClusterPolicy") return false;
    const decoded = decodeClusterPolicy(manifest);
    if (!decoded.ok) return false;
    const policy = compile(decoded.value);
    return (
      policy.background &&
      policy.backgroundProblem === undefined &&
      samples.every(({ stored, type, report }) => {
        const results = judge(policy, stored, type);
        return results !== undefined && isEqual(results, ofPolicy(report, policy.identity.name));
      })
    );
  });
};

describe("reports that Kyverno left", { skip }, () => {
  let cluster: ScanCluster;

  before(async () => {
    cluster = await startScanCluster();
  });

  after(async () => {
    await cluster.stop();
  });

  test("only those that differ are written, although the Lease and the status are of another time", async () => {
    const samples: (Sample & { readonly stored: KubeObject; readonly namespace: string })[] = [];
    for (const sample of await readSamples()) {
      const { type, object } = sample;
      const { name, namespace = "default" } = object.metadata;
      await cluster.world.ensure({ type: kinds.namespace, name: namespace }, {});
      await cluster.world.ensure({ type, namespace, name }, object);
      const stored = await cluster.world.get({ type, namespace, name });
      assert.ok(stored !== undefined);
      samples.push({ ...sample, stored, namespace });
    }
    const policies = await agreedPolicies(samples);
    assert.ok(policies.length > 50, `only ${policies.length} policies are judged as they were recorded`);
    const names = new Set(policies.map(({ metadata }) => metadata.name));
    for (const policy of policies) {
      await cluster.world.ensure({ type: kinds.clusterPolicy, name: policy.metadata.name }, policy);
    }

    const spoiled = samples[0]?.stored.metadata.uid;
    for (const { report, stored, namespace } of samples) {
      const { uid, name } = stored.metadata;
      const { apiVersion, kind } = stored;
      const kept = resultsOf(report).filter(({ policy }) => names.has(policy));
      const results = uid === spoiled ? kept.slice(1) : kept;
      const summary: Record<string, number> = { pass: 0, fail: 0, warn: 0, error: 0, skip: 0 };
      for (const { result = "error" } of results) summary[result] = (summary[result] ?? 0) + 1;
      await cluster.world.ensure(
        { type: kinds.report, namespace, name: uid },
        {
          metadata: {
            labels: { "app.kubernetes.io/managed-by": "kyverno" },
            ownerReferences: [{ apiVersion, kind, name, uid }],
          },
          scope: { apiVersion, kind, namespace, name, uid },
          results,
          summary,
        },
      );
    }
    const versions = async (): Promise<ReadonlyMap<string, string>> => {
      const reports = await Promise.all(
        samples.map(({ namespace, stored }) =>
          cluster.world.get({ type: kinds.report, namespace, name: stored.metadata.uid }),
        ),
      );
      return new Map(
        reports.map((report) => [report?.metadata.name ?? "", report?.metadata.resourceVersion ?? ""]),
      );
    };
    const left = await versions();
    await cluster.world.replace(
      { type: kinds.lease, namespace: "kyverno", name: "kyverno-reports-controller" },
      {
        spec: {
          holderIdentity: "kyverno-reports-controller-7c9d_8b1e",
          leaseDurationSeconds: 2,
          acquireTime: "2026-01-01T00:00:00.000000Z",
          renewTime: "2026-01-02T00:00:00.000000Z",
          leaseTransitions: 3,
        },
      },
    );

    // Kyverno said that it was ready, long ago.
    const [aged = assert.fail("no policy is judged as it was recorded")] = policies;
    const oldTime = "2026-01-02T03:04:05Z";
    const ready = { type: "Ready", status: "True", reason: "Succeeded", message: "Ready" };
    const status = { status: { conditions: [{ ...ready, lastTransitionTime: oldTime }] } };
    const patched = await cluster.plane.kubectl([
      "patch",
      "clusterpolicy",
      aged.metadata.name,
      "--subresource=status",
      "--type=merge",
      `--patch=${JSON.stringify(status)}`,
    ]);
    assert.equal(patched.code, 0, patched.stderr);

    const operator = await cluster.operator();
    await untilSettled(operator);
    await eventually("the spoiled report is whole again", async () => {
      const now = await versions();
      return now.get(spoiled ?? "") !== left.get(spoiled ?? "");
    });
    await untilSettled(operator);
    const now = await versions();
    const written = [...left].filter(([uid, version]) => now.get(uid) !== version).map(([uid]) => uid);
    assert.deepEqual(written, [spoiled]);
    const repaired = samples.find(({ stored }) => stored.metadata.uid === spoiled);
    const report = await cluster.report(repaired?.namespace, spoiled ?? "");
    const wanted = resultsOf(repaired?.report).filter(({ policy }) => names.has(policy));
    assert.deepEqual(sortedResults(resultsOf(report)), sortedResults(wanted));

    const { value: conditions } = await eventually("the policy's status is ours", async () => {
      const policy = await cluster.world.get({ type: kinds.clusterPolicy, name: aged.metadata.name });
      const stored = policy?.["status"] as { conditions?: readonly Record<string, unknown>[] } | undefined;
      return (stored?.conditions?.length ?? 0) > 1 ? stored?.conditions : undefined;
    });
    // It was ready before and is now: nothing has turned since.
    assert.equal(conditions.find(({ type }) => type === "Ready")?.["lastTransitionTime"], oldTime);
  });
});
