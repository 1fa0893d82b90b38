import assert from "node:assert/strict";
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import type { TestContext } from "node:test";
import type { TLSSocket } from "node:tls";
import { stringify } from "yaml";
import { sendJson, sendStatus, startScriptedServer } from "#test/support/scripted-server.ts";
import { widgets } from "#test/support/scripted-kind.ts";
import {
  testAuthority,
  testClientCertificate,
  testClientKey,
  testServerCertificate,
  testServerKey,
} from "#test/support/tls-fixture.ts";
import { createKubeClient } from "./create-kube-client.ts";
import { loadClusterAccess } from "./kube-config.ts";
import type { ClusterAccessOptions } from "./kube-config.ts";

const base64 = (text: string): string => Buffer.from(text).toString("base64");

async function folder(t: TestContext): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), "kube-config-"));
  t.after(() => rm(path, { recursive: true }));
  return path;
}

type Fields = Readonly<Record<string, unknown>>;

async function kubeconfig(t: TestContext, cluster: Fields, user: Fields): Promise<string> {
  const file = join(await folder(t), "config");
  const document = {
    clusters: [{ name: "c", cluster }],
    users: [{ name: "u", user }],
    contexts: [{ name: "x", context: { cluster: "c", user: "u", namespace: "team" } }],
    "current-context": "x",
  };
  await writeFile(file, stringify(document));
  return file;
}

const nowhere = { env: {}, homeDir: "/nonexistent", serviceAccountDir: "/nonexistent" };

async function clientOf(t: TestContext, options: Partial<ClusterAccessOptions>) {
  const config = await loadClusterAccess({ ...nowhere, ...options });
  const client = createKubeClient({ config, userAgent: "test" });
  t.after(() => client.close());
  return client;
}

/** Answers with the client's name, if its certificate was checked, and its Authorization header. */
async function tlsServer(t: TestContext) {
  const server = await startScriptedServer(
    ({ headers, raw }, response) => {
      const socket = raw.socket as TLSSocket;
      const name = socket.authorized ? socket.getPeerCertificate().subject.CN : "";
      sendJson(response, 200, { name, authorization: headers.authorization ?? "" });
    },
    {
      key: testServerKey,
      cert: testServerCertificate,
      ca: testAuthority,
      requestCert: true,
      rejectUnauthorized: false,
    },
  );
  t.after(() => server.close());
  return server;
}

test("authority, server name, client certificate and token of a kubeconfig are used", async (t) => {
  const server = await tlsServer(t);
  const config = await kubeconfig(
    t,
    {
      server: server.url.href,
      "certificate-authority-data": base64(testAuthority),
      "tls-server-name": "api.test",
    },
    {
      "client-certificate-data": base64(testClientCertificate),
      "client-key-data": base64(testClientKey),
      token: "abc",
    },
  );
  const client = await clientOf(t, { kubeconfig: config });
  assert.equal(client.defaultNamespace, "team");
  assert.deepEqual(await client.rawGet("/version"), { name: "client", authorization: "Bearer abc" });
});

test("a server that the authority did not sign, or of another name, is not spoken to", async (t) => {
  const server = await tlsServer(t);
  for (const cluster of [
    { server: server.url.href, "tls-server-name": "api.test" },
    {
      server: server.url.href,
      "tls-server-name": "other.test",
      "certificate-authority-data": base64(testAuthority),
    },
  ]) {
    const client = await clientOf(t, { kubeconfig: await kubeconfig(t, cluster, { token: "secret" }) });
    await assert.rejects(client.rawGet("/version"), { name: "TransportError", kind: "tls" });
  }
  assert.equal(server.requests.length, 0);
  const insecure = { server: server.url.href, "insecure-skip-tls-verify": true };
  const client = await clientOf(t, {
    kubeconfig: await kubeconfig(t, insecure, { username: "me", password: "x" }),
  });
  assert.deepEqual(await client.rawGet("/"), { name: "", authorization: `Basic ${base64("me:x")}` });
});

test("files named in a kubeconfig are found beside it, and read again as they change", async (t) => {
  const server = await tlsServer(t);
  const config = await kubeconfig(
    t,
    { server: server.url.href, "certificate-authority": "ca.crt", "tls-server-name": "api.test" },
    { tokenFile: "token", "client-certificate": "client.crt", "client-key": "client.key" },
  );
  const put = (name: string, text: string) => writeFile(join(config, "..", name), text);
  await Promise.all([
    put("ca.crt", testAuthority),
    put("client.crt", testClientCertificate),
    put("client.key", testClientKey),
    put("token", "first\n"),
  ]);
  let clockMs = 0;
  const client = await clientOf(t, { kubeconfig: config, monotonic: () => clockMs });
  const ask = () => client.rawGet("/");
  assert.deepEqual(await ask(), { name: "client", authorization: "Bearer first" });
  await put("token", "second");
  assert.deepEqual(await ask(), { name: "client", authorization: "Bearer first" });
  clockMs += 20_000;
  assert.deepEqual(await ask(), { name: "client", authorization: "Bearer second" });
  await rm(join(config, "..", "token"));
  clockMs += 20_000;
  assert.deepEqual(await ask(), { name: "client", authorization: "Bearer second" });
});

test("a token that was rotated early is read again after a 401", async (t) => {
  const directory = await folder(t);
  const server = await startScriptedServer(({ headers }, response) =>
    headers.authorization === "Bearer new"
      ? sendJson(response, 200, {})
      : sendStatus(response, 401, "Unauthorized"),
  );
  t.after(() => server.close());
  await writeFile(join(directory, "token"), "old");
  const config = await kubeconfig(t, { server: server.url.href }, { tokenFile: join(directory, "token") });
  const client = await clientOf(t, { kubeconfig: config });
  await assert.rejects(client.rawGet("/"), { status: 401 });
  assert.equal(server.requests.length, 1);
  await writeFile(join(directory, "token"), "new");
  await client.rawGet("/");
  assert.equal(server.requests.length, 3);
});

test("in a pod the service account is used", async (t) => {
  const directory = await folder(t);
  const server = await tlsServer(t);
  await Promise.all([
    writeFile(join(directory, "token"), "pod"),
    writeFile(join(directory, "ca.crt"), testAuthority),
    writeFile(join(directory, "namespace"), "kyverno"),
  ]);
  const env = { KUBERNETES_SERVICE_HOST: "127.0.0.1", KUBERNETES_SERVICE_PORT: server.url.port };
  const access = await loadClusterAccess({ ...nowhere, env, serviceAccountDir: directory });
  assert.equal(access.server.href, `https://127.0.0.1:${server.url.port}/`);
  assert.equal(access.namespace, "kyverno");
  assert.deepEqual(await access.credentials.current(), {
    authorization: "Bearer pod",
    tls: { ca: testAuthority, rejectUnauthorized: true },
  });
  const v6 = { KUBERNETES_SERVICE_HOST: "fd00::1", KUBERNETES_SERVICE_PORT: "443" };
  const other = await loadClusterAccess({ ...nowhere, env: v6, serviceAccountDir: directory });
  assert.equal(other.server.href, "https://[fd00::1]/");
});

/** A credential plugin that counts its runs in a file and gives the token of a second file. */
async function plugin(t: TestContext) {
  const directory = await folder(t);
  const command = join(directory, "plugin");
  const script = `#!${process.execPath}
const fs = require("node:fs");
fs.appendFileSync(${JSON.stringify(join(directory, "runs"))}, process.env.KUBERNETES_EXEC_INFO + "\\n");
process.stdout.write(fs.readFileSync(${JSON.stringify(join(directory, "answer"))}));
if (process.argv[2] === "fail") { process.stderr.write("no login"); process.exit(3); }
`;
  await writeFile(command, script);
  await chmod(command, 0o755);
  const apiVersion = "client.authentication.k8s.io/v1";
  return {
    exec: { apiVersion, command, provideClusterInfo: true, interactiveMode: "IfAvailable" },
    answer: (status: Fields) =>
      writeFile(join(directory, "answer"), JSON.stringify({ apiVersion, kind: "ExecCredential", status })),
    answerText: (text: string) => writeFile(join(directory, "answer"), text),
    runs: async () => (await readFile(join(directory, "runs"), "utf8")).trimEnd().split("\n"),
  };
}

test("a credential plugin is run once, when its credential has expired, and after a 401", async (t) => {
  const { exec, answer, runs } = await plugin(t);
  let good = "one";
  const server = await startScriptedServer(({ headers }, response) =>
    headers.authorization === `Bearer ${good}`
      ? sendJson(response, 200, {})
      : sendStatus(response, 401, "Unauthorized"),
  );
  t.after(() => server.close());
  let nowMs = Date.parse("2030-01-01T00:00:00Z");
  const config = await kubeconfig(t, { server: server.url.href }, { exec });
  const client = await clientOf(t, { kubeconfig: config, now: () => nowMs });
  await answer({ token: "one", expirationTimestamp: "2030-01-01T01:00:00Z" });
  await Promise.all([client.rawGet("/"), client.rawGet("/")]);
  await client.rawGet("/");
  const [info = ""] = await runs();
  assert.equal((await runs()).length, 1);
  const told = JSON.parse(info) as {
    kind: string;
    spec: { interactive: boolean; cluster: { server: string } };
  };
  assert.equal(told.kind, "ExecCredential");
  assert.equal(told.spec.interactive, false);
  assert.equal(`${told.spec.cluster.server}/`, server.url.href);

  good = "two";
  await answer({ token: "two", expirationTimestamp: "2030-01-01T01:00:00Z" });
  await client.rawGet("/");
  assert.equal((await runs()).length, 2);

  nowMs += 3_600_000;
  await answer({ token: "two", expirationTimestamp: "2030-01-01T03:00:00Z" });
  await client.rawGet("/");
  assert.equal((await runs()).length, 3);
});

test("a plugin's client certificate makes new connections", async (t) => {
  const { exec, answer } = await plugin(t);
  const server = await tlsServer(t);
  const cluster = {
    server: server.url.href,
    "certificate-authority-data": base64(testAuthority),
    "tls-server-name": "api.test",
  };
  await answer({ clientCertificateData: testClientCertificate, clientKeyData: testClientKey });
  const client = await clientOf(t, { kubeconfig: await kubeconfig(t, cluster, { exec }) });
  assert.deepEqual(await client.rawGet("/"), { name: "client", authorization: "" });
});

test("what goes wrong with a plugin is told with the plugin's own words", async (t) => {
  const { exec, answerText } = await plugin(t);
  await answerText("");
  const load = async (spec: Fields) =>
    (
      await loadClusterAccess({
        ...nowhere,
        kubeconfig: await kubeconfig(t, { server: "https://h" }, { exec: spec }),
      })
    ).credentials.current();
  await assert.rejects(load({ ...exec, args: ["fail"] }), /plugin.* failed \(3\): no login/);
  await assert.rejects(load(exec), /printed no JSON/);
  await assert.rejects(
    load({ ...exec, command: "no-such-plugin", installHint: "install it" }),
    /ENOENT.*install it/,
  );
  await assert.rejects(load({ ...exec, interactiveMode: "Always" }), /terminal/);
  await assert.rejects(load({ ...exec, apiVersion: "client.authentication.k8s.io/v1alpha1" }), /v1alpha1/);
  await answerText('{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1","status":{}}');
  await assert.rejects(load(exec), /neither a token nor a client certificate/);
});

test("requests go through a proxy with CONNECT, and TLS is with the API server", async (t) => {
  const server = await tlsServer(t);
  const asked: string[] = [];
  const proxy = createServer();
  proxy.on("connect", (request, socket) => {
    asked.push(`${request.url} ${request.headers["proxy-authorization"] ?? ""}`);
    const upstream = connect(Number(server.url.port), "127.0.0.1", () => {
      socket.write("HTTP/1.1 200 OK\r\n\r\n");
      upstream.pipe(socket).pipe(upstream);
    });
    upstream.on("error", () => socket.destroy());
    socket.on("error", () => upstream.destroy());
  });
  await new Promise<void>((done) => {
    proxy.listen(0, "127.0.0.1", done);
  });
  t.after(() => {
    proxy.closeAllConnections();
    proxy.close();
  });
  const { port } = proxy.address() as AddressInfo;
  const cluster = { server: "https://api.test:6443", "certificate-authority-data": base64(testAuthority) };
  const env = { HTTPS_PROXY: `http://me:pw@127.0.0.1:${port}`, NO_PROXY: "other.test" };
  const client = await clientOf(t, { kubeconfig: await kubeconfig(t, cluster, { token: "abc" }), env });
  assert.deepEqual(await client.rawGet("/"), { name: "", authorization: "Bearer abc" });
  await client.watch(widgets, { timeoutSeconds: 60 });
  assert.deepEqual(asked, Array(2).fill(`api.test:6443 Basic ${base64("me:pw")}`));
  assert.equal(server.requests[0]?.headers["proxy-authorization"], undefined);
});

test("several kubeconfigs are merged, the first of a name counts", async (t) => {
  const first = await kubeconfig(t, { server: "https://first" }, { token: "1" });
  const second = join(await folder(t), "second");
  await writeFile(
    second,
    stringify({
      clusters: [
        { name: "c", cluster: { server: "https://second" } },
        { name: "d", cluster: { server: "https://third" } },
      ],
      users: [{ name: "v", user: { token: "2" } }],
      contexts: [{ name: "y", context: { cluster: "d", user: "v" } }],
      "current-context": "y",
    }),
  );
  const env = { KUBECONFIG: ["/nonexistent", first, second].join(process.platform === "win32" ? ";" : ":") };
  const load = (context?: string) =>
    loadClusterAccess({ ...nowhere, env, ...(context === undefined ? {} : { context }) });
  assert.equal((await load()).server.href, "https://first/");
  const other = await load("y");
  assert.equal(other.server.href, "https://third/");
  assert.equal((await other.credentials.current()).authorization, "Bearer 2");
});

test("what is missing or not supported is an error that says so", async (t) => {
  const cluster = { server: "https://h" };
  const load = async (user: Fields, options: Partial<ClusterAccessOptions> = {}, base: Fields = cluster) =>
    loadClusterAccess({ ...nowhere, kubeconfig: await kubeconfig(t, base, user), ...options });
  await assert.rejects(loadClusterAccess(nowhere), /no cluster to talk to/);
  await assert.rejects(loadClusterAccess({ ...nowhere, kubeconfig: "/none" }), /no kubeconfig at \/none/);
  await assert.rejects(loadClusterAccess({ ...nowhere, context: "x" }), /no kubeconfig/);
  await assert.rejects(load({}, { context: "other" }), /no context other \(there are: x\)/);
  await assert.rejects(load({ as: "admin" }), /impersonates admin/);
  await assert.rejects(load({ "auth-provider": { name: "gcp" } }), /auth-provider "gcp" is not supported/);
  await assert.rejects(load({}, {}, { server: "ftp://h" }), /no http or https URL/);
  await assert.rejects(load({}, {}, {}), /clusters\[0\].cluster.server is missing/);
  const file = join(await folder(t), "broken");
  await writeFile(file, "a: [");
  await assert.rejects(loadClusterAccess({ ...nowhere, kubeconfig: file }), /broken: /);
});

test("an id-token of an OpenID Connect provider is used while it lasts", async (t) => {
  const idToken = `h.${Buffer.from(JSON.stringify({ exp: 1000 })).toString("base64url")}.s`;
  const user = { "auth-provider": { name: "oidc", config: { "id-token": idToken } } };
  const file = await kubeconfig(t, { server: "https://h" }, user);
  const load = (nowMs: number) => loadClusterAccess({ ...nowhere, kubeconfig: file, now: () => nowMs });
  const access = await load(999_000);
  assert.equal((await access.credentials.current()).authorization, `Bearer ${idToken}`);
  await assert.rejects(load(1_000_000), /no valid OpenID Connect id-token.*kubelogin/);
});

test("a kubeconfig in the home directory is found", async (t) => {
  const home = await folder(t);
  await mkdir(join(home, ".kube"));
  const file = await kubeconfig(t, { server: "https://home" }, { token: "1" });
  await writeFile(join(home, ".kube", "config"), await readFile(file, "utf8"));
  assert.equal((await loadClusterAccess({ ...nowhere, homeDir: home })).server.href, "https://home/");
});
