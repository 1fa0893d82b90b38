/** Which requests a fault hits; what is not named matches all. */
export interface FaultMatch {
  /** `get`, `list`, `watch`, `create`, `update`, `patch`, `delete`, `deletecollection`; empty for other paths. */
  readonly verb?: string;
  readonly group?: string;
  readonly resource?: string;
  readonly subresource?: string;
  readonly namespace?: string;
  readonly name?: string;
  /** A part of the User-Agent header. */
  readonly userAgent?: string;
  /** A part of the path. */
  readonly path?: string;
}

/** What happens instead of, or before, the answer. */
export type FaultEffect =
  /** Answers with a Status: 410, 429 (with Retry-After), 500, 503, … A watch that is refused with 410 gets an ERROR event. */
  | { readonly kind: "status"; readonly code: number; readonly retryAfterSeconds?: number }
  /** Never answers. A watch, an open one too, sends nothing any more but stays open. */
  | { readonly kind: "silence" }
  /** Closes the connection, after so many bytes of the answer. */
  | { readonly kind: "cut"; readonly afterBytes?: number }
  /** Answers late. */
  | { readonly kind: "delay"; readonly ms: number };

export interface Fault {
  readonly match?: FaultMatch;
  readonly effect: FaultEffect;
  /** How many requests are hit; without it all until the fault is lifted. */
  readonly times?: number;
  /** Hits only each so-manieth of the requests that match: 2 hits every second one. */
  readonly every?: number;
}

/** One request, as faults see it. */
export interface FaultTarget extends Required<FaultMatch> {}

interface ActiveFault {
  readonly fault: Fault;
  left: number;
  /** Requests that matched so far. */
  seen: number;
}

/** The faults in force. The first that matches hits. */
export class FaultControl {
  readonly #active: ActiveFault[] = [];

  constructor(faults: readonly Fault[] = []) {
    for (const fault of faults) this.add(fault);
  }

  /** Puts a fault in force and returns how to lift it. */
  add(fault: Fault): () => void {
    const active = { fault, left: fault.times ?? Infinity, seen: 0 };
    this.#active.push(active);
    return () => {
      const index = this.#active.indexOf(active);
      if (index >= 0) this.#active.splice(index, 1);
    };
  }

  /** Lifts all. */
  clear(): void {
    this.#active.length = 0;
  }

  /** The effect on a new request, which counts as hit. */
  strike(target: FaultTarget): FaultEffect | undefined {
    const active = this.#active.find((one) => one.left > 0 && isDue(one, target));
    if (active === undefined) return undefined;
    active.left -= 1;
    return active.fault.effect;
  }

  /** True where an open watch must keep silent. */
  silences(target: FaultTarget): boolean {
    return this.#active.some(({ fault }) => fault.effect.kind === "silence" && matches(fault.match, target));
  }
}

function isDue(active: ActiveFault, target: FaultTarget): boolean {
  if (!matches(active.fault.match, target)) return false;
  active.seen += 1;
  return active.seen % (active.fault.every ?? 1) === 0;
}

function matches(match: FaultMatch | undefined, target: FaultTarget): boolean {
  return Object.entries(match ?? {}).every(([field, wanted]) => {
    const value = target[field as keyof FaultMatch];
    return field === "userAgent" || field === "path" ? value.includes(String(wanted)) : value === wanted;
  });
}
