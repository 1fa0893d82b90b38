import assert from "node:assert/strict";
import * as fc from "fast-check";
import { customKinds } from "#api/kinds.ts";
import { decodeMeta } from "#api/meta/object-meta.ts";
import type { KubeObject } from "#api/meta/object-meta.ts";
import { decode } from "#api/schema/decode.ts";
import { PatchError } from "#engine/mutate/patch-error.ts";
import { decodeJsonPatch } from "#engine/mutate/json-patch/decode-json-patch.ts";
import { decodeStoredReport, isManaged, isWellFormed } from "#reports/stored-report.ts";
import { hostileTexts, jsonOf } from "../arbitraries/json.ts";
import { ofSchema } from "../arbitraries/of-schema.ts";
import { property } from "../suite.ts";
import type { FuzzSuite } from "../suite.ts";

const schemas = customKinds.flatMap(({ versions }) => versions.map(({ schema }) => schema));
const documents = jsonOf(
  fc.constantFrom(
    "apiVersion",
    "kind",
    "metadata",
    "name",
    "uid",
    "labels",
    "spec",
    "scope",
    "results",
    "owner",
  ),
).any;
const likely = fc
  .constantFrom(...schemas)
  .chain((schema) => ofSchema(schema.node).map((value) => ({ schema, value })));

/** Kubernetes objects as a watch gives them: parsed JSON, checked for nothing. */
const objects = jsonOf(
  fc.constantFrom(
    "metadata",
    "name",
    "uid",
    "ownerReferences",
    "labels",
    "results",
    "scope",
    "policy",
    "properties",
  ),
).object;

const checkDecoded = (decoded: ReturnType<typeof decode>): void => {
  if (decoded.ok) return;
  assert.ok(decoded.problems.length > 0);
  for (const { path, message } of decoded.problems) {
    assert.equal(typeof path, "string");
    assert.ok(message !== "");
  }
};

export const decoders: FuzzSuite = {
  name: "decoders",
  properties: [
    property(
      "accepts or refuses any JSON",
      fc.tuple(fc.constantFrom(...schemas), documents),
      ([schema, value]) => {
        checkDecoded(decode(schema, value));
      },
    ),
    property("accepts or refuses what almost fits", likely, ({ schema, value }) => {
      checkDecoded(decode(schema, value));
    }),
    property("decodes what it decoded to the same", likely, ({ schema, value }) => {
      const first = decode(schema, value);
      if (!first.ok) return;
      assert.deepEqual(decode(schema, first.value), first);
    }),
    property("reads metadata and stored reports of any shape", objects, (object) => {
      const meta = decodeMeta(object);
      const report = decodeStoredReport(object as unknown as KubeObject);
      if (meta === undefined || report === undefined) return;
      assert.equal(typeof isManaged(report.meta), "boolean");
      assert.equal(typeof isWellFormed(report), "boolean");
    }),
    property(
      "reads any text as a JSON patch or refuses it",
      fc.oneof(hostileTexts, documents.map(textOf), fc.array(documents, { maxLength: 3 }).map(textOf)),
      (text) => {
        try {
          decodeJsonPatch(text);
        } catch (error) {
          assert.ok(error instanceof PatchError, String(error));
        }
      },
    ),
  ],
};

function textOf(value: unknown): string {
  return JSON.stringify(value, (_key, item: unknown) => (typeof item === "bigint" ? String(item) : item));
}
