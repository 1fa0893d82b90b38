import type { ContextEntry } from "#api/kyverno/context.ts";
import type { Rule } from "#api/kyverno/rule.ts";
import { decodeForEachValidations } from "#api/kyverno/validate.ts";
import type { ForEachValidation } from "#api/kyverno/validate.ts";

/** All context entries that the checks of a rule may load: its own and those of its foreach blocks, nested ones too. */
export function contextEntriesOf(rule: Rule): readonly ContextEntry[] {
  return [
    ...(rule.context ?? []),
    ...(rule.validate?.foreach ?? []).flatMap(entriesOfForEach),
    ...(rule.mutate?.targets ?? []).flatMap((target) => target.context ?? []),
    ...(rule.mutate?.foreach ?? []).flatMap((entry) => entry.context ?? []),
    ...(rule.generate?.foreach ?? []).flatMap((entry) => entry.context ?? []),
  ];
}

function entriesOfForEach(entry: ForEachValidation): readonly ContextEntry[] {
  const nested = entry.foreach === undefined ? undefined : decodeForEachValidations(entry.foreach);
  return [...(entry.context ?? []), ...(nested?.ok === true ? nested.value.flatMap(entriesOfForEach) : [])];
}
