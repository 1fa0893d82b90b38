import { QueryError } from "../../errors.ts";
import { decodeBase64, encodeBase64 } from "../base64.ts";
import { textAt } from "../call-arguments.ts";
import type { Call, FunctionSpec } from "../function-spec.ts";
import { md5 } from "../md5.ts";
import { sha1 } from "../sha1.ts";
import { sha256 } from "../sha256.ts";
import { utf8Bytes, utf8Text } from "../utf8.ts";

/** Kyverno's functions that encode and hash texts; all work on their UTF-8 bytes. */
export const encodingFunctions: readonly FunctionSpec[] = [
  {
    name: "base64_decode",
    parameters: [["string"]],
    returns: "string",
    call: base64Decode,
    examples: [
      ["base64_decode('SGVsbG8sIHdvcmxkIQ==')", "Hello, world!"],
      ["base64_decode('4oKs\n')", "€"],
      ["base64_decode('')", ""],
    ],
    errors: [
      ["base64_decode('YQ')", "illegal base64 data at input byte 0"],
      ["base64_decode('*')", "illegal base64 data at input byte 0"],
    ],
  },
  {
    name: "base64_encode",
    parameters: [["string"]],
    returns: "string",
    call: (call) => encodeBase64(bytesAt(call)),
    examples: [
      ["base64_encode('Hello, world!')", "SGVsbG8sIHdvcmxkIQ=="],
      ["base64_encode('€')", "4oKs"],
    ],
    errors: [["base64_encode(`1`)", 'Invalid type for: 1, expected: []jmespath.JpType{"string"}']],
  },
  {
    name: "sha256",
    parameters: [["string"]],
    returns: "string",
    call: (call) => sha256(bytesAt(call)),
    examples: [["sha256('a')", "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb"]],
    errors: [["sha256(`null`)", 'Invalid type for: <nil>, expected: []jmespath.JpType{"string"}']],
  },
  {
    name: "sha1",
    parameters: [["string"]],
    returns: "string",
    call: (call) => sha1(bytesAt(call)),
    examples: [["sha1('a')", "86f7e437faa5a7fce15d1ddcb9eaeaea377667b8"]],
    errors: [["sha1(`1`)", 'Invalid type for: 1, expected: []jmespath.JpType{"string"}']],
  },
  {
    name: "md5",
    parameters: [["string"]],
    returns: "string",
    call: (call) => md5(bytesAt(call)),
    examples: [["md5('a')", "0cc175b9c0f1b6a831c399e269772661"]],
    errors: [["md5(`[]`)", 'Invalid type for: [], expected: []jmespath.JpType{"string"}']],
  },
];

/** The bytes of the text; hashing and encoding them takes a step for every eighth. */
function bytesAt(call: Call): Uint8Array {
  const bytes = utf8Bytes(textAt(call, 0));
  call.environment.budget.step(1 + (bytes.length >> 1));
  return bytes;
}

function base64Decode(call: Call): string {
  const text = textAt(call, 0);
  call.environment.budget.step(1 + (text.length >> 3));
  const decoded = decodeBase64(text);
  if (decoded.kind === "failed") {
    throw new QueryError("failed", `illegal base64 data at input byte ${decoded.offset}`);
  }
  return utf8Text(decoded.bytes);
}
