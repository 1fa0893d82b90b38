import { otherConditions } from "./plan-status.ts";
import type { PolicyFindings, StatusCondition } from "./plan-status.ts";
import { listText, makeCondition } from "./status-condition.ts";
import type { ConditionVerdict } from "./status-condition.ts";

/** The part of a CEL policy's status that is ours where nobody else writes it. */
export interface CelStatusFields {
  readonly conditionStatus: {
    /** True where every condition is. */
    readonly ready: boolean;
    readonly message: string;
    readonly conditions: readonly StatusCondition[];
  };
  readonly autogen: { readonly configs?: Readonly<Record<string, unknown>> };
}

/** In the words that Kyverno writes, because people wait for them. */
function permitted({ idle, unavailable }: PolicyFindings): ConditionVerdict {
  if (unavailable.length > 0) {
    const message = `Policy is not ready for reporting, missing permissions: ${listText(unavailable)}.`;
    return { status: "False", reason: "Failed", message };
  }
  const message =
    idle === undefined
      ? "Policy is ready for reporting."
      : `Background scanning disabled; reporting permissions not required: ${idle}.`;
  return { status: "True", reason: "Succeeded", message };
}

/** The status to store, as `planStatus` makes it of policies that consist of rules. */
export function planCelStatus(
  findings: PolicyFindings,
  stored: readonly StatusCondition[],
  nowText: string,
): CelStatusFields {
  const make = makeCondition(findings.generation, stored, nowText);
  const granted = make("RBACPermissionsGranted", permitted(findings));
  const { problems } = findings;
  // One that compiles has no more conditions than people's scripts know of.
  const conditions =
    problems.length === 0
      ? [granted]
      : [granted, make("Compiled", { status: "False", reason: "Failed", message: listText(problems) })];
  const others = otherConditions(findings)
    // That all is well needs no word, and what goes wrong with single objects does not make the policy unready.
    .filter(({ status }) => status === "False")
    .map(({ type, ...verdict }) => make(type, verdict));
  const failed = conditions.filter(({ status }) => status === "False").map(({ message }) => message);
  const { autogenConfigs: configs } = findings;
  return {
    conditionStatus: {
      ready: failed.length === 0,
      message: listText(failed),
      conditions: [...conditions, ...others],
    },
    autogen: configs === undefined ? {} : { configs },
  };
}
