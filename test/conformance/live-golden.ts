import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { env, exit } from "node:process";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { parseAllDocuments, stringify } from "yaml";
import { applyCrds } from "#test/support/control-plane/apply-crds.ts";
import { startControlPlane } from "#test/support/control-plane/start-control-plane.ts";
import type { ControlPlane } from "#test/support/control-plane/test-cluster.ts";
import { startOperator } from "#test/support/operator/operator-process.ts";
import type { OperatorProcess } from "#test/support/operator/operator-process.ts";
import { ensureAssets } from "../cluster/ensure-assets.ts";
import { withoutUnwatchedControllers } from "./live-golden/autogen-rows.ts";
import { compareRows } from "./live-golden/compare-rows.ts";
import type { RowComparison } from "./live-golden/compare-rows.ts";
import { readGoldenReports, rowsOfReports } from "./live-golden/golden-reports.ts";
import type { Rows } from "./live-golden/golden-reports.ts";
import { readPolicies } from "./live-golden/read-policies.ts";
import type { PolicyDocument } from "./live-golden/read-policies.ts";

const usage = `Loads recorded resources and policies into a real API server and compares our reports with the recorded ones.

  node test/conformance/live-golden.ts --golden DIR [--part NAME] [--most N] [--keep]

  --golden DIR  folder with live/ (default: REARGUARD_CONFORMANCE/golden)
  --part NAME   classic (default) or cel
  --most N      differences to print of each kind (default 20)
  --keep        leave the control plane running until Ctrl-C`;

const settleDeadlineMs = 180_000;

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

/** The objects to create: all, or those that the record of the part was made with. */
async function resourcesOf(folder: string, part: "classic" | "cel"): Promise<string> {
  const text = await readFile(join(folder, "resources.yaml"), "utf8");
  if (part === "classic") return text;
  const listed = await readFile(join(folder, "cel/resources.txt"), "utf8");
  const wanted = new Set(listed.split("\n").map((line) => line.trim()));
  const documents = parseAllDocuments(text).map((parsed): unknown => parsed.toJS());
  return documents
    .filter((document) => document !== null && wanted.has(resourceKeyOf(document as RecordedResource)))
    .map((document) => JSON.stringify(document))
    .join("\n---\n");
}

interface RecordedResource {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
}

function resourceKeyOf({ apiVersion, kind, metadata }: RecordedResource): string {
  return [apiVersion, kind, metadata.namespace ?? "", metadata.name].join("/");
}

const { values } = parseArgs({
  options: {
    golden: { type: "string" },
    part: { type: "string", default: "classic" },
    most: { type: "string", default: "20" },
    keep: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});
const base = env["REARGUARD_CONFORMANCE"];
const golden = values.golden ?? (base === undefined ? undefined : join(base, "golden"));
const { part } = values;
if (values.help || golden === undefined || (part !== "classic" && part !== "cel")) {
  console.log(usage);
  exit(values.help ? 0 : 2);
}
const folder = join(golden, "live");
const policies = readPolicies(await readFile(join(folder, part, "policies.yaml"), "utf8"));
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
  const resources = await plane.kubectl(
    ["create", "--validate=ignore", "-f", "-"],
    await resourcesOf(folder, part),
  );
  const refused = resources.stderr
    .split("\n")
    .filter((line) => line.includes("Error") && !line.includes("AlreadyExists"));
  for (const line of refused) console.log(`  resource refused: ${line}`);
  await run(plane, ["create", "-f", "-"], compared.map(({ document }) => stringify(document)).join("---\n"));
  const operator = await startOperator({
    kubeconfigPath: plane.kubeconfigPath,
    logPath: join(plane.folder, "operator.log"),
    // The recorded reports are those of the scan alone.
    flags: ["--only=scan", "--enable-policy-exception=true", "--exception-namespace=*"],
  });
  await settled(operator);
  const stored = await run(plane, ["get", "policyreports,clusterpolicyreports", "-A", "-o", "json"]);
  const names = new Set(compared.map(({ key }) => key));
  const actual = rowsOfReports((JSON.parse(stored) as { items: [] }).items);
  const wanted = await readGoldenReports(join(folder, part, "reports.json"));
  const ours = part === "cel" ? withoutUnwatchedControllers(wanted, actual) : { rows: actual, left: 0 };
  if (ours.left > 0) console.log(`autogen   ${ours.left} rows on kinds that the record does not watch`);
  const comparison = compareRows(only(wanted, names), only(ours.rows, names));
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
