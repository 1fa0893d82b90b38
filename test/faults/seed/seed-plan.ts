import type { ProxyFault } from "#test/support/fault-proxy/proxy-fault.ts";
import { createSeededRandom } from "../seeded-random.ts";
import type { SeededRandom } from "../seeded-random.ts";

/** What goes wrong. */
export type FaultPlan =
  | { readonly kind: "proxy"; readonly name: string; readonly fault: ProxyFault }
  | { readonly kind: "kill"; readonly times: number }
  | { readonly kind: "holder-killed" }
  /** Until the other process has written something under its own Lease. */
  | { readonly kind: "holder-frozen" }
  /** Perhaps long enough to lose the Lease, perhaps not. */
  | { readonly kind: "holder-frozen-briefly"; readonly forMs: number }
  | { readonly kind: "api-server-restart" }
  | { readonly kind: "etcd-restart" }
  | { readonly kind: "api-server-outage"; readonly forMs: number }
  | { readonly kind: "crd-removed"; readonly comesBack: boolean }
  | { readonly kind: "kind-forbidden" };

/** When it goes wrong: so many requests of the operator, or writes of reports, after the phase began. */
export type FaultPoint =
  | { readonly phase: "first scan"; readonly afterRequests: number }
  | { readonly phase: "restart"; readonly afterRequests: number }
  | { readonly phase: "pass"; readonly afterRequests: number }
  | { readonly phase: "idle" };

export interface SeedPlan {
  readonly seed: number;
  readonly fault: FaultPlan;
  readonly point: FaultPoint;
  readonly processes: 1 | 2;
  readonly leaseMs: number;
  readonly pageSize: number;
  readonly editsDuring: number;
  readonly editsAfter: number;
  /** For everything that is drawn while the seed runs. */
  readonly random: SeededRandom;
}

type FaultDraw = (random: SeededRandom) => FaultPlan;

const proxied =
  (name: string, draw: (random: SeededRandom) => ProxyFault): FaultDraw =>
  (random) => ({ kind: "proxy", name, fault: draw(random) });

const networkFaults: readonly FaultDraw[] = [
  proxied("connections cut at random bytes", (random) => ({
    kind: "cut",
    share: random.pick([0.1, 0.4, 0.8]),
    maxBytes: random.pick([200, 5_000, 100_000]),
  })),
  proxied("watches gone silent", () => ({ kind: "silent-watches" })),
  proxied("429 storm", (random) => ({
    kind: "refuse",
    status: 429,
    share: random.pick([0.3, 0.9]),
    retryAfterSeconds: random.between(0, 2),
  })),
  proxied("503 storm", (random) => ({
    kind: "refuse",
    status: 503,
    share: random.pick([0.3, 0.9]),
    ...(random.chance(0.5) ? { retryAfterSeconds: 1 } : {}),
  })),
  proxied("500 storm", (random) => ({ kind: "refuse", status: 500, share: random.pick([0.3, 0.9]) })),
  proxied("410 in mid-list", (random) => ({ kind: "gone-in-list", share: random.pick([0.3, 0.8]) })),
  proxied("410 in mid-list without a token", () => ({ kind: "gone-without-token", share: 0.2 })),
  proxied("410 on watches", (random) => ({ kind: "gone-on-watch", share: random.pick([0.5, 1]) })),
  proxied("slow answers", (random) => ({
    kind: "slow",
    share: 0.5,
    maxDelayMs: random.pick([300, 3_000]),
  })),
  proxied("answers to writes lost", (random) => ({ kind: "lost-answer", share: random.pick([0.2, 0.6]) })),
  proxied("API server unreachable", () => ({ kind: "unreachable" })),
];

const otherFaults: readonly FaultDraw[] = [
  (random) => ({ kind: "kill", times: random.between(1, 3) }),
  (random) => ({ kind: "kill", times: random.between(1, 3) }),
  () => ({ kind: "holder-killed" }),
  () => ({ kind: "holder-frozen" }),
  () => ({ kind: "holder-frozen" }),
  (random) => ({ kind: "holder-frozen-briefly", forMs: random.between(200, 4_000) }),
  () => ({ kind: "api-server-restart" }),
  (random) => ({ kind: "api-server-outage", forMs: random.between(500, 4_000) }),
  () => ({ kind: "etcd-restart" }),
  (random) => ({ kind: "crd-removed", comesBack: random.chance(0.7) }),
  () => ({ kind: "kind-forbidden" }),
];

/** Two by two, so that few seeds in a row meet many kinds of faults. */
const faultDraws = networkFaults.flatMap((draw, index) => [draw, otherFaults[index] ?? draw]);

const drawPoint = (random: SeededRandom): FaultPoint =>
  random.pick<() => FaultPoint>([
    () => ({ phase: "first scan", afterRequests: random.between(3, 300) }),
    () => ({ phase: "restart", afterRequests: random.between(3, 40) }),
    () => ({ phase: "pass", afterRequests: random.between(1, 60) }),
    () => ({ phase: "idle" }),
  ])();

export const isAboutHolders = ({ kind }: FaultPlan): boolean =>
  kind === "holder-killed" || kind === "holder-frozen" || kind === "holder-frozen-briefly";

const needsPages = (fault: FaultPlan): boolean =>
  fault.kind === "proxy" &&
  (fault.fault.kind === "gone-in-list" || fault.fault.kind === "gone-without-token");

/** Everything about a seed, from its number alone. */
export const planSeed = (seed: number): SeedPlan => {
  const random = createSeededRandom(seed);
  // Taken in turn, so that each comes as often as the others.
  const fault = (faultDraws[seed % faultDraws.length] as FaultDraw)(random);
  const holders = isAboutHolders(fault);
  const isShort = holders || fault.kind === "kill" || random.chance(0.3);
  return {
    seed,
    fault,
    point: drawPoint(random),
    processes: holders ? 2 : 1,
    // A short Lease ends within an outage, a long one outlives it: then the same process has to go on.
    leaseMs: isShort ? 2_000 : 12_000,
    // Only a list of several pages can be told in its middle that it expired.
    pageSize: needsPages(fault) ? 10 : random.pick([10, 25, 500]),
    editsDuring: random.between(6, 20),
    editsAfter: random.between(0, 3),
    random,
  };
};

export const describePoint = (point: FaultPoint): string =>
  point.phase === "idle" ? "idle" : `${point.phase}, after ${point.afterRequests}`;

export const describeFault = (fault: FaultPlan): string => {
  switch (fault.kind) {
    case "proxy":
      return `${fault.name} ${JSON.stringify(fault.fault)}`;
    case "kill":
      return `kill -9, ${fault.times} times`;
    case "holder-killed":
      return "holder of the Lease killed";
    case "holder-frozen":
      return "holder of the Lease frozen until another one writes";
    case "holder-frozen-briefly":
      return `holder of the Lease frozen for ${fault.forMs} ms`;
    case "api-server-restart":
      return "API server killed and started";
    case "api-server-outage":
      return `API server down for ${fault.forMs} ms more than its start takes`;
    case "etcd-restart":
      return "etcd killed and started";
    case "crd-removed":
      return fault.comesBack ? "CRD removed and brought back" : "CRD removed";
    case "kind-forbidden":
      return "a kind forbidden for a while";
    default:
      return fault satisfies never;
  }
};

/** The fault without its numbers, for counting. */
export const faultName = (fault: FaultPlan): string => (fault.kind === "proxy" ? fault.name : fault.kind);
