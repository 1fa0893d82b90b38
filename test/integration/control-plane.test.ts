import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { controlPlaneSkipReason, kubectlSkipReason } from "#test/support/control-plane/availability.ts";
import { connectSuiteCluster } from "#test/support/control-plane/connect-suite-cluster.ts";
import type { KubectlResult } from "#test/support/control-plane/kubectl.ts";
import { startControlPlane } from "#test/support/control-plane/start-control-plane.ts";
import type { ControlPlane, TestCluster } from "#test/support/control-plane/test-cluster.ts";

/** Standard output of a kubectl that must have succeeded. */
const output = ({ stdout, stderr, code }: KubectlResult): string => {
  assert.equal(code, 0, stderr);
  return stdout;
};

describe("the cluster that the suite runs on", { skip: kubectlSkipReason() }, () => {
  const namespace = `suite-${process.pid}`;
  let cluster: TestCluster;

  before(async () => {
    cluster = await connectSuiteCluster();
    output(await cluster.kubectl(["create", "namespace", namespace]));
  });

  after(async () => {
    await cluster.kubectl(["delete", "namespace", namespace, "--wait=false"]);
    await cluster.stop();
  });

  test("serves a released version, not a development build", () => {
    assert.match(cluster.version, /^v1\.\d+\.\d+/);
  });

  test("kubectl creates a ConfigMap from its input and reads it back", async () => {
    const manifest = {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: "greeting" },
      data: { text: "hello" },
    };
    output(
      await cluster.kubectl(["create", `--namespace=${namespace}`, "--filename=-"], JSON.stringify(manifest)),
    );
    const read = output(
      await cluster.kubectl(["get", "configmap", "greeting", `--namespace=${namespace}`, "--output=json"]),
    );
    assert.deepEqual((JSON.parse(read) as { data: unknown }).data, { text: "hello" });
  });

  test("a kubectl that fails is an answer with its message and exit code", async () => {
    const { code, stdout, stderr } = await cluster.kubectl([
      "get",
      "configmap",
      "nowhere",
      `--namespace=${namespace}`,
    ]);
    assert.equal(code, 1);
    assert.equal(stdout, "");
    assert.match(stderr, /NotFound/);
  });

  test("a service account's kubeconfig acts as that service account, with its rights only", async () => {
    output(await cluster.kubectl(["create", "serviceaccount", "reader", `--namespace=${namespace}`]));
    const kubeconfig = await cluster.serviceAccountKubeconfig(namespace, "reader");
    const identity = await cluster.kubectl([`--kubeconfig=${kubeconfig}`, "auth", "whoami", "--output=json"]);
    const { status } = JSON.parse(output(identity)) as { status: { userInfo: { username: string } } };
    assert.equal(status.userInfo.username, `system:serviceaccount:${namespace}:reader`);
    const { code, stderr } = await cluster.kubectl([`--kubeconfig=${kubeconfig}`, "get", "secrets"]);
    assert.equal(code, 1);
    assert.match(stderr, /Forbidden/);
  });
});

describe("a control plane of one's own", { skip: controlPlaneSkipReason() }, () => {
  let plane: ControlPlane;

  before(async () => {
    plane = await startControlPlane({
      auditLog: true,
      users: [{ user: "alice", groups: ["developers"] }],
    });
  });

  after(() => plane.stop());

  test("has the version that its binaries say", async () => {
    const version = JSON.parse(output(await plane.kubectl(["version", "--output=json"]))) as {
      clientVersion: { gitVersion: string };
      serverVersion: { gitVersion: string };
    };
    assert.equal(version.serverVersion.gitVersion, plane.version);
    assert.notEqual(plane.version, "v0.0.0-master+$Format:%H$");
  });

  test("knows the users given at start and grants them nothing by itself", async () => {
    const kubeconfig = await plane.userKubeconfig("alice");
    const { code, stderr } = await plane.kubectl([`--kubeconfig=${kubeconfig}`, "get", "configmaps"]);
    assert.equal(code, 1);
    assert.match(stderr, /User "alice" cannot list resource "configmaps"/);
  });

  test("counts each request once by user, verb, resource and status", async () => {
    const before = await plane.auditCounts();
    output(await plane.kubectl(["create", "configmap", "counted", "--from-literal=n=1"]));
    await plane.kubectl(["create", "configmap", "counted", "--from-literal=n=1"]);
    const { total, rows } = await plane.auditCounts({
      user: "admin",
      userAgent: "kubectl/",
      resource: "configmaps",
      since: before,
    });
    assert.equal(total, 2);
    assert.deepEqual(
      rows.map(({ verb, namespace, code, count }) => ({ verb, namespace, code, count })),
      [
        { verb: "create", namespace: "default", code: 201, count: 1 },
        { verb: "create", namespace: "default", code: 409, count: 1 },
      ],
    );
  });

  test("counts a watch once, though it is logged when it starts and when it ends", async () => {
    const before = await plane.auditCounts();
    const watched = "/api/v1/namespaces/default/secrets?watch=true&timeoutSeconds=1";
    output(await plane.kubectl(["get", `--raw=${watched}`]));
    const { total } = await plane.auditCounts({ userAgent: "kubectl/", verb: "watch", since: before });
    assert.equal(total, 1);
  });

  for (const mode of ["graceful", "kill"] as const) {
    test(`keeps data and address when the API server is restarted (${mode})`, async () => {
      const name = `before-${mode}`;
      output(await plane.kubectl(["create", "configmap", name]));
      await plane.faults.stopApiServer(mode);
      assert.notEqual((await plane.kubectl(["get", "configmap", name])).code, 0);
      await plane.faults.startApiServer();
      output(await plane.kubectl(["get", "configmap", name]));
    });
  }

  test("keeps data and goes on counting writes when etcd is restarted", async () => {
    output(await plane.kubectl(["create", "configmap", "stored"]));
    const before = await plane.etcdMetrics();
    assert.ok(before.puts > 0 && before.dbBytes > 0);
    await plane.faults.restartEtcd();
    output(await plane.kubectl(["get", "configmap", "stored"]));
    assert.ok((await plane.etcdMetrics()).puts >= before.puts);
  });

  test("collects what a deleted owner leaves behind", async () => {
    const owner = output(await plane.kubectl(["create", "configmap", "owner", "--output=json"]));
    const { uid } = (JSON.parse(owner) as { metadata: { uid: string } }).metadata;
    const owned = {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: {
        name: "owned",
        ownerReferences: [{ apiVersion: "v1", kind: "ConfigMap", name: "owner", uid }],
      },
    };
    output(await plane.kubectl(["create", "--filename=-"], JSON.stringify(owned)));
    output(await plane.kubectl(["delete", "configmap", "owner"]));
    output(await plane.kubectl(["wait", "--for=delete", "configmap/owned", "--timeout=60s"]));
  });

  test("runs beside a second one that shares nothing with it", async () => {
    const second = await startControlPlane({ controllerManager: false });
    try {
      output(await plane.kubectl(["create", "configmap", "only-here"]));
      const { code, stderr } = await second.kubectl(["get", "configmap", "only-here"]);
      assert.equal(code, 1);
      assert.match(stderr, /NotFound/);
    } finally {
      await second.stop();
    }
  });

  test("says why it could not start, with the end of the log of the program that failed", async () => {
    await assert.rejects(
      startControlPlane({ apiServerFlags: ["--no-such-flag"] }),
      /kube-apiserver exited with code 1.*unknown flag: --no-such-flag/s,
    );
  });
});
