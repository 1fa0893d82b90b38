import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { KubeObject } from "#api/meta/object-meta.ts";
import { ApiError } from "#kube/client/api-error.ts";
import { eventOf, mapOf, mutateTestWorld, prepared, taskOf } from "./mutate-world.fixture.ts";
import type { MutateTestWorld } from "./mutate-world.fixture.ts";
import type { MutateTask } from "./mutate-task.ts";

const { signal } = new AbortController();
const trigger = mapOf("shop", "trigger", { version: "2" });

const ruleSpec = (target: object, more: object = {}) => ({
  rules: [
    {
      name: "r",
      match: { any: [{ resources: { kinds: ["ConfigMap"], names: ["trigger"] } }] },
      mutate: {
        targets: [{ apiVersion: "v1", kind: "ConfigMap", ...target }],
        patchStrategicMerge: { data: { version: "{{ request.object.data.version }}" } },
      },
      ...more,
    },
  ],
});

const ruleTask = (target: object, more: object = {}): MutateTask =>
  taskOf("ClusterPolicy", ruleSpec(target, more));

const policySpec = (more: object = {}) => ({
  evaluation: { mutateExisting: { enabled: true } },
  matchConstraints: {
    resourceRules: [
      { apiGroups: [""], apiVersions: ["v1"], operations: ["CREATE", "UPDATE"], resources: ["configmaps"] },
    ],
  },
  mutations: [
    {
      patchType: "JSONPatch",
      jsonPatch: { expression: `[JSONPatch{op: "add", path: "/data/seen", value: "yes"}]` },
    },
  ],
  ...more,
});

const many = (count: number): KubeObject[] =>
  Array.from({ length: count }, (_, index) => mapOf("shop", `map-${index}`));

const run = (world: MutateTestWorld, task: MutateTask, object = trigger) =>
  world.runner.run(task, eventOf(object), signal);

const dataOf = (world: MutateTestWorld, name: string): unknown => world.find("shop", name)?.["data"];

const countOf = (world: MutateTestWorld, verb: string): number =>
  world.calls.filter((call) => call.startsWith(`${verb} `)).length;

describe("a rule with targets", () => {
  test("reads pages, writes once per changed target, reads none alone, and a second pass writes nothing", async () => {
    const world = mutateTestWorld(many(12));
    const task = ruleTask({ namespace: "shop", name: "map-*" });
    assert.deepEqual(await run(world, task), { kind: "done", applied: true });
    assert.equal(countOf(world, "list"), 3);
    assert.equal(countOf(world, "update"), 12);
    assert.equal(countOf(world, "get"), 0);
    assert.deepEqual(dataOf(world, "map-7"), { version: "2" });
    world.calls.length = 0;
    world.reported.length = 0;
    await run(world, task);
    assert.equal(countOf(world, "update"), 0);
    assert.equal(countOf(world, "get"), 0);
    assert.deepEqual(world.reported, []);
  });

  test("reports what it did in the report of its trigger, target by target", async () => {
    const world = mutateTestWorld(many(2));
    await run(world, ruleTask({ namespace: "shop", name: "map-*" }));
    const [report] = world.reported;
    assert.equal(report?.owner.uid, "uid-shop-trigger");
    assert.deepEqual(
      report.results.map(({ result, message, properties }) => [result, message, properties]),
      ["map-0", "map-1"].map((name) => [
        "pass",
        `mutated ConfigMap/${name} in namespace shop`,
        { "patched-target": `/v1, Kind=ConfigMap Name=${name} Namespace=shop` },
      ]),
    );
    assert.deepEqual(world.told, ["changed map-0", "changed map-1"]);
  });

  test("reads an object that is named in full alone, and one that is missing is none", async () => {
    const world = mutateTestWorld(many(2));
    const outcome = await run(world, ruleTask({ namespace: "shop", name: "map-1" }));
    assert.deepEqual(world.calls, ["get shop/map-1", "update shop/map-1"]);
    assert.equal(outcome.kind, "done");
    world.calls.length = 0;
    assert.equal((await run(world, ruleTask({ namespace: "shop", name: "absent" }))).kind, "done");
    assert.deepEqual(world.calls, ["get shop/absent"]);
  });

  test("asks for one name everywhere by name", async () => {
    const world = mutateTestWorld([mapOf("shop", "a"), mapOf("bank", "a"), mapOf("bank", "b")]);
    await run(world, ruleTask({ name: "a" }));
    assert.deepEqual(world.calls[0], "list * metadata.name=a");
    assert.deepEqual(world.calls.slice(1).toSorted(), ["update bank/a", "update shop/a"]);
  });

  test("a policy of a namespace changes that namespace alone, whatever it names", async () => {
    const world = mutateTestWorld([mapOf("shop", "a"), mapOf("bank", "a")]);
    const task = taskOf("Policy", ruleSpec({ namespace: "bank", name: "*" }), { namespace: "shop" });
    await run(world, task);
    assert.deepEqual(
      world.calls.filter((call) => call.startsWith("update")),
      ["update shop/a"],
    );
  });

  test("never touches the operator's own namespace", async () => {
    const world = mutateTestWorld([mapOf("shop", "a"), mapOf("kyverno", "a")]);
    await run(world, ruleTask({ name: "*" }));
    assert.equal(world.find("kyverno", "a")?.metadata.resourceVersion, "1");
    const named = await run(world, ruleTask({ namespace: "kyverno", name: "a" })).catch(String);
    assert.match(JSON.stringify(named), /closed to policies/);
  });

  test("an edit of somebody else in between is judged again and kept", async () => {
    const world = mutateTestWorld(many(1));
    let edits = 1;
    world.beforeWrite = () => {
      if (edits-- > 0) world.edit("shop", "map-0", { other: "kept" });
    };
    await run(world, ruleTask({ namespace: "shop", name: "map-*" }));
    assert.deepEqual(dataOf(world, "map-0"), { other: "kept", version: "2" });
    assert.deepEqual(world.calls.slice(1), ["update shop/map-0", "get shop/map-0", "update shop/map-0"]);
  });

  test("an edit in between that makes the write needless ends it", async () => {
    const world = mutateTestWorld(many(1));
    world.beforeWrite = () => world.edit("shop", "map-0", { version: "2" });
    const outcome = await run(world, ruleTask({ namespace: "shop", name: "map-*" }));
    assert.equal(outcome.kind, "done");
    assert.equal(countOf(world, "update"), 1);
  });

  test("an object that is replaced by another of its name is not written", async () => {
    const world = mutateTestWorld(many(1));
    world.beforeWrite = () => {
      world.remove("shop", "map-0");
    };
    assert.equal((await run(world, ruleTask({ namespace: "shop", name: "map-*" }))).kind, "done");
    assert.equal(countOf(world, "update"), 1);
  });

  test("what is denied comes again, and the others are written all the same", async () => {
    const world = mutateTestWorld(many(6));
    let writes = 0;
    world.beforeWrite = () => {
      if (writes++ % 2 === 0)
        throw new ApiError({ status: 400, reason: "BadRequest", message: "a webhook said no" });
    };
    const task = ruleTask({ namespace: "shop", name: "map-*" });
    const outcome = await run(world, task);
    assert.equal(outcome.kind, "retry");
    assert.match(outcome.kind === "retry" ? outcome.message : "", /map-\d: a webhook said no/);
    assert.equal(world.standings.of(task.key).failing, 1);
    world.beforeWrite = () => {};
    world.calls.length = 0;
    assert.equal((await run(world, task)).kind, "done");
    assert.equal(countOf(world, "update"), 3);
    assert.equal(world.standings.of(task.key).failing, 0);
  });

  test("two rules that undo each other become slow, and say so once", async () => {
    const world = mutateTestWorld([mapOf("shop", "map-0", { version: "1" })]);
    const task = ruleTask({ namespace: "shop", name: "map-*" });
    let outcome = await run(world, task);
    for (let round = 0; round < 6; round += 1) {
      world.edit("shop", "map-0", { version: "1" });
      await world.clock.advance(100);
      outcome = await run(world, task);
    }
    assert.equal(outcome.kind, "retry");
    assert.ok(outcome.kind === "retry" && (outcome.atLeastMs ?? 0) > 1_000);
    assert.equal(countOf(world, "update"), 5);
    assert.equal(world.told.filter((line) => line.includes("undone each time")).length, 1);
  });

  test("a patch may not make another object of its target", async () => {
    const world = mutateTestWorld(many(1));
    const task = ruleTask(
      { namespace: "shop", name: "map-*" },
      {
        mutate: {
          targets: [{ apiVersion: "v1", kind: "ConfigMap", namespace: "shop", name: "map-*" }],
          patchesJson6902: "- {op: replace, path: /metadata/name, value: other}",
        },
      },
    );
    assert.equal((await run(world, task)).kind, "done");
    assert.equal(countOf(world, "update"), 0);
    assert.match(world.told.join(), /name, namespace and kind stay/);
  });

  test("a variable without a value is an error that is told once and not tried again for nothing", async () => {
    const world = mutateTestWorld(many(1));
    const task = ruleTask({ namespace: "shop", name: "map-*" });
    const bare = mapOf("shop", "trigger");
    assert.equal((await run(world, task, bare)).kind, "done");
    await run(world, task, bare);
    assert.equal(world.told.length, 1);
    assert.match(world.told[0] ?? "", /failed map-0: .*version/);
    assert.equal(world.standings.of(task.key).failing, 1);
  });

  test("waits for a kind that is not served", async () => {
    const world = mutateTestWorld([]);
    const outcome = await run(world, ruleTask({ apiVersion: "shop.io/v1", kind: "Cart", name: "*" }));
    assert.equal(outcome.kind, "waits");
    assert.equal(outcome.kind === "waits" && outcome.subject, "kind shop.io/v1/Cart");
  });

  test("depends on a user only where one is known", async () => {
    const world = mutateTestWorld(many(1));
    const more = {
      match: {
        any: [{ resources: { kinds: ["ConfigMap"] }, subjects: [{ kind: "User", name: "ann" }] }],
      },
    };
    const policy = prepared("ClusterPolicy", ruleSpec({ namespace: "shop", name: "map-*" }, more));
    const [task] = policy.tasks;
    assert.ok(task !== undefined);
    assert.match(policy.problems.join(), /who made a request/);
    assert.deepEqual(await run(world, task), { kind: "done", applied: false });
    assert.equal(world.calls.length, 0);
    const user = { username: "ann", groups: [], roles: [], clusterRoles: [] };
    await world.runner.run(task, eventOf(trigger, { user }), signal);
    assert.equal(countOf(world, "update"), 1);
  });
});

describe("a MutatingPolicy that changes what exists", () => {
  test("holds without a trigger, page by page, and a second pass writes nothing", async () => {
    const world = mutateTestWorld(many(7).concat(mapOf("shop", "filtered")));
    const task = taskOf("MutatingPolicy", policySpec());
    assert.ok(task.kind === "policy");
    await world.runner.runStanding(task, signal);
    assert.equal(countOf(world, "update"), 7);
    assert.equal(countOf(world, "get"), 0);
    assert.deepEqual(dataOf(world, "map-3"), { seen: "yes" });
    assert.deepEqual(dataOf(world, "filtered"), {});
    const [report] = world.reported;
    assert.equal(report?.owner.name, "map-0");
    assert.deepEqual(
      report.results.map(({ source, policy, rule, message }) => [source, policy, rule, message]),
      [["KyvernoMutatingPolicy", "p", undefined, "success"]],
    );
    world.calls.length = 0;
    await world.runner.runStanding(task, signal);
    assert.equal(countOf(world, "update"), 0);
  });

  test("a trigger that is its own target is changed alone", async () => {
    const world = mutateTestWorld([...many(3), trigger]);
    await run(world, taskOf("MutatingPolicy", policySpec()));
    assert.deepEqual(world.calls, ["update shop/trigger"]);
  });

  test("a trigger changes all targets that the target's rules select, under their own conditions", async () => {
    const world = mutateTestWorld([...many(3), trigger]);
    const spec = policySpec({
      targetMatchConstraints: {
        resourceRules: [
          { apiGroups: [""], apiVersions: ["v1"], operations: ["UPDATE"], resources: ["configmaps"] },
        ],
      },
      targetMatchConditions: [{ name: "first", expression: "object.metadata.name == 'map-1'" }],
      matchConditions: [{ name: "is", expression: "object.metadata.name == 'trigger'" }],
    });
    const task = taskOf("MutatingPolicy", spec);
    await run(world, task, mapOf("shop", "map-0"));
    assert.equal(world.calls.length, 0);
    await run(world, task);
    assert.deepEqual(
      world.calls.filter((call) => call.startsWith("update")),
      ["update shop/map-1"],
    );
  });

  test("one of a namespace changes nothing outside it", async () => {
    const world = mutateTestWorld([mapOf("shop", "a"), mapOf("bank", "a")]);
    const task = taskOf("NamespacedMutatingPolicy", policySpec(), { namespace: "shop" });
    assert.ok(task.kind === "policy");
    await world.runner.runStanding(task, signal);
    assert.deepEqual(world.calls, ["list shop", "update shop/a"]);
  });

  test("an error on a target is reported there, and taken back when it is fine", async () => {
    const world = mutateTestWorld([mapOf("shop", "a", {})]);
    const task = taskOf(
      "MutatingPolicy",
      policySpec({
        targetMatchConditions: [{ name: "c", expression: "object.data.wanted == 'yes'" }],
      }),
    );
    assert.ok(task.kind === "policy");
    await world.runner.runStanding(task, signal);
    assert.equal(world.reported.at(-1)?.results[0]?.result, "error");
    world.edit("shop", "a", { wanted: "no" });
    await world.runner.runStanding(task, signal);
    assert.equal(world.reported.at(-1)?.results[0]?.result, "pass");
    assert.equal(world.reported.length, 2);
  });
});
