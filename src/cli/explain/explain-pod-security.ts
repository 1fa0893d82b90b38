import type { PodSecurityValidation } from "#api/kyverno/pod-security.ts";
import { applyExclusions, compileExclusion } from "#engine/podsecurity/exclusions.ts";
import { fieldErrorText } from "#engine/podsecurity/field-error.ts";
import { PodShapeError } from "#engine/podsecurity/pod-reader.ts";
import type { PodView } from "#engine/podsecurity/pod-view.ts";
import { readPod } from "#engine/podsecurity/read-pod.ts";
import { standardOf, violationsOf } from "#engine/podsecurity/standard.ts";
import type { Violation } from "#engine/podsecurity/standard.ts";

import type { CheckRun } from "./check-run.ts";
import type { CheckExplanation, ControlExplanation } from "./explanation.ts";

/** Which controls of the standards the pod does not keep to, with those that are left out. */
export function explainPodSecurity(
  podSecurity: PodSecurityValidation,
  { input, exceptions }: CheckRun,
): CheckExplanation | undefined {
  if (input.operation === "DELETE") return undefined;
  const { level = "", version = "" } = podSecurity;
  const head = { kind: "podSecurity", path: "validate.podSecurity", level, version } as const;
  const standard = standardOf(level, version);
  let pod: PodView;
  try {
    pod = readPod(input.resource, input.gvk.kind);
  } catch (error) {
    if (!(error instanceof PodShapeError)) throw error;
    return { ...head, checked: 0, violations: [], error: error.message };
  }
  const found = violationsOf(standard, pod);
  const ofPolicy = applyExclusions(found, (podSecurity.exclude ?? []).map(compileExclusion), pod, standard);
  const excepted = exceptions.flatMap((exception) => exception.podSecurity);
  const left = applyExclusions(ofPolicy, excepted, pod, standard);
  const keeps = (violations: readonly Violation[], id: string): boolean =>
    violations.some((violation) => violation.id === id);
  return {
    ...head,
    checked: standard.checks.length,
    violations: found.map((violation) => {
      // What is left of a control may be less than what was found at first.
      const shown = left.find(({ id }) => id === violation.id) ?? violation;
      if (keeps(left, violation.id)) return controlOf(shown);
      const by = keeps(ofPolicy, violation.id) ? "exception" : "policy";
      return { ...controlOf(shown), excluded: by };
    }),
  };
}

function controlOf({ id, control, reason, errors }: Violation): ControlExplanation {
  return { id, control, reason, fields: errors.map(fieldErrorText) };
}
