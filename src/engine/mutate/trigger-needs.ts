import type { MatchResources } from "#api/kyverno/match.ts";
import type { Rule } from "#api/kyverno/rule.ts";

import type { Operation } from "../input.ts";

/** What a rule that acts on triggers asks of whoever tells it of them. */
export interface TriggerNeeds {
  /** The operations that it can match. DELETE is one only where a rule lists it. */
  readonly operations: ReadonlySet<Operation>;
  /** It lists operations, so that it takes no object merely because that exists. */
  readonly listsOperations: boolean;
  /** It depends on who made a request: without that it must do nothing. */
  readonly user: boolean;
  /** It may look at the state before an update. */
  readonly oldObject: boolean;
}

const withoutList: readonly Operation[] = ["CREATE", "UPDATE", "CONNECT"];
const userVariable =
  /\b(?:serviceAccountName|serviceAccountNamespace|request\.userInfo|request\.roles|request\.clusterRoles)\b/;

/** Reads what a rule needs from its text: more is asked for than needed where the text is not clear, never less. */
export function triggerNeedsOf(rule: Rule): TriggerNeeds {
  const text = JSON.stringify(rule, (_key, value: unknown) =>
    typeof value === "bigint" ? String(value) : value,
  );
  const operations = new Set<Operation>();
  let listsOperations = false;
  for (const { resources } of blocksOf(rule.match)) {
    const listed = (resources?.operations ?? []) as readonly Operation[];
    if (listed.length > 0) listsOperations = true;
    for (const operation of listed) operations.add(operation);
  }
  if (!listsOperations || someFilterListsNone(rule.match)) withoutList.forEach((one) => operations.add(one));
  return {
    operations,
    listsOperations,
    user: [rule.match, rule.exclude].some(namesUsers) || userVariable.test(text),
    oldObject: text.includes("oldObject"),
  };
}

function blocksOf(block: MatchResources): readonly MatchResources[] {
  return [block, ...(block.any ?? []), ...(block.all ?? [])];
}

/** One of `any` without a list takes what the others do not. */
function someFilterListsNone({ any = [] }: MatchResources): boolean {
  return any.some(({ resources }) => (resources?.operations ?? []).length === 0);
}

function namesUsers(block: MatchResources | undefined): boolean {
  if (block === undefined) return false;
  return blocksOf(block).some(
    ({ roles, clusterRoles, subjects }) =>
      (roles ?? []).length > 0 || (clusterRoles ?? []).length > 0 || (subjects ?? []).length > 0,
  );
}
