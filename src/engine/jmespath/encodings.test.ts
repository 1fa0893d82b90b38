import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { describe, test } from "node:test";
import * as fc from "fast-check";
import { decodeBase64, encodeBase64 } from "./base64.ts";
import { md5 } from "./md5.ts";
import { sha1 } from "./sha1.ts";
import { sha256 } from "./sha256.ts";
import { utf8Bytes, utf8Text } from "./utf8.ts";

describe("digests", () => {
  for (const [name, digest] of [
    ["md5", md5],
    ["sha1", sha1],
    ["sha256", sha256],
  ] as const) {
    test(`${name} agrees with OpenSSL for every length around the block size`, () => {
      for (let length = 0; length < 200; length += 1) {
        const bytes = Uint8Array.from({ length }, (_, index) => (index * 37 + length) & 0xff);
        assert.equal(digest(bytes), createHash(name).update(bytes).digest("hex"));
      }
    });
  }
});

describe("UTF-8", () => {
  test("texts keep their characters", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        assert.deepEqual(Buffer.from(utf8Bytes(text)), Buffer.from(text, "utf8"));
        assert.equal(utf8Text(utf8Bytes(text)), text);
      }),
    );
  });

  test("each byte that is no UTF-8 becomes a replacement character", () => {
    assert.equal(
      utf8Text(Uint8Array.of(0x61, 0xff, 0xe2, 0x82, 0x62, 0xed, 0xa0, 0x80)),
      "a\ufffd\ufffd\ufffdb\ufffd\ufffd\ufffd",
    );
  });
});

describe("base64", () => {
  test("bytes keep their values", () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        const text = encodeBase64(bytes);
        assert.equal(text, Buffer.from(bytes).toString("base64"));
        assert.deepEqual(decodeBase64(text), { kind: "bytes", bytes: Uint8Array.from(bytes) });
      }),
    );
  });

  // Offsets as Go reports them.
  for (const [text, offset] of [
    ["a$b=", 1],
    ["YQ", 0],
    ["YQ=", 3],
    ["YWI", 0],
    ["YWJj=", 4],
    ["YQ==x", 4],
    ["=", 0],
    ["Y=", 1],
    ["YWJjYQ", 4],
    ["YQ=x", 2],
    ["é", 0],
  ] as const) {
    test(`${text} is refused at byte ${offset}`, () => {
      assert.deepEqual(decodeBase64(text), { kind: "failed", offset });
    });
  }
});
