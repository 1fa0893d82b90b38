import type { Settings } from "#controllers/settings/setting-table.ts";
import type { Health } from "#telemetry/health.ts";
import { showListenAddress } from "#telemetry/listen-address.ts";
import { startTelemetryServer } from "#telemetry/http-server.ts";
import type { Logger } from "#telemetry/logger.ts";
import type { MetricsPage } from "#telemetry/metrics.ts";

/** Opens the endpoints for probes and scrapers; one server where both have the same address. */
export async function serveTelemetry(options: {
  readonly settings: Settings;
  readonly health: Health;
  readonly metrics: MetricsPage;
  readonly log: Logger;
}): Promise<{ close(): Promise<void> }> {
  const { settings, health, metrics, log } = options;
  const tls =
    settings.tlsCertFile === ""
      ? {}
      : { tls: { certFile: settings.tlsCertFile, keyFile: settings.tlsKeyFile } };
  const page = settings.disableMetrics ? {} : { metrics };
  const { healthAddress, metricsAddress } = settings;
  // Port 0 is any free port, and so never the same one.
  const isShared =
    healthAddress.port !== 0 && showListenAddress(healthAddress) === showListenAddress(metricsAddress);
  const servers = [
    await startTelemetryServer({
      address: healthAddress,
      health,
      ...(isShared ? page : {}),
      ...tls,
      log,
    }),
  ];
  log.info("serving health", { port: servers[0]?.port });
  if (!isShared && !settings.disableMetrics) {
    const server = await startTelemetryServer({ address: metricsAddress, ...page, ...tls, log });
    servers.push(server);
    log.info("serving metrics", { port: server.port });
  }
  return {
    async close() {
      await Promise.all(servers.map((server) => server.close()));
    },
  };
}
