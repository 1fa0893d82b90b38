import assert from "node:assert/strict";
import { PassThrough } from "node:stream";
import { test } from "node:test";
import { createLogger, type LogFormat } from "./logger.ts";

function build(format: LogFormat, isTTY = false) {
  const output = Object.assign(new PassThrough({ encoding: "utf8" }), { isTTY });
  const log = createLogger({ format, level: "info", output });
  const lines = (): string => String(output.read() ?? "");
  return { log, lines };
}

test("JSON lines are one document each, with the fields of the logger and of the line", () => {
  const { log, lines } = build("json");
  log.with({ controller: "scan" }).warn("kind degraded", { resource: "apps/v1/deployments", objects: 3n });
  const { time, ...line } = JSON.parse(lines()) as Record<string, unknown>;
  assert.deepEqual(line, {
    level: "warn",
    message: "kind degraded",
    controller: "scan",
    resource: "apps/v1/deployments",
    objects: "3",
  });
  assert.match(String(time), /^\d{4}-\d\d-\d\dT/);
});

test("the level can be changed while loggers are in use", () => {
  const { log, lines } = build("json");
  const child = log.with({ a: 1 });
  child.debug("unseen");
  log.setLevel("debug");
  child.debug("seen");
  assert.equal(JSON.parse(lines()).message, "seen");
  log.setLevel("error");
  child.warn("unseen");
  assert.equal(lines(), "");
});

test("text has colour on a terminal only", () => {
  const plain = build("text");
  plain.log.error("failed");
  assert.equal(plain.lines().includes("\u001b["), false);
  const terminal = build("text", true);
  terminal.log.error("failed");
  assert.ok(terminal.lines().includes("\u001b[31mERROR"));
});

test("text stays on one line whatever a field holds, and shows stacks below", () => {
  const { log, lines } = build("text");
  log.info("policy changed", { policy: "a\nERROR forged", count: 2 });
  assert.match(lines(), / INFO  policy changed policy="a\\nERROR forged" count=2\n$/);
  log.error("failed", { error: new Error("broken pipe") });
  assert.match(lines(), /error="broken pipe"\nError: broken pipe\n\s+at /);
});

test("fields cannot replace the level, the message or the time", () => {
  const { log, lines } = build("json");
  log.info("real", { level: "error", message: "forged", time: "never" });
  const line = JSON.parse(lines()) as Record<string, unknown>;
  assert.equal(line["level"], "info");
  assert.equal(line["message"], "real");
  assert.notEqual(line["time"], "never");
});
