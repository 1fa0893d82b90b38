import assert from "node:assert/strict";
import { test } from "node:test";
import { proxyFor } from "./proxy.ts";

test("NO_PROXY is read as Go's clients read it", () => {
  for (const [server, noProxy, isProxied] of [
    ["https://10.96.0.1", "", true],
    ["https://10.96.0.1", "10.96.0.0/12", false],
    ["https://10.112.0.1", "10.96.0.0/12", true],
    ["https://10.96.0.1:6443", "10.96.0.1:443", true],
    ["https://10.96.0.1:6443", " 10.96.0.1:6443 ,x", false],
    ["https://[fd00::1]:6443", "fd00::/8", false],
    ["https://[fd00::1]:6443", "[fd00::1]:6443", false],
    ["https://api.example.com", "example.com", false],
    ["https://api.example.com", ".example.com", false],
    ["https://example.com", ".example.com", true],
    ["https://api.example.com", "*.Example.com", false],
    ["https://badexample.com", "example.com", true],
    ["https://api.example.com", "*", false],
    ["https://127.0.0.1:6443", "", false],
    ["https://localhost", "", false],
    ["https://10.96.0.1", "10.96.0.0/99,10.96.0.0/x,/", true],
  ] as const) {
    const env = { HTTPS_PROXY: "http://proxy:3128", NO_PROXY: noProxy };
    assert.equal(proxyFor(new URL(server), undefined, env) !== undefined, isProxied, `${server} ${noProxy}`);
  }
});

test("the kubeconfig's proxy-url comes before the environment, and the scheme chooses the variable", () => {
  const env = { https_proxy: "secure:1", HTTP_PROXY: "http://plain:2", NO_PROXY: "*" };
  assert.equal(proxyFor(new URL("https://127.0.0.1"), "socks5://s:3", env)?.href, "socks5://s:3");
  assert.equal(
    proxyFor(new URL("https://host"), undefined, { https_proxy: "secure:1" })?.href,
    "http://secure:1/",
  );
  assert.equal(
    proxyFor(new URL("http://host"), undefined, { HTTP_PROXY: "http://plain:2" })?.href,
    "http://plain:2/",
  );
  assert.equal(proxyFor(new URL("http://host"), undefined, { HTTPS_PROXY: "http://plain:2" }), undefined);
});

test("a proxy address that cannot be used is an error that names where it stands", () => {
  assert.throws(() => proxyFor(new URL("https://h"), "ftp://x", {}), /proxy-url.*ftp/);
  assert.throws(() => proxyFor(new URL("https://h"), undefined, { HTTPS_PROXY: "http://" }), /HTTPS_PROXY/);
});
