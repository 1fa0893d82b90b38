import { conditionChecks } from "./conditions.ts";
import { forEachChecks } from "./foreach.ts";
import { podSecurityChecks } from "./pod-security.ts";
import type { CheckByHand } from "./pod.ts";
import { standardChecks } from "./restricted-standard.ts";

const checks: ReadonlyMap<string, CheckByHand> = new Map(
  Object.entries({ ...podSecurityChecks, ...forEachChecks, ...conditionChecks, ...standardChecks }),
);

/** The same rule written by hand: a verdict, and no message. Throws for a rule that nobody wrote. */
export const checkByHand = (rule: string): CheckByHand => {
  const check = checks.get(rule);
  if (check === undefined) throw new Error(`nobody wrote the rule ${rule} by hand`);
  return check;
};
