import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { ResourceType } from "#api/meta/resource-type.ts";
import { systemClock } from "#controllers/runtime/clock.ts";
import { createBroker } from "#kube/broker/create-broker.ts";
import type { Broker } from "#kube/broker/create-broker.ts";
import { WriteFenced } from "#kube/client/api-error.ts";
import { createKubeClient } from "#kube/client/create-kube-client.ts";
import { loadClusterAccess } from "#kube/client/kube-config.ts";
import type { KubeClient } from "#kube/client/kube-client.ts";
import { createEventRecorder } from "#kube/events/event-recorder.ts";
import { violationEvents } from "#kube/events/scan-events.ts";
import { startElector } from "#kube/leases/elector.ts";
import type { Elector } from "#kube/leases/elector.ts";
import { silentLogger } from "#telemetry/logger.ts";
import { kubectlSkipReason } from "#test/support/control-plane/availability.ts";
import { startTestPlane } from "#test/support/control-plane/start-test-plane.ts";
import type { ControlPlane } from "#test/support/control-plane/test-cluster.ts";

const core = (kind: string, resource: string, namespaced: boolean): ResourceType => ({
  group: "",
  version: "v1",
  kind,
  resource,
  namespaced,
  verbs: [],
  preferred: true,
});
const configMaps = core("ConfigMap", "configmaps", true);
const serviceAccounts = core("ServiceAccount", "serviceaccounts", true);
const events: ResourceType = { ...core("Event", "events", true), group: "events.k8s.io" };

const cluster = { policyKind: "ClusterPolicy", policyName: "p" };

describe("leases, events and the broker on an API server", { skip: kubectlSkipReason() }, () => {
  let plane: ControlPlane;
  let client: KubeClient;
  const namespace = "default";

  const clientOf = async (kubeconfig: string, fence?: () => number): Promise<KubeClient> =>
    createKubeClient({
      config: await loadClusterAccess({ kubeconfig, env: {}, homeDir: "/nonexistent" }),
      userAgent: "rearguard/integration",
      ...(fence === undefined ? {} : { fence }),
    });

  const campaign = (identity: string, onLost: (reason: string) => void = () => {}): Elector =>
    startElector({
      client,
      namespace,
      name: "kyverno-reports-controller",
      identity,
      durationMs: 2_000,
      renewDeadlineMs: 1_500,
      retryMs: 200,
      clock: systemClock,
      random: Math.random,
      log: silentLogger,
      onLost,
    });

  const brokerOf = (policyClient: KubeClient, maxResponseBytes = 2_000_000): Broker =>
    createBroker({
      client: policyClient,
      ownNamespace: "kyverno",
      settings: () => ({
        maxResponseBytes,
        timeoutMs: 10_000,
        allowedHosts: [],
        blockedHosts: [],
        privateNetworks: [],
      }),
      clock: systemClock,
      random: Math.random,
      log: silentLogger,
      onCall: () => {},
      resolve: async () => [],
      proxyFor: () => undefined,
    });

  before(async () => {
    plane = await startTestPlane();
    client = await clientOf(plane.kubeconfigPath);
  });

  after(async () => {
    await client?.close();
    await plane?.stop();
  });

  test("one of two processes holds the Lease, hands it over, and writes only while it holds it", async () => {
    const first = campaign("pod-a_1");
    assert.equal(await first.acquired(), true);
    const second = campaign("pod-b_2");
    const fenced = await clientOf(plane.kubeconfigPath, () => first.fence());
    const body = (name: string) => ({ apiVersion: "v1", kind: "ConfigMap", metadata: { name } });
    await fenced.create(configMaps, namespace, body("held"));
    await first.release();
    assert.equal(await second.acquired(), true);
    await assert.rejects(fenced.create(configMaps, namespace, body("late")), WriteFenced);
    await fenced.close();
    const { stdout } = await plane.kubectl([
      "get",
      "lease",
      "kyverno-reports-controller",
      `--namespace=${namespace}`,
      "--output=jsonpath={.spec.holderIdentity} {.spec.leaseTransitions} {.spec.leaseDurationSeconds}",
    ]);
    assert.equal(stdout, "pod-b_2 1 2");
    await second.release();
  });

  test("a Lease of a process that died is taken after its duration", async () => {
    await plane.kubectl([
      "patch",
      "lease",
      "kyverno-reports-controller",
      `--namespace=${namespace}`,
      "--type=merge",
      '--patch={"spec":{"holderIdentity":"dead","leaseDurationSeconds":1,"renewTime":"2099-01-01T00:00:00.000000Z"}}',
    ]);
    const elector = campaign("pod-c_3");
    assert.equal(await elector.acquired(), true);
    await elector.release();
  });

  test("the loss of the API server costs the Lease", async () => {
    const lost = Promise.withResolvers<string>();
    const elector = campaign("pod-d_4", (reason) => lost.resolve(reason));
    await elector.acquired();
    await plane.faults.stopApiServer();
    assert.match(await lost.promise, /not renewed/);
    assert.throws(() => elector.fence(), WriteFenced);
    await elector.release();
    await plane.faults.startApiServer();
  });

  test("Events are stored as they are meant, the longest notes included", async () => {
    const outcomes: string[] = [];
    const recorder = createEventRecorder({
      client,
      settings: () => ({
        omitEvents: [],
        generateSuccessEvents: false,
        successEventActions: [],
        maxQueuedEvents: 100,
      }),
      hostName: "pod-1",
      clock: systemClock,
      log: silentLogger,
      onOutcome: (outcome) => outcomes.push(outcome),
    });
    const policy = { apiVersion: "kyverno.io/v1", kind: "ClusterPolicy", name: "p", uid: "p1" };
    const resourceOf = (inNamespace: string) => ({
      apiVersion: "v1",
      kind: "Pod",
      namespace: inNamespace,
      name: "system:web",
      uid: "u1",
    });
    const record = (inNamespace: string): void =>
      recorder.record({
        policy,
        namespace: inNamespace,
        events: violationEvents({
          policy,
          resource: resourceOf(inNamespace),
          rule: "r",
          status: "fail",
          message: "€".repeat(2_000),
        }),
      });
    record(namespace);
    record("nowhere");
    await recorder.idle();
    assert.deepEqual(outcomes.toSorted(), ["gone", "sent", "sent", "sent"]);
    const { items } = await client.listPage(events, { namespace, limit: 100 });
    const ours = items.filter((item) => item["reportingController"] === "kyverno-scan");
    assert.equal(ours.length, 3);
    await recorder.stop();
  });

  test("the broker reads what policies may read, within the limit of an answer", async () => {
    const broker = brokerOf(client);
    const found = await broker.load(
      {
        kind: "apiCall",
        method: "GET",
        urlPath: "/api/v1/namespaces?labelSelector=kubernetes.io/metadata.name=default",
      },
      cluster,
    );
    assert.equal(found.kind, "value");
    const { items } = (found.kind === "value" ? found.value : {}) as { items: unknown[] };
    assert.equal(items.length, 1);
    const review = await broker.load(
      {
        kind: "apiCall",
        method: "POST",
        urlPath: "/apis/authorization.k8s.io/v1/subjectaccessreviews",
        body: {
          apiVersion: "authorization.k8s.io/v1",
          kind: "SubjectAccessReview",
          spec: { user: "nobody", resourceAttributes: { verb: "get", resource: "pods" } },
        },
      },
      cluster,
    );
    assert.equal(review.kind, "value");
    const long = await brokerOf(client, 100).load(
      { kind: "apiCall", method: "GET", urlPath: "/api/v1/namespaces" },
      cluster,
    );
    assert.match(long.kind === "failed" ? long.message : "", /max allowed response length of 100$/);
  });

  test("what the service account may not read opens a breaker, and rights that come are found", async () => {
    await client.create(serviceAccounts, namespace, {
      apiVersion: "v1",
      kind: "ServiceAccount",
      metadata: { name: "scanner" },
    });
    const poor = await clientOf(await plane.serviceAccountKubeconfig(namespace, "scanner"));
    const broker = brokerOf(poor);
    const request = {
      kind: "apiCall",
      method: "GET",
      urlPath: "/api/v1/namespaces/default/configmaps",
    } as const;
    const refused = await broker.load(request, cluster);
    assert.match(refused.kind === "failed" ? refused.message : "", /configmaps is forbidden/);
    assert.equal(broker.openBreakers(), 1);
    await plane.kubectl([
      "create",
      "rolebinding",
      "scanner",
      `--namespace=${namespace}`,
      "--clusterrole=view",
      "--serviceaccount=default:scanner",
    ]);
    let answer = refused;
    const deadline = Date.now() + 10_000;
    while (answer.kind !== "value" && Date.now() < deadline) {
      broker.retryForbidden();
      answer = await broker.load(request, cluster);
    }
    assert.equal(answer.kind, "value");
    assert.equal(broker.openBreakers(), 0);
    await poor.close();
  });
});
