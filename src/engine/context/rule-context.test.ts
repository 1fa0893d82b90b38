import assert from "node:assert/strict";
import { describe, it } from "node:test";

import type { ContextEntry } from "#api/kyverno/context.ts";

import { Budget, defaultBudgetLimits } from "../budget.ts";
import { QueryError } from "../errors.ts";
import { Float } from "../values/json.ts";
import type { Json, NumberMode } from "../values/json.ts";
import { compileContextEntry } from "./context-entry.ts";
import type { ContextAnswer, ContextRequest } from "./context-source.ts";
import { QueryCache } from "./query-cache.ts";
import { RuleContext } from "./rule-context.ts";

interface Options {
  readonly namespace?: string;
  readonly numbers?: NumberMode;
  readonly answer?: (request: ContextRequest) => ContextAnswer;
  readonly maxContextBytes?: number;
}

function contextOf(entries: readonly ContextEntry[], options: Options = {}) {
  const requests: ContextRequest[] = [];
  const budget = new Budget({
    ...defaultBudgetLimits,
    maxContextBytes: options.maxContextBytes ?? defaultBudgetLimits.maxContextBytes,
  });
  const context = new RuleContext(
    {
      environment: { numbers: options.numbers ?? "float64", budget, nowMs: 0, seed: 1 },
      document: { request: { object: { n: 5 }, namespace: "shop" } },
      operation: "CREATE",
      source: {
        lookUp(request) {
          requests.push(request);
          return options.answer?.(request) ?? { kind: "unavailable" };
        },
      },
      scope: { policyKind: "ClusterPolicy", policyName: "p" },
      queries: new QueryCache(),
      images: () => undefined,
    },
    compile(entries, options.namespace),
    [],
  );
  return { context, requests };
}

function compile(entries: readonly ContextEntry[], namespace?: string) {
  return entries.map((entry) => compileContextEntry(entry, namespace));
}

function variable(name: string, source: NonNullable<ContextEntry["variable"]>): ContextEntry {
  return { name, variable: source };
}

function value(answer: Json): (request: ContextRequest) => ContextAnswer {
  return () => ({ kind: "value", value: answer });
}

describe("RuleContext: variables", () => {
  const cases: readonly [title: string, entries: readonly ContextEntry[], query: string, expected: Json][] = [
    ["a value", [variable("x", { value: { a: [1] } })], "x.a[0]", 1],
    ["a value with variables", [variable("x", { value: "{{ request.namespace }}!" })], "x", "shop!"],
    ["jmesPath on the document", [variable("x", { jmesPath: "request.object.n" })], "x", 5],
    ["jmesPath on the value", [variable("x", { value: { a: 1 }, jmesPath: "a" })], "x", 1],
    ["a default for an unknown key", [variable("x", { jmesPath: "request.gone", default: "d" })], "x", "d"],
    ["a default for null", [variable("x", { jmesPath: "`null`", default: "d" })], "x", "d"],
    [
      "a default for an error on the value",
      [variable("x", { value: { a: 1 }, jmesPath: "b", default: "d" })],
      "x",
      "d",
    ],
    [
      "an entry that uses one declared before",
      [variable("x", { value: "a" }), variable("y", { value: "{{ x }}b" })],
      "y",
      "ab",
    ],
    [
      "the later of two with one name, which sees the earlier",
      [variable("x", { value: "a" }), variable("x", { jmesPath: "join('', [x, 'b'])" })],
      "x",
      "ab",
    ],
  ];
  for (const [title, entries, query, expected] of cases) {
    it(`loads ${title}`, () => {
      assert.deepEqual(contextOf(entries).context.query(query), expected);
    });
  }

  const failing: readonly [
    title: string,
    entries: readonly ContextEntry[],
    query: string,
    message: RegExp,
  ][] = [
    [
      "null is no value",
      [variable("x", { jmesPath: "`null`" })],
      "x",
      /variable x since it evaluated to nil/,
    ],
    [
      "null on a value is not defaulted",
      [variable("x", { value: {}, jmesPath: "`null`", default: 1 })],
      "x",
      /evaluated to nil/,
    ],
    [
      "an entry declared later is not seen",
      [variable("x", { jmesPath: "y" }), variable("y", { value: 1 })],
      "x",
      /Unknown key "y"/,
    ],
    ["an entry does not see itself", [variable("x", { jmesPath: "x" })], "x", /Unknown key "x"/],
  ];
  for (const [title, entries, query, message] of failing) {
    it(title, () => {
      assert.throws(
        () => contextOf(entries).context.query(query),
        (error) => error instanceof QueryError && message.test(error.message),
      );
    });
  }

  it("never loads what no expression mentions", () => {
    const { context } = contextOf([variable("x", { jmesPath: "broken(" })]);
    assert.equal(context.query("request.object.n"), 5);
    assert.throws(() => context.query("x"), QueryError);
  });

  it("gives numbers of entries as float64 in every mode, and those of the object as they are", () => {
    const { context } = contextOf([variable("x", { jmesPath: "request.object.n" })], { numbers: "int64" });
    assert.deepEqual(context.query("x"), new Float(5));
    assert.equal(context.query("request.object.n"), 5);
  });

  it("limits the bytes that entries add", () => {
    const { context } = contextOf([variable("x", { value: "a".repeat(100) })], { maxContextBytes: 50 });
    assert.throws(
      () => context.query("x"),
      /context size limit exceeded: 102 bytes exceeds limit of 50 bytes/,
    );
  });
});

describe("RuleContext: foreach levels", () => {
  it("hides outer entries by inner ones, and forgets them afterwards", () => {
    const { context } = contextOf([variable("x", { value: "outer" }), variable("y", { value: "{{ x }}" })]);
    context.enter(compile([variable("x", { value: "inner {{ element }}" })]), [["element", "e1"]]);
    assert.equal(context.query("x"), "inner e1");
    assert.equal(context.query("y"), "outer");
    context.leave();
    assert.equal(context.query("x"), "outer");
    assert.throws(() => context.query("element"), /Unknown key/);
  });
});

describe("RuleContext: data from outside", () => {
  it("asks for a ConfigMap once and gives its data and metadata alone", () => {
    const entries = [{ name: "cm", configMap: { name: "{{ request.namespace }}-x", namespace: "ns" } }];
    const { context, requests } = contextOf(entries, {
      answer: value({ data: { a: "1" }, metadata: { name: "n" }, binaryData: { b: "" } }),
    });
    assert.deepEqual(context.query("cm"), { data: { a: "1" }, metadata: { name: "n" } });
    assert.equal(context.query("cm.data.a"), "1");
    assert.deepEqual(requests, [{ kind: "configMap", namespace: "ns", name: "shop-x" }]);
  });

  it("reads a ConfigMap of a namespaced policy from its own namespace only", () => {
    const own = contextOf([{ name: "cm", configMap: { name: "x" } }], {
      namespace: "shop",
      answer: value({}),
    });
    assert.deepEqual(own.context.query("cm.data"), null);
    assert.deepEqual(own.requests, [{ kind: "configMap", namespace: "shop", name: "x" }]);
    const other = contextOf([{ name: "cm", configMap: { name: "x", namespace: "kube-system" } }], {
      namespace: "shop",
      answer: value({}),
    });
    assert.throws(() => other.context.query("cm"), /own namespace shop only, not of kube-system/);
    assert.deepEqual(other.requests, []);
  });

  it("applies jmesPath to the answer of a call, whose fields are substituted", () => {
    const apiCall = {
      urlPath: "/api/v1/namespaces/{{ request.namespace }}/pods",
      jmesPath: "items | length(@)",
    };
    const { context, requests } = contextOf([{ name: "n", apiCall }], { answer: value({ items: [1, 2] }) });
    assert.equal(context.query("n"), 2);
    assert.deepEqual(requests, [{ kind: "apiCall", method: "GET", urlPath: "/api/v1/namespaces/shop/pods" }]);
  });

  it("builds the body and headers of a call to a service", () => {
    const apiCall = {
      method: "POST" as const,
      data: [{ key: "ns", value: "{{ request.namespace }}" }],
      service: { url: "https://x", headers: [{ key: "A", value: "b" }] },
    };
    const { context, requests } = contextOf([{ name: "n", apiCall }], { answer: value({}) });
    context.query("n");
    assert.deepEqual(requests, [
      { kind: "service", method: "POST", url: "https://x", headers: { A: "b" }, body: { ns: "shop" } },
    ]);
  });

  it("makes no call whose jmesPath cannot be substituted", () => {
    const apiCall = { urlPath: "/x", jmesPath: "a[?b == '{{ gone }}']" };
    const { context, requests } = contextOf([{ name: "n", apiCall }], { answer: value({}) });
    assert.throws(
      () => context.query("n"),
      /^QueryError: failed to fetch data for APICall: failed to substitute variables in context entry n \/x: failed to resolve gone at path \/jmesPath: /,
    );
    assert.deepEqual(requests, []);
  });

  it("names the path of a call that the API server refuses", () => {
    const answer = () => ({ kind: "failed", message: "not found" }) as const;
    const { context } = contextOf(
      [{ name: "n", apiCall: { urlPath: "/api/v1/pods/{{ request.namespace }}" } }],
      {
        answer,
      },
    );
    assert.throws(
      () => context.query("n"),
      /^QueryError: failed to fetch data for APICall: failed to GET resource with raw url: \/api\/v1\/pods\/shop: not found$/,
    );
  });

  it("takes the default of a call that fails, and of no other failure", () => {
    const failed = () => ({ kind: "failed", message: "no" }) as const;
    const entry = { name: "n", apiCall: { urlPath: "/x", default: { a: 1 } } };
    assert.deepEqual(contextOf([entry], { answer: failed }).context.query("n.a"), 1);
    const path = { name: "n", apiCall: { ...entry.apiCall, jmesPath: "b" } };
    assert.throws(() => contextOf([path], { answer: value({}) }).context.query("n"), /Unknown key "b"/);
  });

  it("asks for a projection of a global entry", () => {
    const { context, requests } = contextOf([{ name: "g", globalReference: { name: "deployments.names" } }], {
      answer: value(["a"]),
    });
    assert.deepEqual(context.query("g"), ["a"]);
    assert.deepEqual(requests, [{ kind: "globalReference", entry: "deployments", projection: "names" }]);
  });

  it("compares numbers from outside as floats, whatever those of the document are", () => {
    const entry = { name: "g", globalReference: { name: "deployments", jmesPath: "[?n > `1`].n" } };
    for (const numbers of ["int64", "float64"] as const) {
      const { context } = contextOf([entry], { numbers, answer: value([{ n: 1 }, { n: 2 }]) });
      assert.equal(JSON.stringify(context.query("g")), "[2]");
    }
  });

  it("reads no further than the projection", () => {
    const entry = { name: "g", globalReference: { name: "deployments.names.x" } };
    const { context, requests } = contextOf([entry], { answer: value(1) });
    context.query("g");
    assert.deepEqual(requests, [{ kind: "globalReference", entry: "deployments", projection: "names" }]);
  });

  it("knows no entry that is not served", () => {
    assert.throws(
      () => contextOf([{ name: "cm", configMap: { name: "x" } }]).context.query("cm"),
      /Unknown key "cm"/,
    );
  });

  it("says why an image registry has no answer", () => {
    const entries = [{ name: "i", imageRegistry: { reference: "nginx" } }];
    const { context } = contextOf(entries, { answer: () => ({ kind: "failed", message: "no registry" }) });
    assert.throws(() => context.query("i"), /no registry/);
  });
});
