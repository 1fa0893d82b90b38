import type { CompiledException } from "./compile-exception.ts";
import type { RuleException } from "./exception-source.ts";

/** Rules of one policy that are remembered; a policy has few, but their names come from outside. */
const maxRememberedRules = 1000;

const none: readonly RuleException[] = [];

interface PolicyEntry {
  readonly members: Set<CompiledException>;
  /** The members in order and the answers given since the last change; undefined after one. */
  answers: Answers | undefined;
}

interface Answers {
  readonly sorted: readonly CompiledException[];
  readonly byRule: Map<string, readonly RuleException[]>;
}

/** Exceptions by the policies that they name. Without an order they are kept in the order in which they come. */
export class PolicyExceptions {
  readonly #order: ((a: CompiledException, b: CompiledException) => number) | undefined;
  readonly #byPolicy = new Map<string, PolicyEntry>();

  constructor(order: ((a: CompiledException, b: CompiledException) => number) | undefined) {
    this.#order = order;
  }

  add(exception: CompiledException): void {
    for (const policyKey of exception.policies) {
      const entry = this.#byPolicy.get(policyKey) ?? { members: new Set(), answers: undefined };
      entry.members.add(exception);
      entry.answers = undefined;
      this.#byPolicy.set(policyKey, entry);
    }
  }

  delete(exception: CompiledException): void {
    for (const policyKey of exception.policies) {
      const entry = this.#byPolicy.get(policyKey);
      if (entry === undefined) continue;
      entry.members.delete(exception);
      entry.answers = undefined;
      if (entry.members.size === 0) this.#byPolicy.delete(policyKey);
    }
  }

  /** The exceptions that name a policy, in order. */
  of(policyKey: string): readonly CompiledException[] {
    const entry = this.#byPolicy.get(policyKey);
    return entry === undefined ? [] : this.#answersOf(entry).sorted;
  }

  /** The exceptions for a rule, in order. */
  find(policyKey: string, rule: string): readonly RuleException[] {
    const entry = this.#byPolicy.get(policyKey);
    if (entry === undefined) return none;
    const { sorted, byRule } = this.#answersOf(entry);
    const known = byRule.get(rule);
    if (known !== undefined) return known;
    const found = sorted
      .filter((exception) => exception.concerns(policyKey, rule))
      .map(({ exception }) => exception);
    if (byRule.size >= maxRememberedRules) byRule.clear();
    byRule.set(rule, found);
    return found;
  }

  #answersOf(entry: PolicyEntry): Answers {
    entry.answers ??= { sorted: this.#sorted([...entry.members]), byRule: new Map() };
    return entry.answers;
  }

  #sorted(members: readonly CompiledException[]): readonly CompiledException[] {
    return this.#order === undefined ? members : members.toSorted(this.#order);
  }
}
