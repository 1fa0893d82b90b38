import type { GenerateTask, TaskTraits } from "./generate-task.ts";

/** What is kept of a task between processes: enough to clean up after a rule that is gone. */
export interface NotedTask {
  /** Where the index has what it made. */
  readonly index: string;
  readonly policyKey: string;
  readonly kind: GenerateTask["kind"];
  readonly traits: TaskTraits;
}

/** What a change of policies asks for. */
export interface PolicyPlan {
  /** Rules that are gone, with all that they made where that does not survive them. */
  readonly removed: readonly NotedTask[];
  /** Rules that make something else from now on: what they made is let go. */
  readonly letGo: readonly GenerateTask[];
  /** Rules whose objects are to be looked at again. */
  readonly revisit: readonly GenerateTask[];
}

/**
 * What follows from policies as they are now and as they were. A rule that goes takes what it made with it, where it kept
 * it in step and nothing says otherwise. A rule that makes another object lets go of the one before, unless a rule of the
 * policy goes at the same time. Another content of the rule is another content of its objects.
 */
export function planPolicies(
  before: ReadonlyMap<string, NotedTask>,
  after: ReadonlyMap<string, GenerateTask>,
): PolicyPlan {
  const removed = [...before].flatMap(([key, noted]) => (after.has(key) ? [] : [noted]));
  const losing = new Set(removed.map(({ policyKey }) => policyKey));
  const letGo: GenerateTask[] = [];
  const revisit: GenerateTask[] = [];
  for (const [key, task] of after) {
    const known = before.get(key);
    if (known === undefined) {
      // A rule that comes again finds what it made before.
      if (task.kind === "rule" && task.isData && task.traits.synchronize) revisit.push(task);
      continue;
    }
    const { traits } = task;
    const isOther = known.traits.identity !== traits.identity;
    if (isOther && !losing.has(task.owner.key)) letGo.push(task);
    else if (!isOther && asksAgain(known.traits, task)) revisit.push(task);
  }
  return { removed, letGo, revisit };
}

function asksAgain(before: TaskTraits, task: GenerateTask): boolean {
  const { traits } = task;
  if (!traits.synchronize) return false;
  const isData = task.kind === "policy" || task.isData;
  return before.body !== traits.body || (!before.synchronize && isData);
}

/** Reads what a process before this one noted; what is no note is none. */
export function readNotes(value: unknown): {
  readonly tasks: ReadonlyMap<string, NotedTask>;
  readonly kinds: readonly string[];
  readonly sources: readonly string[];
} {
  const notes = isFields(value) ? value : {};
  const tasks = isFields(notes["tasks"]) ? Object.entries(notes["tasks"]) : [];
  return {
    tasks: new Map(tasks.flatMap(([key, noted]) => (isNotedTask(noted) ? [[key, noted] as const] : []))),
    kinds: textsOf(notes["kinds"]),
    sources: textsOf(notes["sources"]),
  };
}

type Fields = Readonly<Record<string, unknown>>;
const isFields = (value: unknown): value is Fields => typeof value === "object" && value !== null;

function textsOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === "string") : [];
}

function isNotedTask(value: unknown): value is NotedTask {
  if (!isFields(value) || !isFields(value["traits"])) return false;
  const { traits } = value;
  return (
    typeof value["index"] === "string" &&
    typeof value["policyKey"] === "string" &&
    (value["kind"] === "rule" || value["kind"] === "policy") &&
    isFields(traits) &&
    typeof traits["synchronize"] === "boolean" &&
    typeof traits["survives"] === "boolean" &&
    typeof traits["identity"] === "string" &&
    typeof traits["body"] === "string"
  );
}
