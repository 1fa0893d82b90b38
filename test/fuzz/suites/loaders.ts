import assert from "node:assert/strict";
import * as fc from "fast-check";

import { decodeText } from "#cli/documents/decode-text.ts";
import { locateField } from "#cli/documents/locate-field.ts";
import { readDocuments } from "#cli/documents/read-documents.ts";
import type { ReadDocument } from "#cli/documents/source-document.ts";
import { splitDocuments } from "#cli/documents/split-documents.ts";
import { decodePolicyDocument } from "#cli/policies/decode-policy.ts";
import { decodeResource } from "#cli/resources/scan-resource.ts";

import { asyncProperty } from "../suite.ts";
import type { FuzzSuite } from "../suite.ts";

const file = "given.yaml";
/** A file of a few kilobytes, on a busy machine. */
const maxMs = 10_000;

const seeds: readonly string[] = [
  `apiVersion: v1
kind: ConfigMap
metadata: {name: a, labels: {team: "?*"}}
data: &data
  text: |
    some
      lines
  folded: >-
    others
---
# comment
apiVersion: v1
kind: List
items:
- {apiVersion: v1, kind: Pod, metadata: {name: p}, spec: {containers: [{image: 'a:1'}]}}
- <<: *data
...
`,
  `apiVersion: kyverno.io/v1
kind: ClusterPolicy
metadata:
  name: p
  annotations: {pod-policies.kyverno.io/autogen-controllers: none}
spec:
  validationFailureAction: Audit
  rules:
  - name: r
    match: {any: [{resources: {kinds: [Pod, apps/v1/Deployment]}}]}
    context: [{name: c, apiCall: {urlPath: "/api/v1/pods", jmesPath: "length(items)"}}]
    preconditions: {all: [{key: "{{ c }}", operator: GreaterThan, value: 1}]}
    validate: {message: "{{ request.object.metadata.name }}", pattern: {spec: {"=(hostPID)": "!true", "^(x)": [{a: ">1"}]}}}
`,
  `{"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "s", "uid": "1"}, "data": {"a": null}}
{"apiVersion": "v1", "kind": "Service", "metadata": {"namespace": "n"}, "spec": {"ports": [{"port": 1e400}]}}
`,
];

/** Pieces that mean something to a parser. */
const pieces: readonly string[] = [
  Array.from("{}[]:,-?&*!|>'\"%@`#~=<\\\t\r\n \0\u0085\u2028\uFEFF"),
  ["---", "...", "---\n", ": ", "- ", "? ", "<<: ", "&a ", "*a", "!!binary ", "!!int x", "%YAML 1.1\n"],
  ["|+9\n", ">-\n", "\n\n", "  ", "null", ".nan", "0x", "1e999", "0o8", "__proto__: ", "constructor"],
  ["&a [*a]", "{<<: *a}", '{"a":', "}\n{", "]\n[", "\\u0000", "\ud800", "apiVersion: ", "kind: List"],
].flat();

/** A seed in which pieces were put in, cut out, or repeated. */
const mutated: fc.Arbitrary<string> = fc
  .tuple(
    fc.constantFrom(...seeds),
    fc.array(
      fc.record({
        at: fc.double({ min: 0, max: 1, noNaN: true }),
        cut: fc.nat({ max: 40 }),
        piece: fc.constantFrom(...pieces),
        times: fc.oneof(fc.constant(1), fc.nat({ max: 300 })),
      }),
      { maxLength: 12 },
    ),
  )
  .map(([seed, changes]) =>
    changes.reduce((text, { at, cut, piece, times }) => {
      const from = Math.floor(at * text.length);
      return text.slice(0, from) + piece.repeat(times) + text.slice(from + cut);
    }, seed),
  );

const bytes: fc.Arbitrary<Uint8Array> = fc.oneof(
  fc.uint8Array({ maxLength: 2000 }),
  mutated.map((text) => new Uint8Array(Buffer.from(text, "utf16le"))),
  fc.tuple(mutated, fc.nat(), fc.nat({ max: 255 })).map(([text, at, value]) => {
    const encoded = Buffer.from(text);
    if (encoded.length > 0) encoded[at % encoded.length] = value;
    return new Uint8Array(encoded);
  }),
  fc
    .tuple(fc.constantFrom([0xff, 0xfe], [0xfe, 0xff], [0xef, 0xbb, 0xbf]), fc.uint8Array())
    .map(([mark, rest]) => new Uint8Array([...mark, ...rest])),
);

async function* chunksOf<T extends string | Uint8Array>(whole: T, size: number): AsyncGenerator<T> {
  await Promise.resolve();
  for (let at = 0; at < whole.length; at += size) yield whole.slice(at, at + size) as T;
}

async function loadAll(text: AsyncIterable<string>): Promise<readonly ReadDocument[]> {
  const startMs = performance.now();
  const documents = await Array.fromAsync(readDocuments([file], { open: () => text }));
  for (const document of documents) checkDocument(document);
  const ms = performance.now() - startMs;
  assert.ok(ms < maxMs, `it took ${Math.round(ms)} ms`);
  return documents;
}

/** A problem names file and line; a document can be read as anything, and its fields found. */
function checkDocument(document: ReadDocument): void {
  if (document.kind === "problem") {
    assert.match(document.message, /^given\.yaml:\d+(?: \(document \d+\))?: ./s);
    return;
  }
  assert.match((document.warnings ?? []).join("\n"), /^(?:given\.yaml:\d+: .*(?:\n|$))*$/s);
  decodeResource(document.content);
  const decoded = decodePolicyDocument(document.content);
  const paths = decoded.kind === "refused" ? decoded.problems.map(({ path }) => path) : [];
  for (const path of ["", "metadata.name", ...paths]) {
    const { line, column } = locateField(document, path);
    assert.ok(line >= document.text.line && column >= 1, `${path} at ${line}:${column}`);
  }
}

/** What reads the files that people hand over. */
export const loaders: FuzzSuite = {
  name: "loaders",
  properties: [
    asyncProperty("bytes are read, or refused with file and line", bytes, async (given) => {
      await loadAll(decodeText(chunksOf(given, 700)));
    }),
    asyncProperty("damaged manifests are read, or refused with file and line", mutated, async (text) => {
      await loadAll(chunksOf(text, 700));
    }),
    asyncProperty(
      "documents are the same whatever the chunks are",
      fc.tuple(mutated, fc.integer({ min: 1, max: 50 })),
      async ([text, size]) => {
        const split = async (by: number): Promise<unknown> => {
          try {
            return await Array.fromAsync(splitDocuments(chunksOf(text, by)));
          } catch (error) {
            // How far the reading got may differ, the reason may not.
            return (error as Error).message;
          }
        };
        assert.deepEqual(await split(size), await split(text.length + 1));
      },
    ),
  ],
};
