import { lookup } from "node:dns/promises";

import { createBroker } from "#kube/broker/create-broker.ts";
import type { Broker } from "#kube/broker/create-broker.ts";
import type { KubeClient } from "#kube/client/kube-client.ts";
import { proxyFor } from "#kube/client/proxy.ts";
import type { Clock } from "#kube/clock.ts";
import type { Logger } from "#telemetry/logger.ts";

import type { Environment } from "./connect-cluster.ts";

/** The namespace whose Secrets are closed to policies, as with the operator. */
const ownNamespace = "kyverno";

/**
 * What policies read of the cluster goes through the operator's broker, so that a policy may ask here for what it may ask
 * for there. Services are not called: nobody has allowed a host.
 */
export function createPolicyBroker(client: KubeClient, env: Environment, nowMs: () => number): Broker {
  return createBroker({
    client,
    ownNamespace,
    settings: () => ({
      maxResponseBytes: 2_000_000,
      timeoutMs: 30_000,
      allowedHosts: [],
      blockedHosts: [],
      privateNetworks: [],
    }),
    clock: clockOf(nowMs),
    random: Math.random,
    log: silent,
    onCall: () => {},
    resolve: async (hostName) => (await lookup(hostName, { all: true })).map(({ address }) => address),
    proxyFor: (url) => proxyFor(url, undefined, env),
  });
}

/** Failures of calls are in the results of their policies. */
const silent: Logger = {
  debug: () => {},
  info: () => {},
  warn: () => {},
  error: () => {},
  with: () => silent,
};

function clockOf(nowMs: () => number): Clock {
  return {
    now: nowMs,
    monotonicMs: () => performance.now(),
    setTimer(delayMs, callback, { background = false } = {}) {
      const timer = setTimeout(callback, delayMs);
      if (background) timer.unref();
      return { cancel: () => clearTimeout(timer) };
    },
  };
}
