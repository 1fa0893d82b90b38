import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { env, exit } from "node:process";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { parseAllDocuments, stringify } from "yaml";
import { decodeClusterPolicy, decodePolicy } from "#api/kyverno/cluster-policy.ts";
import { compile } from "#engine/compile.ts";
import { applyCrds } from "#test/support/control-plane/apply-crds.ts";
import { startControlPlane } from "#test/support/control-plane/start-control-plane.ts";
import type { ControlPlane } from "#test/support/control-plane/test-cluster.ts";
import { startOperator } from "#test/support/operator/operator-process.ts";
import type { OperatorProcess } from "#test/support/operator/operator-process.ts";
import { ensureAssets } from "../cluster/ensure-assets.ts";
import { compareRows } from "./live-golden/compare-rows.ts";
import type { RowComparison } from "./live-golden/compare-rows.ts";
import { readGoldenReports, rowsOfReports } from "./live-golden/golden-reports.ts";
import type { Rows } from "./live-golden/golden-reports.ts";

const usage = `Loads recorded resources and policies into a real API server and compares our reports with the recorded ones.

  node test/conformance/live-golden.ts --golden DIR [--most N] [--keep]

  --golden DIR  folder with live/ (default: REARGUARD_CONFORMANCE/golden)
  --most N      differences to print of each kind (default 20)
  --keep        leave the control plane running until Ctrl-C`;

const settleDeadlineMs = 180_000;

interface PolicyDocument {
  readonly key: string;
  readonly document: unknown;
  /** Features that are not there yet; empty: it is compared. */
  readonly missing: readonly string[];
}

function readPolicies(text: string): readonly PolicyDocument[] {
  return parseAllDocuments(text).flatMap((parsed) => {
    const document: unknown = parsed.toJS();
    if (document === null) return [];
    const { kind, metadata } = document as { kind: string; metadata: { name: string; namespace?: string } };
    if (kind === "PolicyException") return [{ key: "", document, missing: [] }];
    const decoded = kind === "Policy" ? decodePolicy(document) : decodeClusterPolicy(document);
    const key = kind === "Policy" ? `${metadata.namespace ?? "default"}/${metadata.name}` : metadata.name;
    if (!decoded.ok) return [{ key, document, missing: ["does not decode"] }];
    const missing = compile(decoded.value).problems.flatMap(({ unsupported }) => unsupported ?? []);
    return [{ key, document, missing: [...new Set(missing)] }];
  });
}

async function run(plane: ControlPlane, args: readonly string[], stdin?: string): Promise<string> {
  const done = await plane.kubectl([...args], stdin);
  if (done.code !== 0) throw new Error(`kubectl ${args.join(" ")} failed:\n${done.stderr}`);
  return done.stdout;
}

/** Ready, nothing waits, and the number of writes has stopped growing. */
async function settled(operator: OperatorProcess): Promise<void> {
  const deadlineMs = performance.now() + settleDeadlineMs;
  let before = -1;
  let quiet = 0;
  for (;;) {
    const [ready, queued, busy, writes] = await Promise.all([
      operator.ready(),
      operator.metric("rearguard_report_write_queue_depth"),
      operator.metric("rearguard_pending_passes"),
      operator.metric("rearguard_report_writes_total"),
    ]);
    const still = ready.status === 200 && queued === 0 && busy === 0 && writes === before;
    quiet = still ? quiet + 1 : 0;
    if (quiet >= 4) return;
    before = writes;
    if (performance.now() > deadlineMs)
      throw new Error(`not settled in time; readyz: ${ready.text}, waiting writes: ${queued}`);
    await sleep(250);
  }
}

function only(rows: Rows, policies: ReadonlySet<string>): Rows {
  const kept = new Map(
    [...rows].map(([key, list]) => [key, list.filter(({ policy }) => policies.has(policy))]),
  );
  for (const [key, list] of kept) if (list.length === 0) kept.delete(key);
  return kept;
}

function share(part: number, whole: number): string {
  return `${((100 * part) / Math.max(1, whole)).toFixed(3)} % (${part} of ${whole})`;
}

function print(comparison: RowComparison, policies: readonly PolicyDocument[], most: number): void {
  const features = new Map<string, number>();
  for (const { missing } of policies)
    for (const feature of missing) features.set(feature, (features.get(feature) ?? 0) + 1);
  const covered = policies.filter(({ missing }) => missing.length === 0).length;
  console.log(`policies  ${covered} of ${policies.length} compared`);
  for (const [feature, count] of [...features].toSorted(([, a], [, b]) => b - a))
    console.log(`  not yet ${feature}: ${count}`);
  console.log(`verdicts  ${share(comparison.agreed, comparison.union)}`);
  console.log(`messages  ${share(comparison.sameMessages, comparison.comparableMessages)}`);
  console.log(
    `fields    ${comparison.otherFields.length} rows differ in severity, category, scored or properties`,
  );
  const lists: [string, readonly string[]][] = [
    ["missing", comparison.missing],
    ["extra", comparison.extra],
    ["fields", comparison.otherFields],
    [
      "message",
      comparison.wording.map(({ row, want, got }) => `${row}\n      want ${want}\n      got  ${got}`),
    ],
  ];
  for (const [label, list] of lists) {
    for (const line of list.slice(0, most)) console.log(`  ${label}: ${line}`);
    if (list.length > most) console.log(`  … ${list.length - most} more ${label}`);
  }
}

interface RecordedObject {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string; readonly labels?: object };
  readonly data?: object;
}

function isKyvernoConfigMap(object: unknown): object is RecordedObject {
  const { kind, metadata } = (object ?? {}) as Partial<RecordedObject>;
  return kind === "ConfigMap" && metadata?.namespace === "kyverno";
}

const { values } = parseArgs({
  options: {
    golden: { type: "string" },
    most: { type: "string", default: "20" },
    keep: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});
const base = env["REARGUARD_CONFORMANCE"];
const golden = values.golden ?? (base === undefined ? undefined : join(base, "golden"));
if (values.help || golden === undefined) {
  console.log(usage);
  exit(values.help ? 0 : 2);
}
const folder = join(golden, "live");
const policies = readPolicies(await readFile(join(folder, "classic/policies.yaml"), "utf8"));
const compared = policies.filter(({ missing }) => missing.length === 0);
const assets = await ensureAssets({ say: (line) => console.error(line) });
const plane = await startControlPlane({ assets: assets.folder, controllerManager: false });
try {
  await applyCrds(plane);
  await run(plane, ["create", "namespace", "kyverno"]);
  // The recorded cluster had Kyverno's own ConfigMaps, which policies for ConfigMaps judge.
  const system = parseAllDocuments(await readFile(join(folder, "system.yaml"), "utf8")).map((parsed) =>
    parsed.toJS(),
  );
  for (const { metadata, data } of system.filter(isKyvernoConfigMap)) {
    const { name, namespace, labels } = metadata;
    const copy = { apiVersion: "v1", kind: "ConfigMap", metadata: { name, namespace, labels }, data };
    await run(plane, ["create", "-f", "-"], JSON.stringify(copy));
  }
  const resources = await plane.kubectl([
    "create",
    "--validate=ignore",
    "-f",
    join(folder, "resources.yaml"),
  ]);
  const refused = resources.stderr
    .split("\n")
    .filter((line) => line.includes("Error") && !line.includes("AlreadyExists"));
  for (const line of refused) console.log(`  resource refused: ${line}`);
  await run(plane, ["create", "-f", "-"], compared.map(({ document }) => stringify(document)).join("---\n"));
  const operator = await startOperator({
    kubeconfigPath: plane.kubeconfigPath,
    logPath: join(plane.folder, "operator.log"),
    flags: ["--enable-policy-exception=true", "--exception-namespace=*"],
  });
  await settled(operator);
  const stored = await run(plane, ["get", "policyreports,clusterpolicyreports", "-A", "-o", "json"]);
  const names = new Set(compared.map(({ key }) => key));
  const actual = rowsOfReports((JSON.parse(stored) as { items: [] }).items);
  const wanted = await readGoldenReports(join(folder, "classic/reports.json"));
  const comparison = compareRows(only(wanted, names), only(actual, names));
  print(comparison, policies, Number(values.most));
  if (values.keep) {
    console.log(`export KUBECONFIG=${plane.kubeconfigPath}`);
    await new Promise((done) => process.once("SIGINT", done));
  }
  await operator.stop();
  const good =
    comparison.agreed >= 0.999 * comparison.union &&
    comparison.sameMessages >= 0.99 * comparison.comparableMessages;
  process.exitCode = good ? 0 : 1;
} finally {
  await plane.stop();
}
