import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { GenerateTask, TaskTraits } from "./generate-task.ts";
import { planPolicies, readNotes } from "./plan-policies.ts";
import type { NotedTask } from "./plan-policies.ts";

const traits: TaskTraits = { synchronize: true, survives: false, identity: "i", body: "b" };

const note = (key: string, more: Partial<TaskTraits> = {}): readonly [string, NotedTask] => [
  key,
  { index: key, policyKey: key.slice(0, key.lastIndexOf("/")), kind: "rule", traits: { ...traits, ...more } },
];

const task = (
  key: string,
  more: Partial<TaskTraits> = {},
  isData = true,
): readonly [string, GenerateTask] => [
  key,
  {
    kind: "rule",
    key,
    owner: { key: key.slice(0, key.lastIndexOf("/")) },
    isData,
    traits: { ...traits, ...more },
  } as GenerateTask,
];

function plan(
  before: readonly (readonly [string, NotedTask])[],
  after: readonly (readonly [string, GenerateTask])[],
) {
  const { removed, letGo, revisit } = planPolicies(new Map(before), new Map(after));
  return {
    removed: removed.map(({ index }) => index),
    letGo: letGo.map(({ key }) => key),
    revisit: revisit.map(({ key }) => key),
  };
}

const none = { removed: [], letGo: [], revisit: [] };

describe("what follows from a change of policies", () => {
  it("is nothing for a rule that is the same, or new and makes copies or makes things once", () => {
    const before = [note("P/a/r")];
    assert.deepEqual(plan(before, [task("P/a/r"), task("P/a/s", {}, false)]), none);
    assert.deepEqual(plan(before, [task("P/a/r"), task("P/a/s", { synchronize: false })]), none);
  });

  it("is another look at what a rule with data made before it came again", () => {
    assert.deepEqual(plan([], [task("P/a/r")]), { ...none, revisit: ["P/a/r"] });
  });

  it("is the end of what a rule made that is gone, with or without its policy", () => {
    assert.deepEqual(plan([note("P/a/r"), note("P/b/r")], [task("P/b/r")]), { ...none, removed: ["P/a/r"] });
  });

  it("is another look at what a rule made that has another content", () => {
    assert.deepEqual(plan([note("P/a/r")], [task("P/a/r", { body: "c" })]), { ...none, revisit: ["P/a/r"] });
    assert.deepEqual(plan([note("P/a/r")], [task("P/a/r", { body: "c", synchronize: false })]), none);
  });

  it("is another look where a rule keeps its data in step from now on, and not for copies", () => {
    const before = [note("P/a/r", { synchronize: false })];
    assert.deepEqual(plan(before, [task("P/a/r")]), { ...none, revisit: ["P/a/r"] });
    assert.deepEqual(plan(before, [task("P/a/r", {}, false)]), none);
  });

  it("lets go of what a rule made that makes something else, unless a rule of its policy goes as well", () => {
    const other = task("P/a/r", { identity: "j" });
    assert.deepEqual(plan([note("P/a/r")], [other]), { ...none, letGo: ["P/a/r"] });
    assert.deepEqual(plan([note("P/a/r"), note("P/a/s")], [other]), { ...none, removed: ["P/a/s"] });
  });
});

describe("notes of the process before", () => {
  it("are read as they were written", () => {
    const tasks = new Map([note("P/a/r")]);
    const stored: unknown = {
      tasks: Object.fromEntries(tasks),
      kinds: ["v1/Secret"],
      sources: ["v1/Secret/x"],
    };
    assert.deepEqual(readNotes(stored), { tasks, kinds: ["v1/Secret"], sources: ["v1/Secret/x"] });
  });

  it("count only as far as they are what they should be", () => {
    for (const value of [
      undefined,
      null,
      3,
      "x",
      [],
      { tasks: { a: { index: 1 } }, kinds: 4, sources: [1] },
    ]) {
      assert.deepEqual(readNotes(value), { tasks: new Map(), kinds: [], sources: [] });
    }
  });
});
