import type { EventContent, ObjectReference } from "./event.ts";

/** A policy as Events speak of it. */
export interface PolicyReference extends ObjectReference {
  readonly uid: string;
}

const controller = "kyverno-scan";

function named({ kind, namespace, name }: ObjectReference): string {
  return namespace === undefined ? `${kind} ${name}` : `${kind} ${namespace}/${name}`;
}

/** A rule that failed (or ended in an error): one Event on the resource, one on the policy. */
export function violationEvents(violation: {
  readonly policy: PolicyReference;
  readonly resource: ObjectReference;
  readonly rule: string;
  readonly status: string;
  readonly message: string;
}): readonly EventContent[] {
  const { policy, resource, rule, status, message } = violation;
  const common = { controller, reason: "PolicyViolation", action: "Resource Passed" } as const;
  const rulePart = rule === "" ? "" : `[${rule}] `;
  return [
    { ...common, regarding: resource, note: `policy ${policy.name}/${rule} ${status}: ${message}` },
    {
      ...common,
      regarding: policy,
      related: resource,
      note: `${named(resource)}: ${rulePart}${status}; ${message}`,
    },
  ];
}

/** A resource on which a policy's rules passed: one Event on the policy. */
export function successEvents(success: {
  readonly policy: PolicyReference;
  readonly resource: ObjectReference;
  readonly mutated: boolean;
}): readonly EventContent[] {
  const { policy, resource, mutated } = success;
  return [
    {
      controller,
      reason: "PolicyApplied",
      action: mutated ? "Resource Mutated" : "Resource Passed",
      regarding: policy,
      related: resource,
      note: `${named(resource)}${mutated ? " is successfully mutated" : ": pass"}`,
    },
  ];
}

/** A rule that exceptions took off a resource: one Event on each exception, one on the policy. */
export function exceptionEvents(skip: {
  readonly policy: PolicyReference;
  readonly resource: ObjectReference;
  readonly rule: string;
  readonly exceptions: readonly ObjectReference[];
}): readonly EventContent[] {
  const { policy, resource, rule, exceptions } = skip;
  const common = { controller, reason: "PolicySkipped", action: "Resource Passed" } as const;
  const path = [resource.kind, resource.namespace ?? "", resource.name].join("/");
  const policyName = policy.namespace === undefined ? policy.name : `${policy.namespace}/${policy.name}`;
  const names = exceptions.map(({ namespace, name }) => `${namespace ?? ""}/${name}`);
  return [
    ...exceptions.map((exception) => ({
      ...common,
      regarding: exception,
      related: resource,
      note: `resource ${path} was skipped from policy rule ${policyName}/${rule}`,
    })),
    {
      ...common,
      regarding: policy,
      related: resource,
      note: `resource ${path} was skipped from rule ${rule} due to policy exceptions ${names.join(", ")}`,
    },
  ];
}
