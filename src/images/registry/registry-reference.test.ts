import assert from "node:assert/strict";
import { test } from "node:test";
import { parseRegistryReference, parseRepository } from "./registry-reference.ts";

const hex = "a".repeat(64);
const read: readonly [string, string][] = [
  ["nginx", "index.docker.io library/nginx latest "],
  ["docker.io/nginx:1", "index.docker.io library/nginx 1 "],
  ["a/b", "index.docker.io a/b latest "],
  ["localhost:5000/a/b:1", "localhost:5000 a/b 1 "],
  [`r.example/a:1@sha256:${hex}`, `r.example a 1 sha256:${hex}`],
  [`r.example/a@sha256:${hex}`, `r.example a  sha256:${hex}`],
];
for (const [text, parts] of read) {
  test(`${text} is read`, () => {
    const found = parseRegistryReference(text);
    assert.equal(
      found === undefined ? undefined : [found.registry, found.repository, found.tag, found.digest].join(" "),
      parts,
    );
  });
}

for (const text of [
  "",
  " ",
  "r.example/",
  "r.example/A",
  "r.example/a:",
  "r.example/a@sha256:12",
  `r.example/a@md5:${"a".repeat(32)}`,
  "r.example/../a",
  "r.example/a/../../v2",
  "r.example/a?x=1",
  "https://r.example/a",
  "r.example\r\nhost: evil/a",
  "a".repeat(2_000),
]) {
  test(`${JSON.stringify(text.slice(0, 40))} is no reference`, () =>
    assert.equal(parseRegistryReference(text), undefined));
}

test("a repository has neither tag nor digest", () => {
  assert.equal(parseRepository("r.example:5000/a/b")?.repository, "a/b");
  assert.equal(parseRepository("r.example/a:1"), undefined);
  assert.equal(parseRepository(`r.example/a@sha256:${hex}`), undefined);
});
