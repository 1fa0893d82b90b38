import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { builtinType } from "../builtin/builtin-types.ts";
import { ApiFailure } from "../errors/api-failure.ts";
import type { JsonObject } from "../json/json.ts";
import { applyConfig } from "./apply-config.ts";
import { decodeFieldSet, emptySet, encodeFieldSet } from "./field-set.ts";
import { decodeManagers, encodeManagers } from "./manager-entry.ts";
import type { Actor, ManagerEntry } from "./manager-entry.ts";
import { ownUpdate } from "./own-update.ts";

const schema = builtinType("core.v1.Pod");
const actor = (manager: string, operation: "Apply" | "Update" = "Apply", time = "t1"): Actor => ({
  manager,
  operation,
  time,
  apiVersion: "v1",
  subresource: "",
});
const podWith = (...containers: JsonObject[]): JsonObject => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name: "p" },
  spec: { containers },
});

interface State {
  readonly object: JsonObject;
  readonly managers: readonly ManagerEntry[];
}
const nothing: State = { object: { apiVersion: "v1", kind: "Pod", metadata: { name: "p" } }, managers: [] };

const apply = (
  { object, managers }: State,
  manager: string,
  config: JsonObject,
  force = false,
  time = "t1",
): State =>
  applyConfig({
    live: object,
    config,
    schema,
    managers,
    force,
    notWritten: emptySet,
    actor: actor(manager, "Apply", time),
  });
const fieldsOf = ({ managers }: State, manager: string): unknown => {
  const entry = managers.find((one) => one.manager === manager);
  return entry === undefined ? undefined : encodeFieldSet(entry.fields);
};
const containersOf = ({ object }: State): unknown => (object["spec"] as JsonObject)["containers"];

describe("server-side apply", () => {
  test("an applier owns what it sets, list items by their keys, and no name of the object", () => {
    const state = apply(nothing, "one", podWith({ name: "a", image: "1", ports: [{ containerPort: 80 }] }));
    assert.deepEqual(fieldsOf(state, "one"), {
      "f:spec": {
        "f:containers": {
          'k:{"name":"a"}': {
            ".": {},
            "f:image": {},
            "f:name": {},
            "f:ports": { 'k:{"containerPort":80,"protocol":"TCP"}': { ".": {}, "f:containerPort": {} } },
          },
        },
      },
    });
  });

  test("what it no longer sets goes, what others set stays", () => {
    const first = apply(
      nothing,
      "one",
      podWith({ name: "a", image: "1", workingDir: "/" }, { name: "b", image: "2" }),
    );
    const second = apply(first, "two", podWith({ name: "a", image: "1" }));
    const third = apply(second, "one", podWith({ name: "c", image: "3" }));
    assert.deepEqual(containersOf(third), [
      { name: "a", image: "1" },
      { name: "c", image: "3" },
    ]);
  });

  test("another value for an owned field is a conflict that names it, and force takes it over", () => {
    const first = apply(nothing, "one", podWith({ name: "a", image: "1" }));
    const change = podWith({ name: "a", image: "2" });
    assert.throws(
      () => apply(first, "two", change),
      (error) =>
        error instanceof ApiFailure &&
        error.code === 409 &&
        error.message ===
          'Apply failed with 1 conflict: conflict with "one": .spec.containers[name="a"].image',
    );
    const forced = apply(first, "two", change, true);
    assert.deepEqual(containersOf(forced), [{ name: "a", image: "2" }]);
    assert.deepEqual(fieldsOf(forced, "one"), {
      "f:spec": { "f:containers": { 'k:{"name":"a"}': { ".": {}, "f:name": {} } } },
    });
  });

  test("the same value is shared, and an unchanged apply keeps its time", () => {
    const config = podWith({ name: "a", image: "1" });
    const shared = apply(apply(nothing, "one", config), "two", config);
    assert.deepEqual(fieldsOf(shared, "one"), fieldsOf(shared, "two"));
    const again = apply(shared, "two", config, false, "t2");
    assert.equal(again.managers.find(({ manager }) => manager === "two")?.time, "t1");
  });

  test("what an update set is not removed by an apply that never had it", () => {
    const before = podWith({ name: "a", image: "1", workingDir: "/" });
    const managers = ownUpdate({
      before: undefined,
      after: before,
      schema,
      managers: [],
      notWritten: emptySet,
      actor: actor("editor", "Update"),
    });
    const applied = apply({ object: before, managers }, "one", podWith({ name: "a", image: "1" }));
    assert.deepEqual(containersOf(apply(applied, "one", podWith({ name: "b", image: "2" }))), [
      { name: "a", image: "1", workingDir: "/" },
      { name: "b", image: "2" },
    ]);
  });
});

describe("owners after updates", () => {
  const update = ({ object, managers }: State, manager: string, after: JsonObject): State => ({
    object: after,
    managers: ownUpdate({
      before: object,
      after,
      schema,
      managers,
      notWritten: emptySet,
      actor: actor(manager, "Update", "t2"),
    }),
  });

  test("a changed field moves to the writer, a removed one belongs to nobody", () => {
    const first = apply(nothing, "one", podWith({ name: "a", image: "1", workingDir: "/" }));
    const changed = update(first, "editor", podWith({ name: "a", image: "2" }));
    assert.deepEqual(fieldsOf(changed, "editor"), {
      "f:spec": { "f:containers": { 'k:{"name":"a"}': { "f:image": {} } } },
    });
    assert.deepEqual(fieldsOf(changed, "one"), {
      "f:spec": { "f:containers": { 'k:{"name":"a"}': { ".": {}, "f:name": {} } } },
    });
  });

  test("nothing changed: nobody becomes an owner", () => {
    const first = apply(nothing, "one", podWith({ name: "a", image: "1" }));
    assert.deepEqual(update(first, "editor", first.object).managers, first.managers);
  });
});

test("entries and field sets survive being written and read", () => {
  const { managers } = apply(nothing, "one", podWith({ name: "a", image: "1" }));
  const written = encodeManagers(managers);
  assert.deepEqual(encodeManagers(decodeManagers({ metadata: { managedFields: written } })), written);
  const fields = { "f:a": { ".": {}, "f:b": {} }, "f:c": {} };
  assert.deepEqual(encodeFieldSet(decodeFieldSet(fields)), fields);
});
