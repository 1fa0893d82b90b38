import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { missingTexts } from "./access-need.ts";
import type { AccessNeed } from "./access-need.ts";
import { createRightsCheck } from "./create-rights-check.ts";

const need = (verb: string, more: Partial<AccessNeed> = {}): AccessNeed => ({
  verb,
  group: "apps",
  version: "v1",
  kind: "Deployment",
  resource: "deployments",
  subresource: "",
  namespace: "",
  ...more,
});

const log = { debug() {}, info() {}, warn() {}, error() {} } as never;
const { signal } = new AbortController();

describe("the check of rights", () => {
  const checked = (answer: (verb: string) => unknown) => {
    const asked: string[] = [];
    const check = createRightsCheck({
      client: {
        review: (_path, body) => {
          const { verb } = (body as { spec: { resourceAttributes: { verb: string } } }).spec
            .resourceAttributes;
          asked.push(verb);
          const given = answer(verb);
          return given instanceof Error ? Promise.reject(given) : Promise.resolve({ status: given });
        },
      },
      log,
    });
    return { check, asked };
  };

  test("names what is denied, and asks each question once until rights change", async () => {
    let denied = "update";
    const { check, asked } = checked((verb) => ({ allowed: verb !== denied }));
    const needs = [need("get"), need("update"), need("get")];
    assert.deepEqual(await check.missing(needs, signal), [need("update")]);
    assert.deepEqual(await check.missing(needs, signal), [need("update")]);
    assert.deepEqual(asked, ["get", "update"]);
    denied = "";
    check.rightsChanged();
    assert.deepEqual(await check.missing(needs, signal), []);
    assert.deepEqual(asked, ["get", "update", "get", "update"]);
  });

  test("takes no answer for no denial, and asks again", async () => {
    const { check, asked } = checked(() => new Error("down"));
    assert.deepEqual(await check.missing([need("get")], signal), []);
    assert.deepEqual(await check.missing([need("get")], signal), []);
    assert.equal(asked.length, 2);
  });

  test("says it as admission does", () => {
    assert.deepEqual(
      missingTexts([
        need("update"),
        need("get"),
        need("update", { group: "", kind: "Node", resource: "nodes", subresource: "status" }),
        need("get", { namespace: "shop" }),
      ]),
      [
        "requires permissions get,update for resource apps/v1/Deployment",
        "requires permissions update for resource v1/Node/status",
        "requires permissions get for resource apps/v1/Deployment in namespace shop",
      ],
    );
  });
});
