import assert from "node:assert/strict";
import { test } from "node:test";
import { createHealth } from "./health.ts";

test("an endpoint without failing checks says ok", () => {
  const health = createHealth();
  health.add("readyz", "kinds", () => undefined);
  assert.deepEqual(health.render("readyz"), { status: 200, body: "ok\n" });
  assert.deepEqual(health.render("readyz", { verbose: true }).body, "[+] kinds: ok\nreadyz passed\n");
});

test("a failing check makes 503 with its reason, on its own endpoint only", () => {
  const health = createHealth();
  health.add("readyz", "kinds", () => undefined);
  health.add("readyz", "freshness", () => "the oldest verdict is 3 h old");
  assert.deepEqual(health.render("readyz"), {
    status: 503,
    body: "[+] kinds: ok\n[-] freshness: the oldest verdict is 3 h old\nreadyz failed\n",
  });
  assert.equal(health.render("livez").status, 200);
});

test("one check can be asked alone; an unknown one is not found", () => {
  const health = createHealth();
  health.add("readyz", "kinds", () => undefined);
  health.add("readyz", "lease", () => "held by another");
  assert.equal(health.render("readyz", { check: "kinds" }).status, 200);
  assert.equal(health.render("readyz", { check: "lease" }).status, 503);
  assert.equal(health.render("readyz", { check: "constructor" }).status, 404);
});

test("a check that throws has failed", () => {
  const health = createHealth();
  health.add("livez", "loop", () => {
    throw new Error("boom");
  });
  assert.match(health.render("livez").body, /\[-\] loop: the check itself failed: boom/);
});
