import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { silentLogger } from "#telemetry/logger.ts";
import { applyConfigMap } from "./config-map-settings.ts";
import { settingsOfEnvironment, settingsOfFlags } from "./read-source.ts";
import { showProblem } from "./setting-source.ts";
import { parseSettingsFile } from "./settings-file.ts";
import { readSettingsFile } from "./settings-file-watch.ts";
import { createSettingsStore, type SettingsStore } from "./settings-store.ts";

const build = () => createSettingsStore({ log: () => silentLogger });

const flags = (entries: Record<string, unknown>) => settingsOfFlags(Object.entries(entries));

function file(store: SettingsStore, content: string): void {
  const parsed = parseSettingsFile(content, "settings.yaml");
  if (parsed.ok) store.replace("file", parsed.settings);
  else store.fail("file", parsed.problem);
}

const configMap = (store: SettingsStore, data: Record<string, string> | undefined): void =>
  applyConfigMap(store, {
    role: "kyverno",
    namespace: "kyverno",
    name: "kyverno",
    content: data === undefined ? undefined : { data },
  });

const shown = (store: SettingsStore): readonly string[] => store.problems().map(showProblem);

test("without any source everything has Kyverno's defaults", () => {
  const settings = build().current();
  assert.equal(settings.backgroundScanInterval, 3_600_000);
  assert.equal(settings.skipResourceFilters, true);
  assert.deepEqual(
    [settings.leaseDuration, settings.leaseRenewDeadline, settings.leaseRetryPeriod],
    [12_000, 10_000, 2_000],
  );
  assert.deepEqual(settings.allowedResults, ["pass", "fail", "error", "warn", "skip"]);
  assert.deepEqual(settings.shard, { index: 0, count: 1 });
});

test("of a flag that is given twice the last counts", () => {
  const store = build();
  const twice = [
    ["page-size", "100"],
    ["page-size", "200"],
  ] as const;
  store.replace("flags", settingsOfFlags(twice));
  assert.equal(store.current().pageSize, 200);
});

test("flags win over the environment, that over the file, that over the ConfigMap", () => {
  const store = build();
  configMap(store, { maxContextSize: "1Mi" });
  assert.equal(store.current().maxContextSize, 1_048_576);
  file(store, "maxContextSize: 3Mi\nlogLevel: warn\n");
  assert.equal(store.current().maxContextSize, 3_145_728);
  store.replace("environment", settingsOfEnvironment({ REARGUARD_LOG_LEVEL: "error" }));
  assert.equal(store.originOf("logLevel"), "environment");
  store.replace("flags", flags({ "log-level": "debug" }));
  assert.equal(store.current().logLevel, "debug");
  assert.equal(store.originOf("logLevel"), "flags");
  assert.equal(store.originOf("pageSize"), "default");
  assert.deepEqual(shown(store), []);
});

test("flags and variables of Kyverno's manifests are understood, our own variable wins", () => {
  const store = build();
  store.replace("flags", flags({ backgroundScanInterval: "30m", aggregationWorkers: "10" }));
  store.replace(
    "environment",
    settingsOfEnvironment({
      KYVERNO_NAMESPACE: "policy",
      HOSTNAME: "pod-1",
      REARGUARD_POD_NAME: "mine",
      PATH: "/",
    }),
  );
  assert.equal(store.current().backgroundScanInterval, 1_800_000);
  assert.equal(store.current().namespace, "policy");
  assert.equal(store.current().podName, "mine");
  assert.deepEqual(shown(store), []);
});

test("an unknown name is a problem with the name that was meant", () => {
  const store = build();
  file(store, "logLevel: info\nbackgroundScanIntervall: 5m\n");
  store.replace("flags", flags({ "alowed-results": "fail" }));
  store.replace("environment", settingsOfEnvironment({ REARGUARD_LOGLEVEL: "debug" }));
  configMap(store, { resourceFilter: "[Pod,*,*]", excludeGroups: "system:nodes" });
  assert.deepEqual(shown(store), [
    "--alowed-results: alowed-results: no such setting; did you mean allowed-results?",
    "environment: REARGUARD_LOGLEVEL: no such setting; did you mean REARGUARD_LOG_LEVEL?",
    "settings.yaml:2: backgroundScanIntervall: no such setting; did you mean backgroundScanInterval?",
    "ConfigMap kyverno/kyverno: resourceFilter: no such setting; did you mean resourceFilters?",
  ]);
});

test("a wrong value keeps what was in force, and the rest of its source counts", () => {
  const store = build();
  configMap(store, { maxContextSize: "1Mi" });
  configMap(store, { maxContextSize: "lots", generateSuccessEvents: "true" });
  assert.equal(store.current().maxContextSize, 1_048_576);
  assert.equal(store.current().generateSuccessEvents, true);
  assert.match(shown(store).join(), /maxContextSize: "lots": expected a size such as 2Mi/);
  configMap(store, { maxContextSize: "4Mi" });
  assert.equal(store.current().maxContextSize, 4_194_304);
  assert.deepEqual(shown(store), []);
});

test("a deleted ConfigMap leaves the defaults", () => {
  const store = build();
  configMap(store, { generateSuccessEvents: "true" });
  configMap(store, undefined);
  assert.equal(store.current().generateSuccessEvents, false);
});

test("a file that is no YAML keeps everything it set before", () => {
  const store = build();
  file(store, "logLevel: debug\n");
  file(store, "logLevel: [\n");
  assert.equal(store.current().logLevel, "debug");
  assert.equal(store.problems().length, 1);
  file(store, "- a list\n");
  assert.match(shown(store).join(), /settings.yaml:1: \(file\): expected a map/);
  file(store, "");
  assert.equal(store.current().logLevel, "info");
});

test("changes are told to who asked for the names, and to nobody else", () => {
  const store = build();
  const seen: string[] = [];
  const stop = store.onChange(["logLevel"], ({ logLevel }) => seen.push(logLevel));
  store.onChange(["pageSize"], () => seen.push("pageSize"));
  file(store, "logLevel: debug\n");
  file(store, "logLevel: debug\nomitEvents: [PolicySkipped]\n");
  stop();
  file(store, "");
  assert.deepEqual(seen, ["debug"]);
});

test("in a running process what is not live waits for a restart and says so", () => {
  const store = build();
  file(store, "pageSize: 100\n");
  store.seal();
  file(store, "pageSize: 200\nlogLevel: debug\n");
  assert.equal(store.current().pageSize, 100);
  assert.equal(store.current().logLevel, "debug");
  assert.match(shown(store).join(), /pageSize: changed, but read at start only; restart/);
  file(store, "pageSize: 100\n");
  assert.deepEqual(shown(store), []);
});

test("Lease times that cannot work together are a problem", () => {
  const store = build();
  store.replace("flags", flags({ "lease-duration": "5s" }));
  assert.match(shown(store).join(), /leaseRenewDeadline: must be shorter than leaseDuration/);
});

test("the metrics ConfigMap is read as charts write it", () => {
  const store = build();
  applyConfigMap(store, {
    role: "metrics",
    namespace: "kyverno",
    name: "kyverno-metrics",
    content: {
      data: {
        namespaces: '{"exclude":["kube-system"],"include":[]}',
        bucketBoundaries: "0.1, 1, 10",
        metricsRefreshInterval: "24h",
        metricsExposure:
          '{"kyverno_policy_results":{"disabledLabelDimensions":["resource_kind"],"bucketBoundaries":[]}}',
      },
    },
  });
  assert.deepEqual(shown(store), []);
  const settings = store.current();
  assert.deepEqual(settings.metricsNamespaces, { include: [], exclude: ["kube-system"] });
  assert.deepEqual(settings.metricsBucketBoundaries, [0.1, 1, 10]);
  assert.deepEqual(settings.metricsExposure.get("kyverno_policy_results"), {
    enabled: true,
    disabledLabelDimensions: ["resource_kind"],
  });
});

test("names that every object inherits are names like any other", () => {
  const store = build();
  file(store, "constructor: 1\n__proto__: 2\n");
  assert.equal(store.problems().length, 2);
});

test("a file that cannot be read is a problem, and is in force once it can", async () => {
  const folder = await mkdtemp(join(tmpdir(), "settings-"));
  const path = join(folder, "settings.yaml");
  const store = build();
  readSettingsFile(store, path);
  assert.match(shown(store).join(), /cannot be read/);
  await writeFile(path, "logLevel: warn\n");
  readSettingsFile(store, path);
  assert.equal(store.current().logLevel, "warn");
  assert.deepEqual(shown(store), []);
  await rm(folder, { recursive: true });
});
