import assert from "node:assert/strict";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { createKubeClient } from "#kube/client/create-kube-client.ts";
import type { KubeClient } from "#kube/client/kube-client.ts";
import { loadClusterAccess } from "#kube/client/kube-config.ts";
import { kinds } from "#test/faults/world/kinds.ts";
import { createPersistentClient } from "#test/faults/world/persistent-client.ts";
import type { PersistentClient } from "#test/faults/world/persistent-client.ts";
import { kubectlSkipReason } from "#test/support/control-plane/availability.ts";
import { startTestPlane } from "#test/support/control-plane/start-test-plane.ts";
import type { ControlPlane } from "#test/support/control-plane/test-cluster.ts";
import { writeOperatorKubeconfig } from "#test/support/operator/operator-rights.ts";
import { eventually, patientLease, startTestOperator, verdictsOf, wantLabel } from "./scan/scan-cluster.ts";
import type { ScanOperator } from "./scan/scan-cluster.ts";

const overlays = fileURLToPath(new URL("../../config/overlays/", import.meta.url));
const operationsPage = fileURLToPath(new URL("../../docs/operations.md", import.meta.url));
const namespace = "kyverno";

interface Container {
  readonly args: readonly string[];
  readonly env: readonly { readonly name: string; readonly valueFrom: { fieldRef: { fieldPath: string } } }[];
}

/** The ClusterRole that the page tells people to create for more rights. */
const documentedRole = async (): Promise<string> => {
  const page = await readFile(operationsPage, "utf8");
  const block = [...page.matchAll(/```yaml\n([^]*?)```/g)].find(([, text]) =>
    text?.includes("kind: ClusterRole"),
  );
  return block?.[1] ?? assert.fail("docs/operations.md shows no ClusterRole");
};

describe("an installation from the manifests", { skip: kubectlSkipReason() }, () => {
  let plane: ControlPlane;
  let folder: string;
  let client: KubeClient;
  let world: PersistentClient;
  let operator: ScanOperator | undefined;

  const kubectl = async (args: readonly string[], input?: string): Promise<string> => {
    const { code, stdout, stderr } = await plane.kubectl(args, input);
    assert.equal(code, 0, `kubectl ${args.join(" ")}: ${stderr}`);
    return stdout;
  };
  const applyOverlay = (name: string) => kubectl(["apply", "--server-side", "-k", join(overlays, name)]);
  const degraded = async () => operator?.metric("rearguard_kinds", { state: "degraded" });

  before(async () => {
    plane = await startTestPlane();
    folder = await mkdtemp(join(tmpdir(), "install-test-"));
    const config = await loadClusterAccess({
      kubeconfig: plane.kubeconfigPath,
      env: {},
      homeDir: homedir(),
    });
    client = createKubeClient({ config, userAgent: "install-test" });
    world = createPersistentClient(client);
  });

  after(async () => {
    await operator?.stop();
    await client.close();
    await plane.stop();
    await rm(folder, { recursive: true, force: true });
  });

  test("both overlays apply, and a second time change nothing", async () => {
    // The one without CRDs and namespace stands on what an admission controller has brought.
    const alone = await applyOverlay("alone");
    assert.match(alone, /customresourcedefinition\S+\/clusterpolicies\.kyverno\.io serverside-applied/);
    const alongside = await applyOverlay("alongside");
    assert.ok(!alongside.includes("customresourcedefinition") && !alongside.includes("namespace/"));
    const versions = () =>
      kubectl([
        "get",
        "deployment,service,role,rolebinding,serviceaccount,networkpolicy,poddisruptionbudget",
        `--namespace=${namespace}`,
        "--selector=app.kubernetes.io/name=rearguard",
        "--output=jsonpath={range .items[*]}{.kind} {.metadata.generation} {.metadata.uid}{'\\n'}{end}",
      ]);
    const before = await versions();
    assert.equal(before.trim().split("\n").length, 7);
    await applyOverlay("alongside");
    assert.equal(await versions(), before);
  });

  test("the operator of the Deployment works with the rights of its service account alone", async () => {
    const text = await kubectl([
      "get",
      "deployment",
      "rearguard",
      `--namespace=${namespace}`,
      "--output=json",
    ]);
    const [container = assert.fail("no container")] = (
      JSON.parse(text) as { spec: { template: { spec: { containers: Container[] } } } }
    ).spec.template.spec.containers;
    const values: Readonly<Record<string, string>> = {
      "metadata.namespace": namespace,
      "metadata.name": "rearguard-0",
    };
    const [command, ...flags] = container.args;
    assert.equal(command, "controller");
    operator = await startTestOperator({
      kubeconfigPath: await writeOperatorKubeconfig(client, plane),
      logPath: join(folder, "operator.log"),
      flags: [...flags, ...patientLease],
      env: Object.fromEntries(
        container.env.map(({ name, valueFrom }) => [name, values[valueFrom.fieldRef.fieldPath] ?? ""]),
      ),
    });
    await world.ensure({ type: kinds.namespace, name: "shop" }, {});
    await world.ensure(
      { type: kinds.clusterPolicy, name: "team" },
      {
        spec: {
          rules: [
            wantLabel("maps", ["ConfigMap"], "team", { namespaces: ["shop"] }),
            wantLabel("secrets", ["Secret"], "team", { namespaces: ["shop"] }),
          ],
        },
      },
    );
    const place = { type: kinds.configMap, namespace: "shop", name: "settings" };
    await world.ensure(place, {});
    const uid = (await world.get(place))?.metadata.uid ?? "";
    await eventually("the report is there", async () => {
      const report = await world.get({ type: kinds.report, namespace: "shop", name: uid });
      return verdictsOf(report).join() === "team/maps=fail";
    });
  });

  test("a kind beyond its rights shows as degraded, and no more with the role that the documentation names", async () => {
    await eventually("one kind is degraded", async () => (await degraded()) === 1);
    await eventually("the policy says which and why", async () => {
      const message = await kubectl([
        "get",
        "clusterpolicy",
        "team",
        "--output=jsonpath={.status.conditions[?(@.type=='BackgroundScan')].message}",
      ]);
      return /serviceaccount:kyverno:rearguard" cannot (list|watch) resource "secrets"/.test(message);
    });
    await kubectl(["apply", "--server-side", "--filename=-"], await documentedRole());
    const place = { type: { ...kinds.configMap, kind: "Secret", resource: "secrets" }, namespace: "shop" };
    await world.ensure({ ...place, name: "token" }, {});
    const uid = (await world.get({ ...place, name: "token" }))?.metadata.uid ?? "";
    await eventually("the secret has a report", async () => {
      const report = await world.get({ type: kinds.report, namespace: "shop", name: uid });
      return verdictsOf(report).join() === "team/secrets=fail";
    });
    assert.equal(await degraded(), 0);
  });

  test("a rule that is taken away degrades its kind and no other", async () => {
    await kubectl(["delete", "clusterrole", "rearguard-secrets"]);
    // What is watched goes on until the watch ends; a restart asks anew.
    assert.equal(await operator?.stop(), 0);
    operator = await startTestOperator({
      kubeconfigPath: await writeOperatorKubeconfig(client, plane),
      logPath: join(folder, "operator.log"),
      flags: patientLease,
    });
    await eventually("one kind is degraded again", async () => (await degraded()) === 1);
    await eventually("and the others are read", async () => (await operator?.ready())?.status === 200);
  });
});
