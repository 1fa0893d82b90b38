import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";
import { metricTable } from "#telemetry/metric-table.ts";
import type { MetricRow } from "#telemetry/metric-table.ts";

interface Alert {
  readonly alert: string;
  readonly expr: string;
  readonly labels: { readonly severity: string };
  readonly annotations: { readonly summary: string; readonly description?: string };
}

const read = async (path: string): Promise<string> =>
  readFile(fileURLToPath(new URL(`../../../${path}`, import.meta.url)), "utf8");

const rule = parse(await read("config/components/monitoring/prometheus-rule.yaml")) as {
  readonly spec: { readonly groups: readonly { readonly rules: readonly Alert[] }[] };
};
const alerts = rule.spec.groups.flatMap(({ rules }) => rules);
const metrics = new Map<string, MetricRow>(Object.values(metricTable).map((row) => [row.name, row]));

describe("alerts of the manifests", () => {
  for (const { alert, expr, annotations } of alerts) {
    test(`${alert} asks for metrics and labels that there are`, () => {
      const names = expr.match(/rearguard_\w+/g) ?? [];
      assert.ok(names.length > 0);
      const labels = names.flatMap((name) => metrics.get(name)?.labels ?? assert.fail(`there is no ${name}`));
      const selected = [...expr.matchAll(/(\w+)=~?"/g)].map(([, label = ""]) => label);
      const [, grouped = ""] = /\bby \(([^)]*)\)/.exec(expr) ?? [];
      const shown = [...(annotations.description ?? "").matchAll(/\$labels\.(\w+)/g)].map(
        ([, label = ""]) => label,
      );
      for (const label of [...selected, ...grouped.split(/,\s*/).filter(Boolean)]) {
        assert.ok(labels.includes(label), `${expr} has no label ${label}`);
      }
      for (const label of shown)
        assert.ok(grouped.includes(label), `the description shows ${label}, which is lost`);
    });
  }

  test("the runbook names every alert", async () => {
    const page = await read("docs/operations.md");
    for (const { alert } of alerts)
      assert.ok(page.includes(alert), `docs/operations.md does not name ${alert}`);
  });
});
