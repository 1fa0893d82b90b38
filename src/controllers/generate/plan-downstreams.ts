import { placeKey } from "./downstream.ts";
import type { KnownDownstream } from "./downstream-index.ts";

/** Something that is to exist, prepared: where, and what its content comes to. */
export interface DesiredPlace {
  /** `placeKey`. */
  readonly key: string;
  /** Keyed hash of the content. */
  readonly content: string;
}

/** What is known of a rule and a trigger when it is decided what to do. */
export interface Situation<D extends DesiredPlace> {
  readonly family: "rule" | "policy";
  readonly synchronize: boolean;
  /**
   * `applies`: the rule is for the trigger and says what is to exist. `ended`: it is not any more, or the trigger is gone.
   * `spared`: an exception keeps it from acting, and what there is stays. `failed`: nobody can say.
   */
  readonly verdict: "applies" | "ended" | "spared" | "failed";
  /** The trigger is gone, or others asked for the removal: nothing that an evaluation came to. */
  readonly isExplicit: boolean;
  readonly desired: readonly D[];
  /** Nothing failed: what is not desired is really not wanted. */
  readonly isComplete: boolean;
  readonly existing: readonly KnownDownstream[];
  /** What stands where something is desired, whoever made it, as far as it is known. */
  readonly at: (key: string) => KnownDownstream | undefined;
  /** Sources that are known not to exist any more. */
  readonly isGoneSource: (sourceUid: string) => boolean;
}

/** What is to be done, in this order. */
export interface DownstreamPlan<D extends DesiredPlace> {
  readonly writes: readonly {
    readonly desired: D;
    /** `apply`: make it so, whoever made it. `create`: only where nothing stands there. */
    readonly how: "apply" | "create";
    readonly known: KnownDownstream | undefined;
  }[];
  readonly deletes: readonly {
    readonly downstream: KnownDownstream;
    /** It follows from an evaluation, and is held beyond a limit. */
    readonly isInferred: boolean;
  }[];
}

/**
 * Decides what a rule does to the world for one trigger. Kyverno's behaviour, where it does not lose or leave things:
 *
 * | | synchronized | not synchronized |
 * |---|---|---|
 * | wanted, missing | made | made |
 * | wanted, ours, different | made so | left; a GeneratingPolicy makes it so |
 * | wanted, ours, the same | left | left |
 * | wanted, somebody else's | taken; a GeneratingPolicy leaves it | left |
 * | ended | deleted | left |
 * | not wanted any more | left; a GeneratingPolicy deletes it | left |
 * | source gone | deleted | left |
 */
export function planDownstreams<D extends DesiredPlace>(situation: Situation<D>): DownstreamPlan<D> {
  const { verdict, synchronize, existing, isExplicit } = situation;
  switch (verdict) {
    case "spared":
      return { writes: [], deletes: [] };
    case "failed":
    case "applies":
      return { writes: planWrites(situation), deletes: synchronize ? planStale(situation) : [] };
    case "ended":
      return {
        writes: [],
        deletes: synchronize ? existing.map((downstream) => ({ downstream, isInferred: !isExplicit })) : [],
      };
    default:
      return verdict satisfies never;
  }
}

function planWrites<D extends DesiredPlace>(situation: Situation<D>): DownstreamPlan<D>["writes"] {
  const { family, synchronize, existing, desired } = situation;
  const own = new Set(existing);
  return desired.flatMap((one): DownstreamPlan<D>["writes"] => {
    const known = situation.at(one.key);
    const isOwn = known !== undefined && own.has(known);
    if (isOwn && known.written?.content === one.content) return [];
    if (isOwn) return synchronize || family === "policy" ? [{ desired: one, how: "apply", known }] : [];
    // Somebody else's, as far as is known.
    if (synchronize && family === "rule") return [{ desired: one, how: "apply", known }];
    return known === undefined ? [{ desired: one, how: "create", known }] : [];
  });
}

function planStale<D extends DesiredPlace>(situation: Situation<D>): DownstreamPlan<D>["deletes"] {
  const { family, verdict, isComplete, existing, desired, isGoneSource } = situation;
  const wanted = new Set(desired.map(({ key }) => key));
  const mayBeStale = family === "policy" && verdict === "applies" && isComplete;
  return existing
    .filter((downstream) => {
      if (wanted.has(placeKey(downstream.type, downstream))) return false;
      return mayBeStale || (downstream.sourceUid !== "" && isGoneSource(downstream.sourceUid));
    })
    .map((downstream) => ({ downstream, isInferred: true }));
}
