import assert from "node:assert/strict";
import { test } from "node:test";
import { isContinuedList, isWatch, renewedToken } from "#test/support/fault-proxy/proxy-fault.ts";

test("requests are told apart by their parameters", () => {
  const get = (url: string) => ({ method: "GET", url });
  assert.equal(isWatch(get("/api/v1/pods?watch=true&timeoutSeconds=3")), true);
  assert.equal(isWatch(get("/api/v1/pods?limit=3")), false);
  assert.equal(isContinuedList(get("/api/v1/pods?limit=3&continue=abc")), true);
  assert.equal(isContinuedList(get("/api/v1/pods?limit=3")), false);
});

test("an expired list goes on at the same place and at the newest state", () => {
  const token = Buffer.from('{"v":"meta.k8s.io/v1","rv":1234,"start":"n/web\\u0000"}').toString("base64url");
  const renewed = renewedToken(`/api/v1/pods?limit=3&continue=${token}`) ?? "";
  assert.deepEqual(JSON.parse(Buffer.from(renewed, "base64url").toString("utf8")), {
    v: "meta.k8s.io/v1",
    rv: -1,
    start: "n/web\u0000",
  });
  assert.equal(renewedToken("/api/v1/pods?limit=3"), undefined);
});
