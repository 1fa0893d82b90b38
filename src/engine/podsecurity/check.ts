import type { FieldError } from "./field-error.ts";
import type { PodView } from "./pod-view.ts";

/** What a check holds against a pod. */
export interface Finding {
  readonly reason: string;
  readonly errors: readonly FieldError[];
  /** Names of the containers at fault, where the check tells them in reports. */
  readonly containers?: readonly string[];
}

/** A pod's finding, or undefined for a pod that is in order. */
export type CheckPod = (pod: PodView) => Finding | undefined;

/** One form of a check, in force from a minor version of Kubernetes 1 on. */
export interface CheckVariant {
  readonly sinceMinor: number;
  readonly find: CheckPod;
}

/** One check of the Pod Security Standards. */
export interface Check {
  readonly id: string;
  /** The control by which exclusions name the check; empty where they cannot. */
  readonly control: string;
  readonly level: "baseline" | "restricted";
  /** By rising version. The first is in force for older versions too. */
  readonly variants: readonly CheckVariant[];
}

/** A finding for these errors; undefined where there are none. */
export function finding(
  reason: string,
  errors: readonly FieldError[],
  containers?: readonly string[],
): Finding | undefined {
  if (errors.length === 0) return undefined;
  return {
    reason,
    errors,
    ...(containers === undefined || containers.length === 0 ? {} : { containers }),
  };
}
