import assert from "node:assert/strict";
import { test } from "node:test";
import type { KubeObject } from "#api/meta/object-meta.ts";
import { widget, widgets } from "#test/support/scripted-kind.ts";
import { ApiError, TransportError } from "../client/api-error.ts";
import type { KubeClient, ListPage, ListQuery } from "../client/kube-client.ts";
import { fetchPages } from "./fetch-pages.ts";
import type { FetchPagesOptions } from "./fetch-pages.ts";

type Answer = ListPage | Error;

function page(names: readonly string[], token?: string): ListPage {
  return {
    items: names.map((name) => widget(name, 1)),
    resourceVersion: "1",
    ...(token === undefined ? {} : { continue: token }),
  };
}

const gone = (continueToken?: string): ApiError =>
  new ApiError({ status: 410, reason: "Expired", message: "expired", continueToken });

/** Answers in turn; written down is what was asked for. */
async function fetch(answers: Answer[], options: FetchPagesOptions = {}) {
  const asked: Partial<ListQuery>[] = [];
  const pages: string[] = [];
  const client: Pick<KubeClient, "listPage"> = {
    listPage: async (_type, query) => {
      asked.push(query);
      const answer = answers.shift();
      if (answer === undefined) throw new Error("the test has no more answers");
      if (answer instanceof Error) throw answer;
      return answer;
    },
  };
  const handlePage = async (objects: readonly KubeObject[]): Promise<void> => {
    pages.push(objects.map(({ metadata }) => metadata.name).join(" "));
  };
  const limits = { initialMs: 1, maxMs: 1, maxRefusedMs: 1 };
  const result = fetchPages(client, { type: widgets }, handlePage, {
    backoff: limits,
    ...options,
  });
  return {
    count: await result.catch((error: unknown) => error),
    pages,
    asked: asked.map((q) => [q.continue, q.limit]),
  };
}

test("pages come one by one, at the caller's pace", async () => {
  const asks: boolean[] = [];
  const { count, pages, asked } = await fetch([page(["a", "b"], "t"), page(["c"])], {
    pageSize: 2,
    beforeRequest: async (isFirst) => void asks.push(isFirst),
  });
  assert.deepEqual([count, pages, asks], [3, ["a b", "c"], [true, false]]);
  assert.deepEqual(asked, [
    [undefined, 2],
    ["t", 2],
  ]);
});

test("an expired token is replaced by the one in the answer, or the list starts over", async () => {
  const replaced = await fetch([page(["a"], "t"), gone("u"), page(["b"])]);
  assert.deepEqual(replaced.pages, ["a", "b"]);
  assert.deepEqual(
    replaced.asked.map(([token]) => token),
    [undefined, "t", "u"],
  );
  const restarted = await fetch([page(["a"], "t"), gone(), page(["a"], "v"), page(["b"])]);
  assert.deepEqual(restarted.pages, ["a", "a", "b"]);
});

test("a list that expires again and again is an error in the end", async () => {
  const answers = Array.from({ length: 4 }, () => [page(["a"], "t"), gone()]).flat();
  assert.ok((await fetch(answers)).count instanceof ApiError);
  const tokens = [page(["a"], "t"), ...Array.from({ length: 30 }, () => gone("same"))];
  assert.ok((await fetch(tokens)).count instanceof Error);
});

test("what goes away by itself is tried again, what does not is an error at once", async () => {
  const busy = new ApiError({ status: 500, reason: "InternalError", message: "" });
  assert.equal((await fetch([busy, new TransportError("reset", ""), page(["a"])])).count, 1);
  assert.equal((await fetch(Array.from({ length: 9 }, () => busy))).count, busy);
  const refused = new ApiError({ status: 403, reason: "Forbidden", message: "" });
  assert.equal((await fetch([refused, page(["a"])])).count, refused);
});

test("a page that is too long is asked for in halves", async () => {
  const long = new TransportError("too-large", "");
  const { asked } = await fetch([long, long, page(["a"], "t"), page(["b"])], { pageSize: 5 });
  assert.deepEqual(
    asked.map(([, limit]) => limit),
    [5, 3, 2, 2],
  );
});
