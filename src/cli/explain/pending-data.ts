import { Suspension } from "#engine/context/context-source.ts";
import type { PermissionScope } from "#engine/context/context-source.ts";

import { Waiting } from "../judge.ts";
import type { Needs } from "../judge.ts";
import type { LoadedPolicy } from "../policies/decode-policy.ts";

/** Ends the explanation of a policy that has to wait for data. */
export class PendingData extends Error {
  readonly needs: Partial<Omit<Needs, "scope">>;

  constructor(needs: Partial<Omit<Needs, "scope">>) {
    super("an explanation waits for data");
    this.needs = needs;
  }
}

/** What explaining gives, or undefined where it has to wait; what for is added to `needs`. */
export function orWaiting<T>(policy: LoadedPolicy, needs: Needs[], explain: () => T): T | undefined {
  try {
    return explain();
  } catch (error) {
    const asked = error instanceof Suspension ? { requests: error.requests } : undefined;
    if (error instanceof Waiting) {
      needs.push(error.needs);
      return undefined;
    }
    const pending = error instanceof PendingData ? error.needs : asked;
    if (pending === undefined) throw error;
    needs.push({ requests: [], selectors: [], sources: [], ...pending, scope: scopeOf(policy) });
    return undefined;
  }
}

function scopeOf({ compiled }: LoadedPolicy): PermissionScope {
  const { kind, name, namespace } = compiled.identity;
  return {
    policyKind: kind,
    policyName: name,
    ...(namespace === undefined ? {} : { policyNamespace: namespace }),
  };
}
