import type { Rule } from "#api/kyverno/rule.ts";
import { listText, makeCondition } from "./status-condition.ts";
import type { ConditionVerdict } from "./status-condition.ts";

/** What is true of a policy now, as its status tells it. */
export interface PolicyFindings {
  readonly generation?: number;
  /** Why nothing of it is judged: idle by its own settings, or not eligible. */
  readonly idle?: string;
  /** Parts that cannot be evaluated, as `rule: message`. */
  readonly problems: readonly string[];
  /** What Kyverno's admission would not have let in, as `path: message`. */
  readonly refusals: readonly string[];
  /** Kinds that it names and that are not readable now, as `kind: reason`. */
  readonly unavailable: readonly string[];
  readonly ruleCount: {
    readonly validate: number;
    readonly mutate: number;
    readonly generate: number;
    readonly verifyimages: number;
  };
  readonly autogenRules: readonly Rule[];
  /** What others than the scan say of it, each under a type of its own. */
  readonly others?: readonly OtherCondition[];
  /** What the policy is for pod controllers, where it is one of the CEL kinds. */
  readonly autogenConfigs?: Readonly<Record<string, unknown>>;
}

/** A condition that somebody else found out. */
export interface OtherCondition extends ConditionVerdict {
  readonly type: string;
}

export interface StatusCondition {
  readonly type: string;
  readonly status: "True" | "False";
  readonly reason: string;
  readonly message: string;
  readonly lastTransitionTime: string;
  readonly observedGeneration?: number;
}

/** The part of a policy's status that is ours where nobody else writes it. */
export interface PolicyStatusFields {
  readonly conditions: readonly StatusCondition[];
  readonly rulecount: PolicyFindings["ruleCount"];
  readonly autogen: { readonly rules?: readonly Rule[] };
}

/** The words of `Ready` are those that Kyverno writes, because people wait for them. */
function ready({ problems }: PolicyFindings): ConditionVerdict {
  return problems.length === 0
    ? { status: "True", reason: "Succeeded", message: "Ready" }
    : { status: "False", reason: "Failed", message: `Not Ready: ${listText(problems)}` };
}

function backgroundScan({ idle, unavailable, problems }: PolicyFindings): ConditionVerdict {
  if (idle !== undefined) return { status: "False", reason: "NotScanned", message: idle };
  if (unavailable.length > 0) {
    return { status: "False", reason: "KindUnavailable", message: listText(unavailable) };
  }
  if (problems.length > 0) {
    const message = "some rules cannot be evaluated and give error results; see Ready";
    return { status: "True", reason: "PartlyScanned", message };
  }
  return { status: "True", reason: "Scanned", message: "judged on every change and on a schedule" };
}

/**
 * A policy that admission refuses is stored where there is no admission, or was stored before it. It is judged by as far
 * as it can be, so this warns, and `Ready` does not speak of it.
 */
function valid({ refusals }: PolicyFindings): ConditionVerdict {
  return refusals.length === 0
    ? { status: "True", reason: "Accepted", message: "admission would let it in" }
    : { status: "False", reason: "Refused", message: `admission would not let it in: ${listText(refusals)}` };
}

/** What others say, in an order that does not hang on who spoke first. */
export function otherConditions({ others = [] }: PolicyFindings): readonly OtherCondition[] {
  return others.toSorted((a, b) => (a.type < b.type ? -1 : 1));
}

/**
 * The status to store. A condition that says the same as the stored one keeps its `lastTransitionTime`; `nowText` is an
 * RFC 3339 time for those that turn.
 */
export function planStatus(
  findings: PolicyFindings,
  stored: readonly StatusCondition[],
  nowText: string,
): PolicyStatusFields {
  const condition = makeCondition(findings.generation, stored, nowText);
  const { validate, verifyimages } = findings.ruleCount;
  // Of a policy that only changes or makes objects no scan says anything, and people wait for `Ready` alone.
  const isJudging = validate > 0 || verifyimages > 0;
  return {
    conditions: [
      condition("Ready", ready(findings)),
      ...(isJudging ? [condition("BackgroundScan", backgroundScan(findings))] : []),
      ...(isJudging || findings.refusals.length > 0 ? [condition("Valid", valid(findings))] : []),
      ...otherConditions(findings).map(({ type, ...verdict }) => condition(type, verdict)),
    ],
    rulecount: findings.ruleCount,
    autogen: findings.autogenRules.length === 0 ? {} : { rules: findings.autogenRules },
  };
}

/**
 * True where the stored status says all that the planned one does. What the API server adds to stored rules (defaults)
 * and what others write beside ours does not count.
 */
export function isStored(planned: PolicyStatusFields, stored: unknown): boolean {
  return covers(stored, planned) && autogenCount(stored) === autogenCount(planned);
}

function autogenCount(status: unknown): number {
  const { autogen } = status as { readonly autogen?: { readonly rules?: readonly unknown[] } };
  return autogen?.rules?.length ?? 0;
}

/** True where `stored` has all that is planned. */
export function covers(stored: unknown, planned: unknown): boolean {
  if (stored === planned) return true;
  if (Array.isArray(planned)) {
    if (!Array.isArray(stored) || stored.length !== planned.length) return false;
    return planned.every((item, index) => covers(stored[index], item));
  }
  if (typeof stored !== "object" || typeof planned !== "object" || stored === null || planned === null) {
    return false;
  }
  return Object.entries(planned).every(
    ([key, value]) => Object.hasOwn(stored, key) && covers((stored as Record<string, unknown>)[key], value),
  );
}
