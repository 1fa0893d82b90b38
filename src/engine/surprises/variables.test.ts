import assert from "node:assert/strict";
import { describe, it } from "node:test";

import type { ContextEntry } from "#api/kyverno/context.ts";

import { one } from "../evaluate.fixture.ts";
import type { Json } from "../values/json.ts";

const shown = (message: string, ...context: readonly ContextEntry[]): string =>
  one({ context, validate: { message, deny: {} } })[1];
const variable = (name: string, value: Json): ContextEntry => ({ name, variable: { value } });

describe("variables", () => {
  it("that are null make a pattern of null, which takes nothing and what is empty", () => {
    const pattern = { spec: { hostNetwork: "{{ nothing || `null` }}" } };
    assert.equal(one({ context: [variable("nothing", "")], validate: { pattern } })[0], "pass");
  });

  it("of a message change its text and never the verdict", () => {
    assert.deepEqual(one({ validate: { message: "{{ request.object.gone }}", deny: {} } }), ["fail", ""]);
    const [status, message] = one({ validate: { message: "{{ gone }}", pattern: { kind: "Service" } } });
    assert.equal(status, "fail");
    assert.match(message, /variables substitution error in rule r execution error/);
  });

  it("stay as they are written behind a backslash, once", () => {
    assert.equal(shown("\\{{ a }} and {{ request.namespace }}"), "{{ a }} and shop");
    assert.equal(shown("\\{{ a }}"), "{{ a }}");
  });

  it("are looked for again in the texts that they give, and not in those of the shallow form", () => {
    const outer = variable("outer", { text: "in {{ request.namespace }}" });
    assert.equal(shown("we are {{ outer.text }}", outer), "we are in shop");
    const raw: ContextEntry = { name: "raw", variable: { value: { text: "\\{{ request.namespace }}" } } };
    assert.equal(shown("we are {{- raw.text }}", raw), "we are {{ request.namespace }}");
  });

  it("nest from the inside, and are searched by shortest match", () => {
    assert.equal(shown("{{ request.{{ 'name' }}space }}"), "shop");
    assert.equal(shown("{{ request.namespace }}/{{ request.operation }}"), "shop/CREATE");
    assert.equal(shown("{{ {x: request.namespace}.x }}"), "shop");
  });

  it("that name a missing key are errors, in preconditions too; || is the guard", () => {
    const asks = (key: string) =>
      one({ preconditions: { all: [{ key, operator: "Equals", value: "" }] }, validate: { deny: {} } });
    const [status, message] = asks("{{ request.object.metadata.gone }}");
    assert.equal(status, "error");
    assert.match(message, /^failed to evaluate preconditions: .*Unknown key "gone" in path/);
    assert.equal(asks("{{ request.object.metadata.gone || '' }}")[0], "fail");
  });

  it("rewrite nothing but the object in a DELETE", () => {
    const key = "{{ request.object.metadata.name }}-{{ request.operation }}";
    const deny = { conditions: { any: [{ key, operator: "Equals", value: "old-DELETE" }] } };
    const more = { operation: "DELETE", oldResource: { kind: "Pod", metadata: { name: "old" } } } as const;
    assert.equal(one({ validate: { deny } }, more)[0], "fail");
  });
});

describe("references", () => {
  it("need a blank between them, and an escape where they are meant as they stand", () => {
    const value = (pattern: Json) => one({ validate: { pattern } })[0];
    assert.equal(value({ kind: "$(./../apiVersion)", apiVersion: "v1" }), "fail");
    assert.equal(value({ metadata: { name: "$(./../../kind)" }, kind: "web" }), "fail");
    assert.equal(one({ validate: { pattern: { kind: "$(./../gone)" } } })[0], "error");
    assert.equal(one({ validate: { message: "\\$(x)", deny: {} } })[1], "$(x)");
  });
});

describe("context entries", () => {
  it("take a default for what is missing or null only where they have no value of their own", () => {
    const entry = (more: object): ContextEntry => ({ name: "x", variable: more });
    assert.equal(shown("{{ x }}", entry({ jmesPath: "request.object.gone", default: "d" })), "d");
    assert.equal(shown("{{ x }}", entry({ jmesPath: "request.object.spec.gone[0]", default: "d" })), "d");
    const [status] = one({
      context: [entry({ value: { a: null }, jmesPath: "a", default: "d" })],
      validate: { deny: { conditions: { any: [{ key: "{{ x }}", operator: "Equals", value: "d" }] } } },
    });
    assert.equal(status, "error");
  });

  it("embed variables in literals, which must be JSON afterwards", () => {
    const text = (jmesPath: string) => shown("{{ x }}", { name: "x", variable: { jmesPath } });
    assert.equal(text('`"{{ request.namespace }}"`'), "shop");
    assert.equal(text("`{{ request.namespace }}`"), "");
  });

  it("load where their name is mentioned, in which a dot stands for any character", () => {
    assert.equal(shown('{{ "a.b" }}', { name: "a.b", variable: { value: "dotted" } }), "dotted");
    assert.equal(shown("{{ x || 'none' }}", variable("x1", "one")), "none");
  });

  it("of one name follow each other, and see the one before them", () => {
    const entries = [
      variable("x", "first"),
      { name: "x", variable: { jmesPath: "join('-', [x, 'second'])" } },
    ];
    assert.equal(shown("{{ x }}", ...entries), "first-second");
  });
});
