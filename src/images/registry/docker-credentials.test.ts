import assert from "node:assert/strict";
import { test } from "node:test";
import { findCredential, parseDockerConfig } from "./docker-credentials.ts";

const auth = (user: string) => ({ auth: Buffer.from(`${user}:pass`).toString("base64") });

const places: readonly [string[], string, string, string | undefined][] = [
  [["registry.example"], "registry.example", "team/app", "registry.example"],
  [["https://registry.example/v1/"], "registry.example", "team/app", "https://registry.example/v1/"],
  [["registry.example/team", "registry.example"], "registry.example", "team/app", "registry.example/team"],
  [["registry.example/team"], "registry.example", "teams/app", undefined],
  [["registry.example/team/app"], "registry.example", "team/app", "registry.example/team/app"],
  [["registry.example"], "registry.example:5000", "team/app", undefined],
  [["registry.example:5000"], "registry.example:5000", "team/app", "registry.example:5000"],
  [["*.example"], "registry.example", "team/app", "*.example"],
  [["*.example"], "a.registry.example", "team/app", undefined],
  [["*.*.example"], "a.registry.example", "team/app", "*.*.example"],
  [["reg*.example"], "registry.example", "team/app", "reg*.example"],
  [["*.example", "registry.example"], "registry.example", "team/app", "registry.example"],
  [["*.example:443"], "registry.example", "team/app", undefined],
  [["example"], "registry.example", "team/app", undefined],
  [["registry.example"], "registry.example.evil.test", "team/app", undefined],
  [["https://index.docker.io/v1/"], "index.docker.io", "library/nginx", "https://index.docker.io/v1/"],
  [["docker.io"], "index.docker.io", "library/nginx", "docker.io"],
];
for (const [entries, registry, repository, expected] of places) {
  test(`${registry}/${repository} takes ${expected ?? "none"} of ${entries.join(", ")}`, () => {
    const text = JSON.stringify({ auths: Object.fromEntries(entries.map((one) => [one, auth(one)])) });
    const found = findCredential(parseDockerConfig(text) ?? [], registry, repository);
    // The user name ends at the first colon, as in HTTP.
    const name = expected?.split(":")[0];
    assert.equal(found?.kind === "basic" ? found.username : undefined, name);
  });
}

test("logins are read in all the forms that they are written in", () => {
  const login = (entry: object) =>
    findCredential(parseDockerConfig(JSON.stringify({ auths: { r: entry } })) ?? [], "r", "a/b");
  const basic = { kind: "basic", username: "ada", password: "a:b" };
  assert.deepEqual(login({ auth: Buffer.from("ada:a:b\0\0").toString("base64") }), basic);
  assert.deepEqual(login({ username: "ada", password: "a:b" }), basic);
  assert.deepEqual(login({ identitytoken: "t", auth: "x" }), { kind: "identity", token: "t" });
  assert.deepEqual(login({ registrytoken: "t" }), { kind: "bearer", token: "t" });
  assert.equal(login({ auth: "bm9jb2xvbg==" }), undefined);
  assert.equal(login({}), undefined);
});

test("the older form without `auths` is read too, and what is no configuration is none", () => {
  assert.equal(parseDockerConfig(JSON.stringify({ "r.example": auth("ada") }))?.length, 1);
  for (const text of ["", "[]", "null", '{"auths":[]}']) assert.equal(parseDockerConfig(text), undefined);
  assert.deepEqual(parseDockerConfig('{"auths":{"__proto__":{"auth":"YTpi"}}}')?.length, 1);
});
