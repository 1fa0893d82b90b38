import assert from "node:assert/strict";
import { test } from "node:test";
import { buildGoMod, decodeKubernetesModule, kubernetesVersionOf } from "#test/cluster/go-module.ts";
import { isNewerVersion } from "#test/cluster/version-order.ts";

const upstream = `module k8s.io/kubernetes

go 1.24.0

godebug default=go1.24

require (
	go.etcd.io/etcd/client/v3 v3.5.24
	k8s.io/api v0.0.0
)

require (
	go.etcd.io/etcd/server/v3 v3.5.21 // indirect
)

replace (
	k8s.io/api => ./staging/src/k8s.io/api
	k8s.io/client-go => ./staging/src/k8s.io/client-go
)
`;

test("Go version, etcd and staging modules come from Kubernetes' own go.mod", () => {
  assert.deepEqual(decodeKubernetesModule(upstream), {
    goVersion: "1.24.0",
    goDebugDefault: "go1.24",
    etcdVersion: "v3.5.21",
    stagingModules: ["k8s.io/api", "k8s.io/client-go"],
  });
});

test("a godebug block is read like a godebug line, and none at all is none", () => {
  const line = "godebug default=go1.24";
  assert.equal(
    decodeKubernetesModule(upstream.replace(line, "godebug (\n\tdefault=go1.23\n)")).goDebugDefault,
    "go1.23",
  );
  assert.equal(decodeKubernetesModule(upstream.replace(line, "")).goDebugDefault, undefined);
});

test("a go.mod without staging modules is refused", () => {
  assert.throws(() => decodeKubernetesModule("module example.org/other\n\ngo 1.24.0\n"), /not as expected/);
});

test("the built go.mod replaces every staging module by the version that belongs to Kubernetes' version", () => {
  const text = buildGoMod("1.33.4", decodeKubernetesModule(upstream));
  assert.match(text, /^\tk8s\.io\/api => k8s\.io\/api v0\.33\.4$/m);
  assert.match(text, /^\tk8s\.io\/client-go => k8s\.io\/client-go v0\.33\.4$/m);
  assert.match(text, /^\tgo\.etcd\.io\/etcd\/server\/v3 v3\.5\.21$/m);
  assert.match(text, /^godebug default=go1\.24$/m);
  assert.equal(kubernetesVersionOf(text), "1.33.4");
});

test("versions are ordered by their numbers, not by their text", () => {
  const cases: readonly (readonly [string, string, boolean])[] = [
    ["1.10", "1.9", true],
    ["1.9", "1.10", false],
    ["1.26.0", "1.26", false],
    ["1.26.1", "1.26", true],
    ["1.26", "1.26.8", false],
  ];
  for (const [version, than, expected] of cases) {
    assert.equal(isNewerVersion(version, than), expected, `${version} newer than ${than}`);
  }
});
