import assert from "node:assert/strict";
import { test } from "node:test";
import { ApiError, TransportError } from "../client/api-error.ts";
import { createOutage } from "./outage.ts";
import { createPauses } from "./pause.ts";
import type { Pauses } from "./pause.ts";

const refused = new TransportError("connect", "refused");
const long = 3_600_000;
/** Longer than any test: a probe that comes is a defect there. */
const never = long;

function newPauses(): Pauses {
  return createPauses(new AbortController().signal);
}

/** Lets everything that has been woken go on. */
async function turn(): Promise<void> {
  await new Promise<void>((done) => {
    setImmediate(done);
  });
}

function watched(work: Promise<void>): { isOver(): boolean; readonly work: Promise<void> } {
  let over = false;
  void work.then(() => (over = true));
  return { isOver: () => over, work };
}

test("when the server answers one source again, those that wait go on", async () => {
  const outage = createOutage(never);
  const [a, b, c] = [outage.join(), outage.join(), outage.join()];
  const waits = [a, b].map((member) => watched(member.pause(newPauses(), long, refused)));
  const answer = new ApiError({ status: 503, reason: "", message: "going down" });
  const own = newPauses();
  const short = c.pause(own, long, answer);
  own.wake();
  await short;
  assert.ok(waits.every((wait) => !wait.isOver()));
  c.answered();
  await Promise.all(waits.map(({ work }) => work));
});

test("an answer to a source that was well says nothing about those that are not", async () => {
  const outage = createOutage(never);
  const [well, ill] = [outage.join(), outage.join()];
  const pauses = newPauses();
  const wait = watched(ill.pause(pauses, long, refused));
  well.answered();
  await turn();
  assert.equal(wait.isOver(), false);
  pauses.wake();
  await wait.work;
});

for (const [title, error] of [
  ["forbidden", new ApiError({ status: 403, reason: "Forbidden", message: "no" })],
  ["told to come back later", new ApiError({ status: 429, reason: "", message: "later" })],
  ["met with something that is too long", new TransportError("too-large", "too long")],
] as const) {
  test(`a source that is ${title} keeps its own pause`, async () => {
    const outage = createOutage(1);
    const [a, b] = [outage.join(), outage.join()];
    const pauses = newPauses();
    const wait = watched(a.pause(pauses, long, error));
    const other = newPauses();
    const short = b.pause(other, long, refused);
    other.wake();
    await short;
    b.answered();
    await turn();
    assert.equal(wait.isOver(), false);
    pauses.wake();
    await wait.work;
  });
}

test("while nothing answers, one source after the other asks, the one that waits longest first", async () => {
  const outage = createOutage(1);
  const order: string[] = [];
  const members = ["a", "b", "c"].map((name) => ({ name, member: outage.join() }));
  await Promise.all(
    members.map(async ({ name, member }) => {
      await member.pause(newPauses(), long, refused);
      order.push(name);
    }),
  );
  assert.deepEqual(order, ["a", "b", "c"]);
});

test("a source that fails alone is not sent ahead, and is once the well one has gone", async () => {
  const outage = createOutage(1);
  const [well, ill] = [outage.join(), outage.join()];
  const wait = watched(ill.pause(newPauses(), long, refused));
  const { promise, resolve } = Promise.withResolvers<void>();
  setTimeout(resolve, 5);
  await promise;
  assert.equal(wait.isOver(), false);
  well.leave();
  await wait.work;
});
