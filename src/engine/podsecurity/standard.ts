import { QueryError } from "../errors.ts";
import type { Check, CheckPod, Finding } from "./check.ts";
import { podSecurityChecks } from "./check-table.ts";
import type { FieldError } from "./field-error.ts";
import type { PodView } from "./pod-view.ts";

/** A check that refuses a pod. */
export interface Violation extends Finding {
  readonly id: string;
  readonly control: string;
}

/** The checks of one level and version. */
export interface Standard {
  readonly checks: readonly { readonly check: Check; readonly find: CheckPod }[];
}

/**
 * The checks of a level in a version of Kubernetes, `v1.N` or `latest`. `baseline` has its own checks only; any other
 * level, `privileged` included, has all of them, as Kyverno evaluates it. Throws a `QueryError` for another version.
 */
export function standardOf(level: string, version: string): Standard {
  const minor = minorOf(version);
  return {
    checks: podSecurityChecks
      .filter((check) => level !== "baseline" || check.level === "baseline")
      .map((check) => ({ check, find: findOf(check, minor) })),
  };
}

function minorOf(version: string): number {
  if (version === "" || version === "latest") return Infinity;
  const minor = /^v1\.(0|[1-9]\d{0,8})$/.exec(version)?.[1];
  if (minor !== undefined) return Number(minor);
  throw new QueryError("failed", `failed to parse pod security api version: must be "latest" or "v1.x"`);
}

/** The newest form that the version has; the oldest one where the version is older than the check. */
function findOf({ variants }: Check, minor: number): CheckPod {
  const inForce = variants.findLast(({ sinceMinor }) => sinceMinor <= minor) ?? variants[0];
  if (inForce === undefined) throw new Error("a check without variants");
  return inForce.find;
}

/** What the standard holds against a pod, by check, in the order of the table. */
export function violationsOf({ checks }: Standard, pod: PodView): readonly Violation[] {
  const violations: Violation[] = [];
  for (const { check, find } of checks) {
    const found = find(pod);
    if (found !== undefined) violations.push({ ...found, id: check.id, control: check.control });
  }
  return violations;
}

/** The errors of one control, whatever else the pod does. */
export function errorsOfControl(standard: Standard, control: string, pod: PodView): readonly ControlErrors[] {
  return standard.checks
    .filter(({ check }) => check.control === control && control !== "")
    .map(({ check, find }) => ({ id: check.id, errors: find(pod)?.errors ?? [] }));
}

/** The errors of one check. */
export interface ControlErrors {
  readonly id: string;
  readonly errors: readonly FieldError[];
}
