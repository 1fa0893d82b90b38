import type { SettingName, Settings } from "#controllers/settings/setting-table.ts";
import type { SettingsStore } from "#controllers/settings/settings-store.ts";
import type { RootLogger } from "#telemetry/logger.ts";
import type { MetricsPage } from "#telemetry/metrics.ts";

const metricsNames: readonly SettingName[] = [
  "metricsNamespaces",
  "metricsBucketBoundaries",
  "metricsExposure",
];

/** Puts changes of log level and metrics configuration in force; returns how to stop that. */
export function followSettings(
  store: SettingsStore,
  { metrics, log }: { readonly metrics: MetricsPage; readonly log: RootLogger },
): () => void {
  const configure = (settings: Settings): void =>
    metrics.configure({
      namespaces: settings.metricsNamespaces,
      bucketBoundaries: settings.metricsBucketBoundaries,
      exposure: settings.metricsExposure,
    });
  configure(store.current());
  let refresh: NodeJS.Timeout | undefined;
  const arm = ({ metricsRefreshInterval }: Settings): void => {
    clearInterval(refresh);
    if (metricsRefreshInterval > 0) {
      refresh = setInterval(() => metrics.reset(), metricsRefreshInterval).unref();
    }
  };
  arm(store.current());
  const ends = [
    store.onChange(metricsNames, configure),
    store.onChange(["metricsRefreshInterval"], arm),
    store.onChange(["logLevel"], ({ logLevel }) => log.setLevel(logLevel)),
  ];
  return () => {
    clearInterval(refresh);
    for (const end of ends) end();
  };
}
