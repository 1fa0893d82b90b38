import type { SeededRandom } from "./seeded-random.ts";

/** What a pod does that one of the pod security policies forbids, with its share of all pods. */
const shares = {
  addsCapability: 0.03,
  sharesHostNetwork: 0.02,
  mountsHostPath: 0.04,
  isPrivileged: 0.02,
  setsSelinuxType: 0.015,
  setsSelinuxUser: 0.01,
  isUnconfined: 0.03,
  setsSysctl: 0.02,
  mayEscalate: 0.08,
  runsAsRoot: 0.05,
} as const;

export type Violation = keyof typeof shares;

const all = Object.keys(shares) as readonly Violation[];

/** Draws each independently, so that most pods have none and some have several. */
export const drawViolations = (random: SeededRandom): ReadonlySet<Violation> =>
  new Set(all.filter((violation) => random() < shares[violation]));
