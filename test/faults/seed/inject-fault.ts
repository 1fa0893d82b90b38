import { setTimeout as delay } from "node:timers/promises";
import type { FaultProxy } from "#test/support/fault-proxy/fault-proxy.ts";
import { widgetRole, widgetRules } from "../fault-cluster.ts";
import type { SupervisedOperator } from "../operators/supervised-operator.ts";
import { kinds } from "../world/kinds.ts";
import { ensureWidgetKind } from "../world/reset-world.ts";
import { widgetCrd } from "../world/widget-crd.ts";
import type { Actor, Stage } from "./stage.ts";

/** A fault that has begun. */
export interface RunningFault {
  /** Ends it; resolves when the world is whole again. */
  heal(): Promise<void>;
}

const leasePlace = { type: kinds.lease, namespace: "kyverno", name: "kyverno-reports-controller" };
/** A kill must not hit a process that is waiting for the Lease of the one before. */
const killPauseMs = 1_500;
const takeoverDeadlineMs = 60_000;

/** The process that has the Lease now, as both the process and the Lease say; short Leases may change hands any time. */
const findHolder = async ({ cluster, actors }: Stage): Promise<Actor> => {
  const endMs = performance.now() + takeoverDeadlineMs;
  while (performance.now() < endMs) {
    const lease = await cluster.world.get(leasePlace);
    const { holderIdentity = "" } = (lease?.["spec"] ?? {}) as { holderIdentity?: string };
    const holder = actors.find(({ operator }) => holderIdentity.startsWith(`${operator.name}_`));
    if ((await holder?.operator.standing())?.holdsLease === true && holder !== undefined) return holder;
    await delay(50);
  }
  throw new Error(`no process held the Lease within ${takeoverDeadlineMs / 1000} s`);
};

const waitForOther = async ({ actors }: Stage, frozen: SupervisedOperator): Promise<void> => {
  const endMs = performance.now() + takeoverDeadlineMs;
  while (performance.now() < endMs) {
    for (const { operator } of actors) {
      if (operator === frozen) continue;
      const standing = await operator.standing();
      if (standing?.holdsLease === true && standing.isQuiet) return;
    }
    await delay(100);
  }
};

const killRepeatedly = async ({ operator, proxy }: Actor, times: number, stage: Stage): Promise<void> => {
  for (let round = 0; round < times; round += 1) {
    await operator.kill();
    const requests = stage.plan.random.between(3, 120);
    await operator.start();
    if (round + 1 < times) await Promise.race([proxy.afterRequests(requests), delay(killPauseMs * 3)]);
  }
};

const setEverywhere = (stage: Stage, fault: Parameters<FaultProxy["setFault"]>[0]): void => {
  for (const { proxy } of stage.actors) proxy.setFault(fault);
};

/** Makes the fault of the plan happen. */
export const injectFault = async (stage: Stage): Promise<RunningFault> => {
  const { cluster, plan } = stage;
  const { fault } = plan;
  const { faults } = cluster.plane;
  switch (fault.kind) {
    case "proxy":
      setEverywhere(stage, fault.fault);
      return {
        heal: () => {
          setEverywhere(stage, undefined);
          return Promise.resolve();
        },
      };
    case "kill": {
      const [actor] = stage.actors;
      const killing = actor === undefined ? undefined : killRepeatedly(actor, fault.times, stage);
      return { heal: async () => killing };
    }
    case "holder-killed": {
      const { operator } = await findHolder(stage);
      await operator.kill();
      return {
        heal: async () => {
          await waitForOther(stage, operator);
          await operator.start();
        },
      };
    }
    case "holder-frozen": {
      const { operator } = await findHolder(stage);
      operator.freeze();
      return {
        heal: async () => {
          await waitForOther(stage, operator);
          operator.thaw();
        },
      };
    }
    case "holder-frozen-briefly": {
      const { operator } = await findHolder(stage);
      operator.freeze();
      const frozen = delay(fault.forMs).then(() => operator.thaw());
      return { heal: () => frozen };
    }
    case "api-server-restart": {
      const restarted = faults.restartApiServer();
      return { heal: () => restarted };
    }
    case "api-server-outage": {
      await faults.stopApiServer();
      const started = delay(fault.forMs).then(() => faults.startApiServer());
      return { heal: () => started };
    }
    case "etcd-restart": {
      const restarted = faults.restartEtcd();
      return { heal: () => restarted };
    }
    case "crd-removed":
      await cluster.world.remove({ type: kinds.crd, name: widgetCrd.metadata.name });
      return {
        heal: async () => {
          if (fault.comesBack) await ensureWidgetKind(cluster.world);
        },
      };
    case "kind-forbidden":
      await cluster.world.replace({ type: kinds.clusterRole, name: widgetRole }, { rules: [] });
      // What is open stays open; so that the kind has to be listed again, everything breaks once.
      setEverywhere(stage, { kind: "unreachable" });
      setEverywhere(stage, undefined);
      return {
        heal: () =>
          cluster.world.replace({ type: kinds.clusterRole, name: widgetRole }, { rules: widgetRules }),
      };
    default:
      return fault satisfies never;
  }
};
