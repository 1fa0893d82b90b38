import type { RuleKind } from "./rule-sets.ts";

/** How fast the rules of one kind are judged. */
export interface SpeedFigures {
  readonly kind: RuleKind;
  readonly rules: number;
  /** Triples of policy, rule and pod that gave a result, once over all pods. */
  readonly results: number;
  readonly perSecond: number;
  /** As if the machine had been as fast as that of the published figures when idle. */
  readonly perSecondAtNominalSpeed: number;
  /** Time per result as a multiple of that of the same rules by hand. */
  readonly timesByHand: number;
  readonly machineSpeed: number;
  /** The engine and the rules by hand say the same of every pod. */
  readonly agrees: boolean;
}

/** What the judging of rules of one kind allocates. */
export interface BytesFigures {
  readonly kind: RuleKind;
  readonly perResultSmall: number;
  readonly perResultLarge: number;
}

/** What `npm run bench -- engine --json` prints. Names and meaning stay. */
export interface EngineFigures {
  readonly pods: number;
  readonly speed: readonly SpeedFigures[];
  readonly bytes: readonly BytesFigures[];
  readonly smallPodBytes: number;
  readonly largePodBytes: number;
  readonly compile: { readonly policies: number; readonly ms: number };
}
