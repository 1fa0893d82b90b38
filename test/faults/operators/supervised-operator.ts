import { startOperator } from "#test/support/operator/operator-process.ts";
import type { OperatorProcess } from "#test/support/operator/operator-process.ts";

export interface SupervisedOptions {
  /** How it calls itself in Leases, and its file names. */
  readonly name: string;
  readonly kubeconfigPath: string;
  readonly logPath: string;
  /** The program; the source where it is absent. */
  readonly entry: string | undefined;
  readonly flags: readonly string[];
}

/** Whether the work of a process is done, as far as it tells. */
export interface OperatorStanding {
  readonly holdsLease: boolean;
  readonly isQuiet: boolean;
}

/** An operator that is started again whenever it ends by itself, as a Deployment would. */
export interface SupervisedOperator {
  readonly name: string;
  /** How often it ended without being asked to. */
  readonly restarts: number;
  start(): Promise<void>;
  /** SIGKILL; it stays down until `start`. */
  kill(): Promise<void>;
  /** SIGTERM; resolves to its exit code. */
  stop(): Promise<number | null>;
  freeze(): void;
  thaw(): void;
  /** undefined: it cannot be asked. */
  standing(): Promise<OperatorStanding | undefined>;
}

export const superviseOperator = (options: SupervisedOptions): SupervisedOperator => {
  let operator: OperatorProcess | undefined;
  let wanted = false;
  const isWanted = (): boolean => wanted;
  let restarts = 0;

  const launch = async (): Promise<void> => {
    while (isWanted()) {
      try {
        const started = await startOperator({
          kubeconfigPath: options.kubeconfigPath,
          logPath: options.logPath,
          ...(options.entry === undefined ? {} : { entry: options.entry }),
          flags: [`--pod-name=${options.name}`, ...options.flags],
        });
        operator = started;
        started.child.once("exit", () => {
          if (operator !== started) return;
          operator = undefined;
          if (!isWanted()) return;
          restarts += 1;
          void launch();
        });
        // It may have been unwanted while it started.
        if (!isWanted()) started.child.kill("SIGKILL");
        return;
      } catch {
        // Its log says why; it is tried again.
        restarts += 1;
      }
    }
  };

  const end = async (signal: NodeJS.Signals): Promise<number | null> => {
    wanted = false;
    const ending = operator;
    operator = undefined;
    return ending === undefined ? null : ending.stop(signal);
  };

  return {
    name: options.name,
    get restarts() {
      return restarts;
    },
    start() {
      wanted = true;
      return launch();
    },
    kill: async () => {
      await end("SIGKILL");
    },
    stop: () => end("SIGTERM"),
    freeze: () => void operator?.child.kill("SIGSTOP"),
    thaw: () => void operator?.child.kill("SIGCONT"),
    async standing() {
      const asked = operator;
      if (asked === undefined) return undefined;
      const { status } = await asked.ready();
      if (status === 0) return undefined;
      const [held, kinds, queued, passes, waiting] = await Promise.all([
        asked.metric("rearguard_lease_held", { lease: "kyverno-reports-controller" }),
        asked.metric("rearguard_kinds"),
        asked.metric("rearguard_report_write_queue_depth"),
        asked.metric("rearguard_pending_passes"),
        asked.metric("rearguard_work_queue_depth"),
      ]);
      // Before the scan has begun there are no kinds.
      const isQuiet = status === 200 && kinds > 0 && queued + passes + waiting === 0;
      return { holdsLease: held === 1, isQuiet };
    },
  };
};
