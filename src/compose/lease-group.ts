import { randomUUID } from "node:crypto";
import type { Settings } from "#controllers/settings/setting-table.ts";
import { systemClock } from "#controllers/runtime/clock.ts";
import { untilAborted } from "#controllers/scan/until-aborted.ts";
import type { KubeClient } from "#kube/client/kube-client.ts";
import { startElector } from "#kube/leases/elector.ts";
import type { Elector } from "#kube/leases/elector.ts";
import type { Health } from "#telemetry/health.ts";
import type { Logger } from "#telemetry/logger.ts";
import type { Metrics } from "#telemetry/metrics.ts";
import type { ClusterClients } from "./cluster.ts";
import type { Part } from "./part.ts";

/** Everything that runs under one Lease, and never without it. */
export interface LeaseWork {
  /** Name of the Lease. */
  readonly lease: string;
  /**
   * Starts it with a client whose writes end before the Lease does; puts into `parts` what is to be stopped. What has to be
   * written while that goes on needs a client from `openLasting`.
   */
  readonly start: (client: KubeClient, parts: Part[], openLasting: () => KubeClient) => Promise<void>;
}

/** One Lease of this process with what runs under it. */
export interface LeaseGroup {
  readonly name: string;
  isHeld(): boolean;
  /** Ends what runs, last started first, and lets what is under way finish. */
  stopParts(): Promise<void>;
  /** Gives the Lease back, when nothing writes any more. */
  release(): Promise<void>;
}

export interface LeaseGroupOptions {
  readonly clients: ClusterClients;
  readonly settings: Settings;
  readonly hostName: string;
  readonly health: Health;
  readonly metrics: Metrics;
  readonly log: Logger;
  /** Ends waiting, and what runs. */
  readonly signal: AbortSignal;
  /** The process must end, with a failure. */
  readonly onFailed: () => void;
}

/** Campaigns for the Lease and starts the work once it is held. */
export function startLeaseGroup(work: LeaseWork, options: LeaseGroupOptions): LeaseGroup {
  const { clients, settings, health, log, signal } = options;
  const elector = startElector({
    client: clients.lease,
    namespace: settings.namespace,
    name: work.lease,
    identity: `${options.hostName}_${randomUUID()}`,
    durationMs: settings.leaseDuration,
    renewDeadlineMs: settings.leaseRenewDeadline,
    retryMs: settings.leaseRetryPeriod,
    clock: systemClock,
    random: Math.random,
    log,
    onLost: (reason) => {
      log.error("Lease lost, ending", { lease: work.lease, reason });
      options.onFailed();
    },
  });
  const isHeld = (): boolean => elector.state().kind === "held";
  const parts: Part[] = [];
  let started = false;
  health.add("readyz", `lease ${work.lease}`, () => leaseProblem(elector));
  // A standby is ready: waiting is its work, and a rollout must not wait for a Lease that the old process holds.
  health.add("readyz", `start ${work.lease}`, () => (isHeld() && !started ? "starting" : undefined));

  const run = async (): Promise<void> => {
    const endWaiting = (): void => void elector.release();
    signal.addEventListener("abort", endWaiting);
    const held = await elector.acquired();
    signal.removeEventListener("abort", endWaiting);
    if (!held || signal.aborted) return;
    const client = clients.open(() => elector.fence());
    parts.push({ stop: () => client.close() });
    await work.start(client, parts, () => {
      const lasting = clients.openLasting(() => elector.fence());
      parts.push({ stop: () => lasting.close() });
      return lasting;
    });
    started = true;
  };
  const running = untilAborted(run(), signal).catch((error: unknown) => {
    if (signal.aborted) return;
    log.error("cannot start", { lease: work.lease, error });
    options.onFailed();
  });

  return {
    name: work.lease,
    isHeld,
    async stopParts() {
      await running;
      for (const part of parts.toReversed()) await part.stop();
    },
    release: () => elector.release(),
  };
}

function leaseProblem(elector: Elector): string | undefined {
  const state = elector.state();
  switch (state.kind) {
    case "held":
    case "waiting":
      return undefined;
    case "unreachable":
    case "lost":
      return `the Lease ${elector.name}: ${state.reason}`;
    case "released":
      return "stopping";
    default:
      return state satisfies never;
  }
}
