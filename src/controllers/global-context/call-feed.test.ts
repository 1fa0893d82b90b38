import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { ExternalApiCall } from "#api/kyverno/global-context-entry.ts";
import type { ContextAnswer, ContextRequest } from "#engine/context/context-source.ts";
import { createVirtualClock } from "#test/support/virtual-clock.ts";
import { openCallFeed } from "./call-feed.ts";
import { createSharedBytes } from "./entry-feed.ts";

const value = (text: string): ContextAnswer => ({ kind: "value", value: text });
const failed: ContextAnswer = { kind: "failed", message: "connection refused" };

function setUp(call: ExternalApiCall, answers: readonly ContextAnswer[], maxBytes = 10_000) {
  const clock = createVirtualClock();
  const requests: ContextRequest[] = [];
  let changes = 0;
  const feed = openCallFeed("e", call, {
    load: (request) => {
      requests.push(request);
      return Promise.resolve(answers[Math.min(requests.length, answers.length) - 1] ?? failed);
    },
    maxBytes,
    shared: createSharedBytes(100_000),
    hash: (one) => JSON.stringify(one),
    clock,
    random: () => 0,
    onChange: () => {
      changes += 1;
    },
  });
  return { clock, requests, feed, changes: () => changes };
}

describe("the call of an entry", () => {
  it("is made at once and then once per interval; equal answers are no new version", async () => {
    const answers = [value("a"), value("a"), value("b")];
    const { clock, requests, feed } = setUp({ urlPath: "/api/v1/pods", refreshInterval: "30s" }, answers);
    await clock.settle();
    assert.deepEqual(requests, [{ kind: "apiCall", method: "GET", urlPath: "/api/v1/pods" }]);
    assert.equal(feed.data(), "a");
    const version = feed.version();
    await clock.advance(30_000);
    assert.deepEqual([requests.length, feed.version()], [2, version]);
    await clock.advance(30_000);
    assert.equal(feed.data(), "b");
    assert.notEqual(feed.version(), version);
    await feed.stop();
  });

  it("is tried as often as retryLimit says before it counts as failed, and then sooner than its interval", async () => {
    const call = { urlPath: "/x", refreshInterval: "1h", retryLimit: 2 };
    const { clock, requests, feed } = setUp(call, [failed, failed, value("a")]);
    await clock.settle();
    await clock.advance(10);
    assert.equal(requests.length, 2);
    assert.deepEqual(feed.state(), { kind: "failed", reason: "connection refused" });
    await clock.advance(1_000);
    assert.equal(feed.state().kind, "ready");
    await feed.stop();
  });

  it("leaves no data behind where a refresh fails", async () => {
    const call = { urlPath: "/x", refreshInterval: "10s", retryLimit: 1 };
    const { clock, feed } = setUp(call, [value("a"), failed]);
    await clock.settle();
    await clock.advance(10_000);
    assert.deepEqual([feed.state().kind, feed.data()], ["failed", null]);
    await feed.stop();
  });

  it("is made again at once where what kept it back may be over", async () => {
    const { clock, requests, feed } = setUp({ urlPath: "/x", retryLimit: 1 }, [failed, value("a")]);
    await clock.settle();
    feed.retry();
    await clock.settle();
    assert.deepEqual([requests.length, feed.state().kind], [2, "ready"]);
    await feed.stop();
  });

  it("has its body from data, and its headers", async () => {
    const call: ExternalApiCall = {
      method: "POST",
      data: [{ key: "a", value: 1 }],
      service: { url: "https://example.com/x", headers: [{ key: "X-Team", value: "a" }] },
    };
    const { clock, requests, feed } = setUp(call, [value("a")]);
    await clock.settle();
    assert.deepEqual(requests, [
      {
        kind: "service",
        method: "POST",
        url: "https://example.com/x",
        headers: { "X-Team": "a" },
        body: { a: 1 },
      },
    ]);
    await feed.stop();
  });

  it("fails where the answer is larger than an entry may be", async () => {
    const { clock, feed } = setUp({ urlPath: "/x" }, [value("x".repeat(1_000))], 500);
    await clock.settle();
    const state = feed.state();
    assert.match(state.kind === "failed" ? state.reason : "", /more memory/);
    await feed.stop();
  });
});
