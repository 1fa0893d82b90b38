import type { ResourceType } from "#api/meta/resource-type.ts";
import type { Logger } from "#telemetry/logger.ts";
import { isAlreadyExists, isConflict, isNotFound, WriteFenced } from "../client/api-error.ts";
import type { KubeClient } from "../client/kube-client.ts";
import { pause, type Clock, type Timer } from "../clock.ts";
import {
  buildLease,
  buildNewLease,
  decodeLease,
  isSameRecord,
  microTime,
  type LeaseRecord,
  type ObservedLease,
} from "./lease-record.ts";

const leaseType: ResourceType = {
  group: "coordination.k8s.io",
  version: "v1",
  kind: "Lease",
  resource: "leases",
  namespaced: true,
  preferred: true,
  verbs: ["create", "get", "list", "update", "watch"],
};

type LeaseState =
  /** Another process has it. `since` is what that process says, for people. */
  | { readonly kind: "waiting"; readonly holder: string; readonly since: string }
  /** It cannot be read or written. */
  | { readonly kind: "unreachable"; readonly reason: string }
  | { readonly kind: "held" }
  | { readonly kind: "lost"; readonly reason: string }
  | { readonly kind: "released" };

/** One Lease, campaigned for from the start until it is lost or released; it is never campaigned for again. */
export interface Elector {
  readonly name: string;
  readonly identity: string;
  state(): LeaseState;
  /** Resolves to true once the Lease is held, to false where it was released before that. */
  acquired(): Promise<boolean>;
  /**
   * For the client that writes under this Lease: how many ms a write may take, by the monotonic clock.
   *
   * @throws WriteFenced where the Lease is not held, or may have lapsed.
   */
  fence(): number;
  /**
   * Ends the campaign; call it when the last write has ended. A Lease that is held is given back, so that the next
   * process need not wait for it to expire.
   */
  release(): Promise<void>;
}

export interface ElectorOptions {
  /** With a connection of its own, so that nothing can stand in the way of a renewal, and without a fence. */
  readonly client: Pick<KubeClient, "get" | "create" | "update">;
  readonly namespace: string;
  readonly name: string;
  /** Unique to this process: the pod's name and something random. */
  readonly identity: string;
  /** How long others respect a Lease that is not renewed. */
  readonly durationMs: number;
  /** We give up the Lease when it could not be renewed for this long; shorter than the duration. */
  readonly renewDeadlineMs: number;
  readonly retryMs: number;
  readonly clock: Clock;
  /** A number in [0, 1). */
  readonly random: () => number;
  readonly log: Logger;
  /** The Lease was held and is not any more: the process must end. */
  readonly onLost: (reason: string) => void;
}

/**
 * Campaigns for a Lease in the way of client-go's leader election, so that each respects the other.
 *
 * ```
 *  waiting ──free, or unchanged for its duration──▶ held ──not renewed in time, or taken──▶ lost
 *     ▲  │                                           │
 *     └──┘ changed: wait the full duration again     └──release──▶ released
 * ```
 *
 * Times in the record are never compared with a clock: a foreign Lease has expired when this process has seen the same
 * record for the whole duration it names.
 */
export function startElector(options: ElectorOptions): Elector {
  return new Campaign(options);
}

class Campaign implements Elector {
  readonly name: string;
  readonly identity: string;
  readonly #options: ElectorOptions;
  readonly #acquired = Promise.withResolvers<boolean>();
  readonly #stopping = new AbortController();
  #state: LeaseState = { kind: "unreachable", reason: "not asked yet" };
  #observed: ObservedLease | undefined;
  #observedAtMs = 0;
  /** When the request that last renewed our Lease was begun: others count from later than that. */
  #renewedAtMs = 0;
  #running: Promise<void>;
  #releasing: Promise<void> | undefined;
  #deadline: Timer | undefined;

  constructor(options: ElectorOptions) {
    this.#options = options;
    this.name = options.name;
    this.identity = options.identity;
    this.#running = this.#run();
  }

  state(): LeaseState {
    return this.#state;
  }

  acquired(): Promise<boolean> {
    return this.#acquired.promise;
  }

  fence(): number {
    const remainingMs = this.#renewedAtMs + this.#options.renewDeadlineMs - this.#options.clock.monotonicMs();
    if (this.#state.kind !== "held" || remainingMs <= 0) throw new WriteFenced();
    return remainingMs;
  }

  release(): Promise<void> {
    this.#releasing ??= this.#release();
    return this.#releasing;
  }

  async #release(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
    this.#deadline?.cancel();
    if (this.#state.kind === "held") await this.#giveBack();
    if (this.#state.kind !== "lost") this.#state = { kind: "released" };
    this.#acquired.resolve(false);
  }

  async #run(): Promise<void> {
    const { clock, retryMs, random } = this.#options;
    while (!this.#stopping.signal.aborted && !this.#isLost()) {
      await this.#tryOnce();
      // While waiting, replicas must not ask in step; a holder renews evenly.
      const spread = this.#state.kind === "held" ? 1 : 1 + 0.2 * random();
      if (!this.#isLost()) await pause(clock, retryMs * spread, this.#stopping.signal);
    }
  }

  #isLost(): boolean {
    return this.#state.kind === "lost";
  }

  async #tryOnce(): Promise<void> {
    const attempt = this.#attemptSignal();
    try {
      await this.#acquireOrRenew(attempt.signal);
    } catch (error) {
      // What we know of the Lease may be outdated: the next try reads it again.
      if (isConflict(error) || isAlreadyExists(error))
        this.#options.log.debug("Lease changed meanwhile", this.#fields());
      else if (!this.#stopping.signal.aborted) this.#onUnreachable(error);
    } finally {
      attempt.end();
    }
  }

  /** Several attempts fit between two deadlines, so that one request that hangs does not cost the Lease. */
  #attemptSignal(): { readonly signal: AbortSignal; end(): void } {
    const { clock, renewDeadlineMs } = this.#options;
    const controller = new AbortController();
    const timer = clock.setTimer(renewDeadlineMs / 3, () =>
      controller.abort(new Error("the API server did not answer in time")),
    );
    return {
      signal: AbortSignal.any([controller.signal, this.#stopping.signal]),
      end: () => timer.cancel(),
    };
  }

  async #acquireOrRenew(signal: AbortSignal): Promise<void> {
    const { client, namespace, clock } = this.#options;
    const key = { namespace, name: this.name };
    let object: unknown;
    try {
      object = await client.get(leaseType, key, { signal });
    } catch (error) {
      if (!isNotFound(error)) throw error;
      await this.#write(signal, undefined);
      return;
    }
    const seen = decodeLease(object);
    if (this.#observed === undefined || !isSameRecord(seen.record, this.#observed.record)) {
      this.#observedAtMs = clock.monotonicMs();
    }
    this.#observed = seen;
    const { holderIdentity, leaseDurationSeconds } = seen.record;
    if (this.#state.kind === "held" && holderIdentity !== this.identity) {
      this.#lose(holderIdentity === "" ? "somebody emptied the Lease" : `taken by ${holderIdentity}`);
      return;
    }
    const expiresAtMs = this.#observedAtMs + leaseDurationSeconds * 1_000;
    const isFree =
      holderIdentity === "" || holderIdentity === this.identity || clock.monotonicMs() >= expiresAtMs;
    if (isFree) await this.#write(signal, seen);
    else this.#onHeldByOther(seen.record);
  }

  async #write(signal: AbortSignal, seen: ObservedLease | undefined): Promise<void> {
    const { client, namespace } = this.#options;
    const startedAtMs = this.#options.clock.monotonicMs();
    const record = this.#recordFor(seen?.record);
    const written =
      seen === undefined
        ? await client.create(leaseType, namespace, buildNewLease(namespace, this.name, record), { signal })
        : await client.update(leaseType, { namespace, name: this.name }, buildLease(seen, record), {
            signal,
          });
    // Renewed too late: the state says so already, and the process is about to end.
    if (this.#state.kind === "lost") return;
    this.#observed = decodeLease(written);
    this.#observedAtMs = startedAtMs;
    this.#renewedAtMs = startedAtMs;
    this.#armDeadline();
    if (this.#state.kind === "held") return;
    this.#state = { kind: "held" };
    this.#options.log.info("Lease acquired", this.#fields());
    this.#acquired.resolve(true);
  }

  #recordFor(previous: LeaseRecord | undefined): LeaseRecord {
    const { clock, durationMs } = this.#options;
    const now = microTime(clock.now());
    const isRenewal = previous?.holderIdentity === this.identity;
    const transitions = previous?.leaseTransitions ?? 0;
    return {
      holderIdentity: this.identity,
      leaseDurationSeconds: Math.max(1, Math.ceil(durationMs / 1_000)),
      acquireTime: isRenewal ? previous.acquireTime : now,
      renewTime: now,
      leaseTransitions: isRenewal || previous === undefined ? transitions : transitions + 1,
    };
  }

  #armDeadline(): void {
    const { clock, renewDeadlineMs } = this.#options;
    this.#deadline?.cancel();
    this.#deadline = clock.setTimer(this.#renewedAtMs + renewDeadlineMs - clock.monotonicMs(), () =>
      this.#lose(`not renewed for ${renewDeadlineMs} ms`),
    );
  }

  #lose(reason: string): void {
    if (this.#state.kind !== "held") return;
    this.#state = { kind: "lost", reason };
    this.#deadline?.cancel();
    this.#options.log.error("Lease lost", { ...this.#fields(), reason });
    this.#options.onLost(reason);
  }

  #onHeldByOther({ holderIdentity, acquireTime }: LeaseRecord): void {
    const known = this.#state.kind === "waiting" && this.#state.holder === holderIdentity;
    this.#state = { kind: "waiting", holder: holderIdentity, since: acquireTime };
    if (known) return;
    const fields = { ...this.#fields(), holder: holderIdentity, since: acquireTime };
    this.#options.log.info("Lease is held by another process, waiting for it", fields);
  }

  #onUnreachable(error: unknown): void {
    const reason = error instanceof Error ? error.message : String(error);
    if (this.#state.kind === "held") {
      this.#options.log.warn("Lease could not be renewed, trying again", { ...this.#fields(), error });
      return;
    }
    const known = this.#state.kind === "unreachable" && this.#state.reason === reason;
    this.#state = { kind: "unreachable", reason };
    if (!known)
      this.#options.log.error("Lease cannot be read or written, trying again", { ...this.#fields(), error });
  }

  async #giveBack(): Promise<void> {
    const { client, namespace, clock, log } = this.#options;
    // From here on nothing is written under this Lease.
    this.#state = { kind: "released" };
    const key = { namespace, name: this.name };
    const request = { timeoutMs: 2_000 };
    try {
      // Read again: a renewal that was cut short may have been carried out.
      const observed = decodeLease(await client.get(leaseType, key, request));
      if (observed.record.holderIdentity !== this.identity) return;
      const now = microTime(clock.now());
      const free = { holderIdentity: "", leaseDurationSeconds: 1, acquireTime: now, renewTime: now };
      await client.update(leaseType, key, buildLease(observed, { ...observed.record, ...free }), request);
      log.info("Lease released", this.#fields());
    } catch (error) {
      log.warn("Lease could not be released, it will expire", { ...this.#fields(), error });
    }
  }

  #fields(): { readonly lease: string; readonly identity: string } {
    return { lease: `${this.#options.namespace}/${this.name}`, identity: this.identity };
  }
}
