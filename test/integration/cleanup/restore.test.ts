import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { parseAllDocuments } from "yaml";
import type { KubeObject } from "#api/meta/object-meta.ts";
import type { ResourceType } from "#api/meta/resource-type.ts";
import { isRecord } from "#api/schema/path.ts";
import { kinds } from "#test/faults/world/kinds.ts";
import type { ObjectPlace } from "#test/faults/world/persistent-client.ts";
import { commandLine } from "#test/unit/cli/command-line.fixture.ts";
import type { CommandLine } from "#test/unit/cli/command-line.fixture.ts";
import { eventually } from "../scan/scan-cluster.ts";
import type { ScanOperator } from "../scan/scan-cluster.ts";
import { startCleanupCluster } from "./cleanup-cluster.ts";
import type { CleanupCluster } from "./cleanup-cluster.ts";

const journalRole = fileURLToPath(
  new URL("../../../config/components/journal-configmaps/role.yaml", import.meta.url),
);

const typeOf = (group: string, kind: string, resource: string): ResourceType => ({
  ...kinds.configMap,
  group,
  kind,
  resource,
});
const secret = typeOf("", "Secret", "secrets");
const serviceAccount = typeOf("", "ServiceAccount", "serviceaccounts");
const template = (name: string) => ({
  metadata: { labels: { app: name } },
  spec: { containers: [{ name: "main", image: "registry.example.com/app:1" }] },
});
const job = { template: { spec: { ...template("").spec, restartPolicy: "Never" } }, suspend: true };
const workload = (name: string) => ({
  selector: { matchLabels: { app: name } },
  template: template(name),
});

/** Nine kinds, and what their objects look like; none of them runs anything. */
const restorable: readonly (readonly [ResourceType, (name: string) => object])[] = [
  [kinds.configMap, (name) => ({ data: { name, text: "line\nline" } })],
  [serviceAccount, () => ({ automountServiceAccountToken: false })],
  [
    typeOf("", "Service", "services"),
    (name) => ({ spec: { selector: { app: name }, ports: [{ port: 80 }] } }),
  ],
  [kinds.deployment, (name) => ({ spec: { ...workload(name), replicas: 0 } })],
  [kinds.statefulSet, (name) => ({ spec: { ...workload(name), replicas: 0, serviceName: name } })],
  [kinds.daemonSet, (name) => ({ spec: workload(name) })],
  [kinds.job, () => ({ spec: job })],
  [kinds.cronJob, () => ({ spec: { schedule: "0 0 1 1 *", jobTemplate: { spec: job } } })],
  [
    typeOf("networking.k8s.io", "NetworkPolicy", "networkpolicies"),
    () => ({ spec: { podSelector: {}, policyTypes: ["Ingress"] } }),
  ],
];
const count = 200;

const policyOf = (namespace: string, kindNames: readonly string[]) => ({
  match: { any: [{ resources: { kinds: kindNames, namespaces: [namespace] } }] },
  exclude: {
    any: [
      { resources: { kinds: ["ConfigMap"], names: ["kube-root-ca.crt"] } },
      { resources: { kinds: ["ServiceAccount"], names: ["default"] } },
    ],
  },
});

/** What the server gives anew: identity, status, and what its controllers derive from the uid. */
const given: ReadonlySet<string> = new Set([
  "uid",
  "resourceVersion",
  "generation",
  "creationTimestamp",
  "managedFields",
  "status",
  "controller-uid",
  "batch.kubernetes.io/controller-uid",
  "deployment.kubernetes.io/revision",
]);
const withoutGiven = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(withoutGiven);
  if (!isRecord(value)) return value;
  const entries = Object.entries(value).filter(([key]) => !given.has(key));
  const left = entries.map(([key, item]) => [key, withoutGiven(item)] as const);
  // What holds nothing any more was there for what was taken out.
  return Object.fromEntries(left.filter(([, item]) => !isRecord(item) || Object.keys(item).length > 0));
};

describe("what was deleted comes back from the journal", () => {
  let cluster: CleanupCluster;
  let operator: ScanOperator;
  let cli: CommandLine;
  let folder: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "journal-"));
    cli = await commandLine({});
    cluster = await startCleanupCluster(["--journal=configmaps"]);
    operator = cluster.operatorProcess;
    for (const document of parseAllDocuments(await readFile(journalRole, "utf8"))) {
      const body = document.toJS() as KubeObject;
      const resource = `${body.kind.toLowerCase()}s`;
      const type = typeOf("rbac.authorization.k8s.io", body.kind, resource);
      await cluster.world.ensure({ type, namespace: "kyverno", name: body.metadata.name }, body);
    }
    const verbs = ["list", "watch", "get", "delete"];
    const rules = [...restorable.map(([type]) => type), secret].map(({ group, resource }) => ({
      apiGroups: [group],
      resources: [resource],
      verbs,
    }));
    await cluster.grant("may-delete-more", rules);
  });

  after(async () => {
    await cluster.stop();
    await cli.remove();
    await rm(folder, { recursive: true, force: true });
  });

  const restore = (args: string) =>
    cli.run(`restore --kubeconfig ${cluster.plane.kubeconfigPath} -o json ${args}`);

  const runOf = (status: object): string =>
    (status as { readonly lastRun: { readonly scheduledTime: string } }).lastRun.scheduledTime;

  const actionsIn = (out: string): Readonly<Record<string, number>> => {
    const { objects } = JSON.parse(out) as { readonly objects: readonly { readonly action: string }[] };
    const counts: Record<string, number> = {};
    for (const { action } of objects) counts[action] = (counts[action] ?? 0) + 1;
    return counts;
  };

  const listed = async (namespace: string): Promise<ReadonlyMap<string, KubeObject>> => {
    const found = new Map<string, KubeObject>();
    for (const [type] of restorable) {
      for (const object of await cluster.world.list(type, { namespace })) {
        found.set(`${type.kind}/${object.metadata.name}`, object);
      }
    }
    for (const name of ["ConfigMap/kube-root-ca.crt", "ServiceAccount/default"]) found.delete(name);
    return found;
  };

  test("two hundred objects of nine kinds are as they were, apart from what the server gives", async () => {
    const namespace = await cluster.namespace();
    const places = Array.from({ length: count }, (_, index): readonly [ObjectPlace, object] => {
      const [type, bodyOf] = restorable[index % restorable.length] ?? assert.fail();
      const name = `object-${index}`;
      const metadata = { labels: { app: name }, annotations: { note: `of ${name}` } };
      return [
        { type, namespace, name },
        { metadata, ...bodyOf(name) },
      ];
    });
    await Promise.all(places.map(([place, body]) => cluster.world.ensure(place, body)));
    await cluster.world.ensure(
      { type: secret, namespace, name: "key" },
      { stringData: { password: "hidden" } },
    );
    const before = await listed(namespace);
    assert.equal(before.size, count);

    const policy = await cluster.duePolicy({
      name: "everything-here",
      annotations: { "cleanup.rearguard.io/max-percent": "100" },
      spec: policyOf(namespace, [...restorable.map(([{ kind }]) => kind), "Secret"]),
    });
    const status = await cluster.untilStatus(
      policy,
      "it ran",
      ({ lastRun }) => lastRun?.deleted === count + 1,
    );
    await eventually("they are gone", async () => (await listed(namespace)).size === 0);

    const args = `--policy everything-here --run ${runOf(status)}`;
    // Its next run would find them again.
    await cluster.world.remove(policy);
    const asked = await restore(args);
    assert.deepEqual(actionsIn(asked.out), { create: count, "left out": 1 });
    assert.equal((await listed(namespace)).size, 0);
    const restored = await restore(`${args} --yes`);
    assert.equal(restored.code, 1, "what is left out is no success");
    assert.deepEqual(actionsIn(restored.out), { created: count, "left out": 1 });

    const now = await listed(namespace);
    assert.deepEqual([...now.keys()].sort(), [...before.keys()].sort());
    for (const [name, object] of before) {
      assert.deepEqual(withoutGiven(now.get(name)), withoutGiven(object), name);
    }
    const again = await restore(`${args} --yes`);
    assert.deepEqual(actionsIn(again.out), { exists: count, "left out": 1 });
    assert.equal(await cluster.world.get({ type: secret, namespace, name: "key" }), undefined);
    assert.ok(((await operator.metric("rearguard_journal_entries_total")) ?? 0) > count);
  });

  test("nothing is deleted while the journal cannot be written, and with it also Secrets come back whole", async () => {
    await operator.stop();
    const blocker = join(folder, "blocked");
    const path = join(blocker, "journal");
    await writeFile(blocker, "a file where the folder should be");
    operator = await cluster.operator([
      "--only=cleanup,ttl",
      "--journal=volume",
      `--journal-path=${path}`,
      "--journal-secret-data=true",
    ]);
    await eventually("it has started", async () => (await operator.log()).includes('"ttl started"'));
    const namespace = await cluster.namespace();
    const place = { type: secret, namespace, name: "key" };
    await cluster.world.ensure(place, { stringData: { password: "hidden" } });
    const labels = { "cleanup.kyverno.io/ttl": "1ms" };
    await cluster.configMap(namespace, "due", { labels });
    const policy = await cluster.duePolicy({ name: "keys", spec: policyOf(namespace, ["Secret"]) });

    const failed = await cluster.untilStatus(policy, "it says so", ({ conditions = [] }) =>
      conditions.some(({ type }) => type === "JournalWritable"),
    );
    const condition = failed.conditions?.find(({ type }) => type === "JournalWritable");
    assert.equal(condition?.status, "False");
    assert.match(
      condition?.message ?? "",
      /cannot be written down first.*journal cannot be written: .*(ENOTDIR|EEXIST)/,
    );
    assert.notEqual(await cluster.world.get(place), undefined);
    const event = typeOf("events.k8s.io", "Event", "events");
    await eventually("Events tell of the policy and of the labelled object", async () => {
      const found = [
        ...(await cluster.world.list(event, { namespace: "default" })),
        ...(await cluster.world.list(event, { namespace })),
      ];
      const told = found
        .filter(({ note }) => typeof note === "string" && note.includes("cannot be written: "))
        .map(({ regarding }) => (regarding as { readonly name: string }).name);
      return ["keys", "due"].every((name) => told.includes(name));
    });
    assert.ok(
      ((await operator.metric("rearguard_journal_failures_total", { reason: "unavailable" })) ?? 0) > 0,
    );
    assert.deepEqual(await cluster.configMapNames(namespace), ["due"]);

    await rm(blocker);
    await eventually(
      "the labelled object goes",
      async () => (await cluster.configMapNames(namespace)).length === 0,
    );
    // An edit is tried at once.
    await cluster.world.merge(policy, { spec: { schedule: "*/1 * * * *" } });
    const status = await cluster.untilStatus(policy, "it ran", ({ lastRun }) => lastRun?.deleted === 1);
    const writable = status.conditions?.find(({ type }) => type === "JournalWritable");
    assert.equal(writable?.status, "True");
    await cluster.world.remove(policy);

    const { code, out } = await restore(`--journal ${path} --run ${runOf(status)} --yes`);
    assert.deepEqual([code, actionsIn(out)], [0, { created: 1 }]);
    assert.deepEqual((await cluster.world.get(place))?.["data"], { password: "aGlkZGVu" });
    const { out: byLabel } = await restore(`--journal ${path} configmap/due -n ${namespace}`);
    assert.deepEqual(actionsIn(byLabel), { create: 1 });
  });
});
