import assert from "node:assert/strict";
import { describe, test } from "node:test";
import * as fc from "fast-check";
import { Budget, BudgetExceeded } from "../budget.ts";
import { Suspension } from "../context/context-source.ts";
import type { QueryContext } from "../context/query-context.ts";
import { QueryError } from "../errors.ts";
import { compileQuery, search } from "../jmespath/query.ts";
import { Float, isObject } from "../values/json.ts";
import type { Json, NumberMode } from "../values/json.ts";
import { compileTemplate } from "./template.ts";
import type { TemplateOptions } from "./template.ts";

const pod: Json = {
  request: {
    operation: "CREATE",
    object: {
      metadata: { name: "web", labels: { app: "shop" }, annotations: { pick: "app" } },
      spec: { containers: [{ image: "nginx" }], replicas: 3, note: null },
    },
    oldObject: { metadata: { name: "old" } },
  },
  brace: "{{ $labels.pod }}",
  indirect: "{{ request.object.metadata.name }}",
  loop: "again {{ loop }}",
  tree: { "{{ request.operation }}": ["{{ request.object.metadata.name }}"] },
  self: ["{{ self }}"],
};

function contextOf(document: Json, numbers: NumberMode = "float64"): QueryContext {
  const environment = { numbers, budget: new Budget(), nowMs: 0, seed: 1 };
  return { environment, query: (expression) => search(compileQuery(expression), document, environment) };
}

function render(document: Json, options: TemplateOptions = {}, context = contextOf(pod)): Json {
  return compileTemplate(document, options).render(context);
}

const cases: readonly (readonly [title: string, document: Json, expected: Json])[] = [
  [
    "a text that is one variable takes its value and kind",
    "{{ request.object.spec }}",
    { containers: [{ image: "nginx" }], replicas: 3, note: null },
  ],
  ["null is a value like any other", { a: "{{ request.object.spec.note }}" }, { a: null }],
  ["null items of lists stay", ["{{ request.object.spec.note }}", 1], [null, 1]],
  ["texts are inserted as they are", "ns-{{ request.object.metadata.name }}!", "ns-web!"],
  [
    "other values are inserted as JSON",
    "x {{ request.object.metadata.labels }} {{ request.object.spec.note }}",
    'x {"app":"shop"} null',
  ],
  [
    "variables that touch are both resolved",
    "{{ request.operation }}{{ request.object.metadata.name }}",
    "CREATEweb",
  ],
  [
    "nested variables resolve from the inside and keep the kind",
    "{{ request.object.metadata.labels.{{ request.object.metadata.annotations.pick }} }}",
    "shop",
  ],
  ["a nested variable may stand in a literal", "{{ length(`{{ request.object.spec.containers }}`) }}", 1],
  ["single braces are part of an expression", "{{ {a: request.operation} }}", { a: "CREATE" }],
  ["three braces in a row are read the same", "{{{a: request.operation}}}", { a: "CREATE" }],
  ["values with variables are resolved again in mixed text", "<{{ indirect }}>", "<web>"],
  [
    "a text that is one variable is not resolved again",
    "{{ indirect }}",
    "{{ request.object.metadata.name }}",
  ],
  ["texts inside an inserted object are resolved", "{{ tree }}", { CREATE: ["web"] }],
  ["a shallow variable is not resolved again", "<{{- brace }}>", "<{{ $labels.pod }}>"],
  [
    "beside a shallow variable others are resolved",
    "{{- brace }} of {{ request.object.metadata.name }}",
    "{{ $labels.pod }} of web",
  ],
  [
    "an inserted object of a shallow variable stays as it is",
    "{{- tree }}",
    { "{{ request.operation }}": ["{{ request.object.metadata.name }}"] },
  ],
  [
    "after a shallow variable at the end nothing is resolved again",
    "<{{ indirect }}> {{- brace }}",
    "<{{ request.object.metadata.name }}> {{ $labels.pod }}",
  ],
  ["escaped braces lose their backslash", "a \\{{ b }} c", "a {{ b }} c"],
  ["escaped braces stay beside variables", "\\{{ b }} {{ request.operation }}", "{{ b }} CREATE"],
  ["escaped braces that do not close lose it too", "a \\{{ b", "a {{ b"],
  ["braces that do not close are text", "{{ a }", "{{ a }"],
  ["keys are substituted", { "{{ request.operation }}-x": 1 }, { "CREATE-x": 1 }],
  [
    "a key that resolves to null stays",
    { "{{ request.object.spec.note }}": 1 },
    { "{{ request.object.spec.note }}": 1 },
  ],
  [
    "a key called __proto__ is an ordinary key",
    JSON.parse('{"__proto__": "{{ request.operation }}"}') as Json,
    JSON.parse('{"__proto__": "CREATE"}') as Json,
  ],
];

describe("compileTemplate()", () => {
  for (const [title, document, expected] of cases) {
    test(title, () => assert.deepEqual(render(document), expected));
  }

  test("a document without variables is constant and stands for itself", () => {
    const document = { a: ["b", { c: 1 }], d: "$HOME" };
    const template = compileTemplate(document);
    assert.equal(template.constant, true);
    assert.equal(template.render(contextOf(pod)), document);
  });

  test("parts without variables are not copied", () => {
    const fixed = { deep: ["same"] };
    const rendered = render({ fixed, name: "{{ request.operation }}" });
    assert.equal(isObject(rendered) && rendered["fixed"], fixed);
  });

  test("an escaped text is not constant, because it changes", () => {
    assert.equal(compileTemplate("\\{{ a }}").constant, false);
  });

  test("for a DELETE request.object means request.oldObject", () => {
    const context: QueryContext = { ...contextOf(pod), isDelete: true };
    assert.equal(render("{{ request.object.metadata.name }}", {}, context), "old");
    assert.throws(
      () => render("{{ request.object.metadata.gone }}", {}, context),
      /failed to resolve request\.oldObject\.metadata\.gone at path/,
    );
  });

  test("@ is the place of the text below the object, two segments down", () => {
    const document = { mutate: { overlay: { metadata: { labels: { app: "is {{@}}" } } } } };
    const expected = { mutate: { overlay: { metadata: { labels: { app: "is shop" } } } } };
    assert.deepEqual(render(document), expected);
    assert.deepEqual(render({ metadata: { name: "{{@}}" } }, { path: "/validate/pattern" }), {
      metadata: { name: "web" },
    });
  });

  test("@ is a place of the target where there is one", () => {
    const context = contextOf({ target: { spec: { list: [{ "a-b": "t" }] } }, request: {} });
    const document = { spec: { list: [{ "a-b": "{{@}}" }] } };
    assert.deepEqual(render(document, { path: "/mutate/foreach/0/patch" }, context), {
      spec: { list: [{ "a-b": "t" }] },
    });
  });
});

const failures: readonly (readonly [document: Json, code: QueryError["code"], message: string])[] = [
  [
    { spec: { "a/b": ["{{ request.object.zz }}"] } },
    "unknownKey",
    'failed to resolve request.object.zz at path /spec/a\\/b/0: JMESPath query failed: Unknown key "zz" in path',
  ],
  [
    "x {{ a b }}",
    "syntax",
    "failed to resolve a b at path : incorrect query a b: SyntaxError: Unexpected token at the end of the expression: tUnquotedIdentifier",
  ],
  [
    "{{ to_upper }}",
    "unknownKey",
    'failed to resolve to_upper at path : JMESPath query failed: Unknown key "to_upper" in path',
  ],
  [
    { "{{ request.object.spec.replicas }}": 1 },
    "type",
    'expected string after substituting variables in key "{{ request.object.spec.replicas }}"',
  ],
  ["<{{ loop }}>", "failed", "variables at path  are not resolved after 64 rounds of substitution"],
  [
    "{{ self }}",
    "failed",
    "variables at path /0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0 give values with variables more than 16 levels deep",
  ],
  ["{{ }}", "syntax", "failed to resolve  at path : invalid query (nil)"],
];

describe("a template that fails", () => {
  for (const [document, code, message] of failures) {
    test(message, () => {
      assert.throws(() => render(document), { name: "QueryError", code, message });
    });
  }

  test("lets a suspension pass", () => {
    const suspension = new Suspension([]);
    const context: QueryContext = {
      ...contextOf(pod),
      query: () => {
        throw suspension;
      },
    };
    assert.throws(
      () => render("a {{ b }}", {}, context),
      (error) => error === suspension,
    );
  });

  test("is refused when it nests too deep", () => {
    let document: Json = "{{ a }}";
    for (let depth = 0; depth < 300; depth += 1) document = [document];
    assert.throws(() => render(document), { message: /nested deeper than 200 levels/ });
  });
});

const references: readonly (readonly [document: Json, expected: Json])[] = [
  [
    { a: "x", b: "$(./../a)" },
    { a: "x", b: "x" },
  ],
  [
    { a: { b: "x" }, c: "is $(/a/b) and $(./../a/b)" },
    { a: { b: "x" }, c: "is x and x" },
  ],
  [
    { limits: { memory: "2Gi" }, requests: { memory: "$(<=./../../limits/memory)" } },
    { limits: { memory: "2Gi" }, requests: { memory: "<=2Gi" } },
  ],
  [
    { "=(limits)": { "=(memory)": "2Gi" }, requests: { "=(memory)": "$(<./../../limits/memory)" } },
    { "=(limits)": { "=(memory)": "2Gi" }, requests: { "=(memory)": "<2Gi" } },
  ],
  [
    { a: 5, b: "$(>./../a)" },
    { a: 5, b: ">5.000000" },
  ],
  [
    { a: "x", b: "keep \\$(A) \\$(B)" },
    { a: "x", b: "keep $(A) $(B)" },
  ],
  [
    { a: "{{ request.operation }}", b: "$(./../a)" },
    { a: "CREATE", b: "CREATE" },
  ],
  [{ a: "cost $5 (net)" }, { a: "cost $5 (net)" }],
];

describe("references", () => {
  for (const [document, expected] of references) {
    test(JSON.stringify(document), () => assert.deepEqual(render(document), expected));
  }

  test("a number after an operator is written by its kind", () => {
    const context = contextOf(pod, "int64");
    assert.deepEqual(render({ a: 5, b: "$(>./../a)" }, {}, context), { a: 5, b: ">5" });
    const float = new Float(5);
    assert.deepEqual(render({ a: float, b: "$(>./../a)" }, {}, context), { a: float, b: ">5.000000" });
  });

  for (const [document, message] of [
    [{ b: "$(./../zz)" }, "got nil resolved variable $(./../zz) at path /b: <nil>"],
    [{ a: 5, b: "$(./../a)" }, "NotResolvedReferenceErr,reference $(./../a) not resolved at path /b"],
    [
      { a: true, b: "$(>./../a)" },
      "failed to resolve $(>./../a) at path /b: incorrect expression: operator > does not match with value true",
    ],
  ] as const) {
    test(message, () => assert.throws(() => render(document), { name: "QueryError", message }));
  }
});

test("hostile texts end in a value, a QueryError or an exhausted budget", () => {
  const piece = fc.constantFrom(
    "{{",
    "}}",
    "{",
    "}",
    "\\",
    "-",
    "$(",
    ")",
    " ",
    "a",
    "request.operation",
    "loop",
    "brace",
    "@",
    "\n",
  );
  const text = fc.array(piece, { maxLength: 20 }).map((pieces) => pieces.join(""));
  fc.assert(
    fc.property(fc.oneof(text, fc.dictionary(text, text)), (document) => {
      try {
        render(document);
      } catch (error) {
        assert.ok(error instanceof QueryError || error instanceof BudgetExceeded, String(error));
      }
    }),
  );
});

test("long runs of opening braces and references take linear time", () => {
  for (const piece of ["{{", "{{a", "{a}{{", "$(", "\\$(", "\\{{", "{{ {a}"]) {
    const document = piece.repeat(100_000);
    const context = contextOf(pod);
    try {
      render(document, {}, context);
    } catch (error) {
      assert.ok(error instanceof QueryError);
    }
  }
});
