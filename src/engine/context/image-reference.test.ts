import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { parseImageReference } from "./image-reference.ts";

const digest = `sha256:${"ab".repeat(32)}`;

const cases: readonly [text: string, registry: string, path: string, tag: string, digest: string][] = [
  ["nginx", "docker.io", "nginx", "latest", ""],
  ["nginx:1.27", "docker.io", "nginx", "1.27", ""],
  ["team/app", "docker.io", "team/app", "latest", ""],
  ["ghcr.io/team/app:v1", "ghcr.io", "team/app", "v1", ""],
  ["localhost/app", "localhost", "app", "latest", ""],
  ["registry:5000/app", "registry:5000", "app", "latest", ""],
  ["Registry/app", "Registry", "app", "latest", ""],
  [`r.io/app@${digest}`, "r.io", "app", "", digest],
  [`r.io/app:1@${digest}`, "r.io", "app", "1", digest],
];

describe("parseImageReference", () => {
  for (const [text, registry, path, tag, expected] of cases) {
    it(`reads ${text}`, () => {
      const name = path.slice(path.lastIndexOf("/") + 1);
      assert.deepEqual(parseImageReference(text), { registry, path, name, tag, digest: expected });
    });
  }

  for (const text of [
    "",
    "UPPER",
    "a b",
    "r.io/",
    "r.io/a:",
    "r.io/a@sha256:12",
    "r.io//a",
    "x".repeat(5000),
  ]) {
    it(`refuses ${text === "" ? "an empty text" : text.slice(0, 20)}`, () => {
      assert.equal(parseImageReference(text), undefined);
    });
  }
});
