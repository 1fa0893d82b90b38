import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { decodeClusterPolicy } from "#api/kyverno/cluster-policy.ts";
import { defaultBudgetLimits } from "#engine/budget.ts";
import type { ContextAnswer } from "#engine/context/context-source.ts";
import { noExceptions } from "#engine/exceptions/exception-source.ts";
import type { ContextEpoch } from "./context-epoch.ts";
import { createJudge } from "./judge.ts";
import { configMapRule, pod, policy, teamRule } from "./scan-world.fixture.ts";
import { prepareScanPolicy } from "./scan-policy.ts";
import type { ScanPolicy } from "./scan-policy.ts";

function prepared(name: string, rule: object): ScanPolicy {
  const decoded = decodeClusterPolicy(policy(name, rule));
  assert.ok(decoded.ok);
  return prepareScanPolicy(decoded.value, undefined);
}

const judge = createJudge({
  now: () => 0,
  seed: () => 1,
  limits: () => defaultBudgetLimits,
  exceptions: noExceptions,
  onEvaluated: () => {},
  monotonicMs: () => 0,
  maxRounds: 3,
});
const subject = {
  object: pod("a", "red"),
  gvk: { group: "", version: "v1", kind: "Pod" },
  namespace: "shop",
};
const outside = prepared("outside", configMapRule);
const inside = prepared("inside", teamRule("red"));
const going = new AbortController().signal;
const said = (
  judgements: readonly { policy: ScanPolicy; responses: readonly { status: string }[] }[],
): string[] =>
  judgements.map(
    ({ policy: { ref }, responses }) => `${ref.policy}: ${responses.map(({ status }) => status).join()}`,
  );

/** Has an answer after so many loads. */
function epochAfter(rounds: number): ContextEpoch & { readonly loads: () => number } {
  let loads = 0;
  const answer: ContextAnswer = { kind: "value", value: { data: { team: "red" } } };
  return {
    lookUp: () => (loads >= rounds ? answer : { kind: "pending" }),
    settle: (requests) => {
      loads += requests.length;
      return Promise.resolve();
    },
    loads: () => loads,
  };
}

describe("judging an object", () => {
  it("gives at once what waits for nothing, and says who waits", () => {
    const { judgements, waiting } = judge.start(subject, [outside, inside], epochAfter(1));
    assert.deepEqual(said(judgements), ["inside: pass"]);
    assert.deepEqual(
      waiting.map(({ requests }) => requests),
      [[{ kind: "configMap", namespace: "shop", name: "teams" }]],
    );
  });

  it("loads what is asked for and judges those again that waited", async () => {
    const epoch = epochAfter(2);
    const started = judge.start(subject, [outside, inside], epoch);
    assert.deepEqual(said(await judge.finish(subject, started, epoch, going)), [
      "inside: pass",
      "outside: pass",
    ]);
    assert.equal(epoch.loads(), 2);
  });

  it("gives up after so many rounds, with an error for each rule that could speak", async () => {
    const epoch = epochAfter(Infinity);
    const started = judge.start(subject, [outside], epoch);
    const [judgement] = await judge.finish(subject, started, epoch, going);
    assert.deepEqual(
      judgement?.responses.map(({ rule, status, message }) => [rule, status, message.includes("3 rounds")]),
      [["r", "error", true]],
    );
  });

  it("waits no longer when the kind ends, although the answer never comes", async () => {
    const aborting = new AbortController();
    const epoch: ContextEpoch = { lookUp: () => ({ kind: "pending" }), settle: () => new Promise(() => {}) };
    const finished = judge.finish(subject, judge.start(subject, [outside], epoch), epoch, aborting.signal);
    aborting.abort(new Error("ended"));
    await assert.rejects(finished, /ended/);
  });

  it("asks no policy that cannot judge the kind or the namespace", () => {
    const elsewhere = prepared("elsewhere", teamRule("red", { kinds: ["Pod"], namespaces: ["bank"] }));
    const secrets = prepared("secrets", teamRule("red", { kinds: ["Secret"] }));
    const { judgements, waiting } = judge.start(subject, [elsewhere, secrets], epochAfter(0));
    assert.deepEqual([judgements, waiting], [[], []]);
  });
});
