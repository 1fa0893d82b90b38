import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { FaultControl } from "./fault-control.ts";
import type { FaultTarget } from "./fault-control.ts";

const target = (verb: string): FaultTarget => ({
  verb,
  group: "",
  resource: "secrets",
  subresource: "",
  namespace: "shop",
  name: "key",
  userAgent: "tool/1",
  path: "/api/v1/namespaces/shop/secrets/key",
});

describe("FaultControl", () => {
  it("hits each so-manieth of the requests that match, and counts no others", () => {
    const faults = new FaultControl();
    faults.add({ match: { verb: "patch" }, effect: { kind: "status", code: 403 }, every: 2 });
    const verbs = ["patch", "get", "patch", "patch", "get", "patch"];
    assert.deepEqual(
      verbs.map((verb) => faults.strike(target(verb)) !== undefined),
      [false, false, true, false, false, true],
    );
  });

  it("hits as often as asked for, and not after it was lifted", () => {
    const faults = new FaultControl();
    faults.add({ effect: { kind: "status", code: 500 }, times: 1 });
    const lift = faults.add({ effect: { kind: "status", code: 503 } });
    const codes = [1, 2].map(() => faults.strike(target("get")));
    assert.deepEqual(codes, [
      { kind: "status", code: 500 },
      { kind: "status", code: 503 },
    ]);
    lift();
    assert.equal(faults.strike(target("get")), undefined);
  });
});
