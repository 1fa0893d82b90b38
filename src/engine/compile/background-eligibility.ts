import type { MatchResources } from "#api/kyverno/match.ts";
import type { Rule } from "#api/kyverno/rule.ts";

import { contextEntriesOf } from "./context-entries-of.ts";

const variable = /\{\{((?:\{[^{}]*\}|[^{}])*)\}\}/g;
const userVariable =
  /(?:^|[^.])\b(serviceAccountName|serviceAccountNamespace|request\.userInfo|request\.roles|request\.clusterRoles)\b/;
const allowed = /request\.|element|@|images|image\.|[a-z_0-9]\(/;
const allowedForTargets = /target\./;

/**
 * Why the rules of a policy cannot be evaluated in a scan, or undefined where they can: a scan knows no user, and no
 * other variables than the object and declared context entries.
 */
export function backgroundProblem(rules: readonly Rule[]): string | undefined {
  const mutatesExisting = rules.some((rule) => (rule.mutate?.targets ?? []).length > 0);
  for (const rule of rules) {
    const problem = problemOf(rule, mutatesExisting);
    if (problem !== undefined) return `rule ${rule.name} cannot be evaluated in background scans: ${problem}`;
  }
  return undefined;
}

function problemOf(rule: Rule, mutatesExisting: boolean): string | undefined {
  if (namesUsers(rule.match) || (rule.exclude !== undefined && namesUsers(rule.exclude))) {
    return "match or exclude names roles, clusterRoles or subjects, and a scan knows no user";
  }
  if (variablesIn({ match: rule.match, exclude: rule.exclude }).length > 0) {
    return "variables are not allowed in match and exclude";
  }
  const images = (rule.verifyImages ?? []).flatMap((entry) => [
    ...(entry.imageReferences ?? []),
    ...(entry.skipImageReferences ?? []),
  ]);
  if (variablesIn(images).length > 0) return "variables are not allowed in image references";
  const declared = contextEntriesOf(rule).map((entry) => entry.name);
  const targets = (rule.mutate?.targets ?? []).length > 0;
  for (const text of variablesIn(rule)) {
    const user = mutatesExisting ? undefined : userVariable.exec(text)?.[1];
    if (user !== undefined) return `variable ${user} needs a request, and a scan has none`;
    const known =
      allowed.test(text) ||
      (targets && allowedForTargets.test(text)) ||
      declared.some((name) => text.includes(name));
    if (!known) return `variable {{${text}}} is neither part of the object nor a context entry`;
  }
  return undefined;
}

function namesUsers(block: MatchResources): boolean {
  return [block, ...(block.any ?? []), ...(block.all ?? [])].some(
    ({ roles, clusterRoles, subjects }) =>
      (roles ?? []).length > 0 || (clusterRoles ?? []).length > 0 || (subjects ?? []).length > 0,
  );
}

/** The expressions of all variables in a JSON value, keys included; of nested ones the innermost. */
function variablesIn(value: unknown): string[] {
  const text = JSON.stringify(value, (_key, item: unknown) =>
    typeof item === "bigint" ? String(item) : item,
  );
  return [...text.matchAll(variable)].map((found) => found[1] ?? "");
}
