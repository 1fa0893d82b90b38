import assert from "node:assert/strict";
import { appendFile, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, beforeEach, test } from "node:test";
import { AuditLog, auditMarkerAgent } from "#test/support/control-plane/audit-log.ts";

let folder: string;
let file: string;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), "audit-log-test-"));
  file = join(folder, "audit.log");
});
beforeEach(() => writeFile(file, ""));
after(() => rm(folder, { recursive: true }));

const line = (fields: object = {}): string =>
  `${JSON.stringify({
    kind: "Event",
    stage: "ResponseComplete",
    verb: "create",
    user: { username: "admin" },
    userAgent: "rearguard/1.0",
    objectRef: { resource: "configmaps", namespace: "default" },
    responseStatus: { code: 201 },
    ...fields,
  })}\n`;

test("a line that is not complete yet is counted once it is", async () => {
  const log = new AuditLog(file);
  const text = line();
  await appendFile(file, text + text.slice(0, 40));
  assert.equal((await log.counts()).total, 1);
  await appendFile(file, text.slice(40));
  assert.equal((await log.counts()).total, 2);
});

test("callers at the same time do not count a line twice", async () => {
  const log = new AuditLog(file);
  await appendFile(file, line().repeat(500));
  const answers = await Promise.all([log.counts(), log.counts(), log.counts()]);
  assert.deepEqual(
    answers.map(({ total }) => total),
    [500, 500, 500],
  );
});

test("a log longer than one read is counted whole", async () => {
  const log = new AuditLog(file);
  await appendFile(file, line({ userAgent: "x".repeat(1000) }).repeat(3000));
  assert.equal((await log.counts()).total, 3000);
});

test("a watch counts when it starts and only then", async () => {
  const log = new AuditLog(file);
  await appendFile(file, line({ verb: "watch", stage: "ResponseStarted" }));
  assert.equal((await log.counts()).total, 1);
  await appendFile(file, line({ verb: "watch" }));
  assert.equal((await log.counts()).total, 1);
});

test("half a line of a killed server does not hide the line after it", async () => {
  const log = new AuditLog(file);
  await appendFile(file, `{"kind":"Event","stage":"Resp${line()}`);
  assert.equal((await log.counts()).total, 1);
});

test("the requests that settle the log are not counted", async () => {
  const log = new AuditLog(file);
  await appendFile(file, line({ userAgent: auditMarkerAgent }));
  assert.equal((await log.counts()).total, 0);
});

test("a filter selects by all its conditions", async () => {
  const log = new AuditLog(file);
  await appendFile(file, line() + line({ verb: "delete" }) + line({ userAgent: "kubectl/v1" }));
  assert.equal((await log.counts({ userAgent: "rearguard/" })).total, 2);
  assert.equal((await log.counts({ verb: ["create", "update"] })).total, 2);
  assert.equal((await log.counts({ userAgent: "rearguard/", verb: "create" })).total, 1);
  assert.equal((await log.counts({ resource: "secrets" })).total, 0);
});

test("what an earlier answer counted can be left out", async () => {
  const log = new AuditLog(file);
  await appendFile(file, line() + line());
  const since = await log.counts();
  await appendFile(file, line() + line({ responseStatus: { code: 409 } }));
  const { total, rows } = await log.counts({ since });
  assert.equal(total, 2);
  assert.deepEqual(
    rows.map(({ code, count }) => [code, count]),
    [
      [201, 1],
      [409, 1],
    ],
  );
});
