import assert from "node:assert/strict";
import { test } from "node:test";
import { createMetrics } from "./metrics.ts";
import { metricTable } from "./metric-table.ts";
import { noMetricsConfig } from "./metrics-config.ts";

function build(maxSeriesPerMetric = 100) {
  const page = createMetrics({ maxSeriesPerMetric, processMetrics: false });
  const lines = async (name: string): Promise<string[]> =>
    (await page.render()).split("\n").filter((line) => line.startsWith(name));
  return { ...page, lines };
}

const result = (namespace: string, rule = "r") => ({
  policy_validation_mode: "audit",
  policy_type: "cluster",
  policy_background_mode: "true",
  policy_namespace: "-",
  policy_name: "p",
  resource_kind: "Pod",
  resource_namespace: namespace,
  resource_request_operation: "create",
  rule_name: rule,
  rule_result: "fail",
  rule_type: "validate",
  rule_execution_cause: "background_scan",
  dry_run: "false",
});

test("results are counted under the names and labels that Kyverno's dashboards query", async () => {
  const { metrics, lines } = build();
  metrics.policyResults.inc(result("team-a"));
  metrics.policyResults.inc(result("team-a"), 2);
  assert.deepEqual(await lines("kyverno_policy_results_total"), [
    'kyverno_policy_results_total{policy_validation_mode="audit",policy_type="cluster",policy_background_mode="true",' +
      'policy_namespace="-",policy_name="p",resource_kind="Pod",resource_namespace="team-a",' +
      'resource_request_operation="create",rule_name="r",rule_result="fail",rule_type="validate",' +
      'rule_execution_cause="background_scan",dry_run="false"} 3',
  ]);
});

test("beyond the limit of series samples are counted under other, and that is counted", async () => {
  const { metrics, lines } = build(2);
  for (const cause of ["a", "b", "c", "d", "a"]) metrics.evaluations.inc({ cause });
  assert.deepEqual(await lines("rearguard_evaluations_total"), [
    'rearguard_evaluations_total{cause="a"} 2',
    'rearguard_evaluations_total{cause="b"} 1',
    'rearguard_evaluations_total{cause="other"} 2',
  ]);
  assert.deepEqual(await lines("rearguard_metrics_series_dropped_total"), [
    'rearguard_metrics_series_dropped_total{metric="rearguard_evaluations_total"} 2',
  ]);
});

test("a gauge shows what its owners say at the moment of the scrape, and the sum of what is beyond the limit", async () => {
  const { metrics, lines } = build(2);
  let objects = new Map([
    ["v1/pods", 5],
    ["v1/services", 2],
    ["v1/secrets", 3],
    ["v1/configmaps", 4],
  ]);
  metrics.objectsKnown.read(() => [...objects].map(([resource, value]) => ({ labels: { resource }, value })));
  assert.deepEqual(await lines("rearguard_objects"), [
    'rearguard_objects{resource="v1/pods"} 5',
    'rearguard_objects{resource="v1/services"} 2',
    'rearguard_objects{resource="other"} 7',
  ]);
  objects = new Map([["v1/nodes", 1]]);
  assert.deepEqual(await lines("rearguard_objects"), ['rearguard_objects{resource="v1/nodes"} 1']);
});

test("a value that is no number is left out instead of breaking the page", async () => {
  const { metrics, lines } = build();
  metrics.oldestVerdictAge.read(() => [{ labels: {}, value: Number.NaN }]);
  metrics.eventLoopSlice.observe({}, Number.NaN);
  assert.deepEqual(await lines("rearguard_oldest"), []);
  assert.deepEqual(await lines("rearguard_event_loop_slice_seconds_count"), [
    "rearguard_event_loop_slice_seconds_count 0",
  ]);
});

test("namespaces are excluded and included live, exclusion first; cluster-scoped resources always count", async () => {
  const { metrics, configure, lines } = build();
  configure({ ...noMetricsConfig, namespaces: { include: ["team-a", "team-b"], exclude: ["team-b"] } });
  for (const namespace of ["team-a", "team-b", "team-c", "-"]) metrics.policyResults.inc(result(namespace));
  const seen = (await lines("kyverno_policy_results_total")).map(
    (line) => /resource_namespace="([^"]*)/.exec(line)?.[1],
  );
  assert.deepEqual(seen, ["team-a", "-"]);
});

test("metrics can be switched off, freed of labels and given buckets, by the name with or without _total", async () => {
  const { metrics, configure, render, lines } = build();
  configure({
    ...noMetricsConfig,
    exposure: new Map([
      ["kyverno_policy_changes", { enabled: false, disabledLabelDimensions: [] }],
      ["rearguard_watch_restarts_total", { enabled: true, disabledLabelDimensions: ["resource"] }],
      [
        "rearguard_pass_duration_seconds",
        { enabled: true, disabledLabelDimensions: [], bucketBoundaries: [1, 2] },
      ],
    ]),
  });
  metrics.watchRestarts.inc({ resource: "v1/pods", reason: "410" });
  metrics.watchRestarts.inc({ resource: "v1/nodes", reason: "410" });
  metrics.passDuration.observe({ cause: "rescan" }, 1.5);
  assert.doesNotMatch(await render(), /kyverno_policy_changes/);
  assert.deepEqual(await lines("rearguard_watch_restarts_total"), [
    'rearguard_watch_restarts_total{reason="410"} 2',
  ]);
  assert.deepEqual(
    (await lines("rearguard_pass_duration_seconds_bucket")).map((line) => /le="([^"]*)/.exec(line)?.[1]),
    ["1", "2", "+Inf"],
  );
  configure(noMetricsConfig);
  assert.match(await render(), /kyverno_policy_changes_total/);
});

test("reset drops what was counted", async () => {
  const { metrics, reset, lines } = build();
  metrics.evaluations.inc({ cause: "watch" });
  reset();
  assert.deepEqual(await lines("rearguard_evaluations_total"), []);
});

test("every metric has a name of its own, a prefix that is ours or Kyverno's, and help that is a sentence", () => {
  const rows = Object.values(metricTable);
  assert.equal(new Set(rows.map(({ name }) => name)).size, rows.length);
  for (const { name, help } of rows) {
    assert.match(name, /^(kyverno|rearguard)_[a-z_]+$/);
    assert.match(help, /^[A-Z0-9].*\.$/);
  }
});
