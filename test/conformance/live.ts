import { mkdir, readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { env, exit } from "node:process";
import { setTimeout as delay } from "node:timers/promises";
import { parseArgs } from "node:util";
import { createKubeClient } from "#kube/client/create-kube-client.ts";
import { loadClusterAccess } from "#kube/client/kube-config.ts";
import { createDiscovery } from "#kube/discovery/create-discovery.ts";
import { kinds } from "#test/faults/world/kinds.ts";
import { createPersistentClient } from "#test/faults/world/persistent-client.ts";
import { applyCrds } from "#test/support/control-plane/apply-crds.ts";
import { startControlPlane } from "#test/support/control-plane/start-control-plane.ts";
import { startOperator } from "#test/support/operator/operator-process.ts";
import { applyOperatorRights, writeOperatorKubeconfig } from "#test/support/operator/operator-rights.ts";
import { ensureAssets } from "../cluster/ensure-assets.ts";
import { installFlags, installRoles } from "./live/install-profiles.ts";
import { runScenario } from "./live/run-scenario.ts";
import type { ScenarioOutcome } from "./live/run-scenario.ts";
import { chooseScenarios } from "./live/scenario-index.ts";
import type { IndexedScenario } from "./live/scenario-index.ts";
import { readScenario } from "./live/scenario.ts";

const usage = `Runs scenario folders in chainsaw's format against the operator on a real control plane.

  npm run -s conformance:live -- [options]

  --corpus DIR     folder with index.json and the scenarios (default: REARGUARD_CONFORMANCE/chainsaw)
  --filter TEXT    only scenarios whose path has TEXT; may be repeated
  --class NAME     background (default), admission or all
  --planes N       control planes side by side (default 1)
  --without        leave the operator off: what passes then proves nothing
  --json           one document on standard output instead of a table`;

const { values } = parseArgs({
  options: {
    corpus: { type: "string" },
    filter: { type: "string", multiple: true, default: [] },
    class: { type: "string", default: "background" },
    planes: { type: "string", default: "1" },
    without: { type: "boolean", default: false },
    json: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});
const base = env["REARGUARD_CONFORMANCE"];
const corpus = values.corpus ?? (base === undefined ? undefined : join(base, "chainsaw"));
if (values.help || corpus === undefined) {
  console.error(usage);
  exit(values.help ? 0 : 2);
}

interface Row {
  readonly scenario: IndexedScenario;
  readonly outcome: ScenarioOutcome | { readonly kind: "unsupported"; readonly problem: string };
}

const say = (line: string): void => void process.stderr.write(`${line}\n`);
const assets = await ensureAssets({ say });
const chosen = chooseScenarios(await readFile(join(corpus, "index.json"), "utf8"), {
  filters: values.filter,
  class: values.class,
});

/** Takes scenarios of one installation off the list until there are none. */
const runPlane = async (install: string, waiting: IndexedScenario[]): Promise<readonly Row[]> => {
  const plane = await startControlPlane({ assets: assets.folder, ...installFlags(install).apiServer });
  const config = await loadClusterAccess({ kubeconfig: plane.kubeconfigPath, env: {}, homeDir: homedir() });
  const client = createKubeClient({ config, userAgent: "scenarios" });
  const discovery = createDiscovery({ client });
  const rows: Row[] = [];
  try {
    await applyCrds(plane);
    const world = createPersistentClient(client);
    await world.ensure({ type: kinds.namespace, name: "kyverno" }, {});
    await applyOperatorRights(world);
    for (const [name, role] of Object.entries(installRoles(install))) {
      await world.replace({ type: kinds.clusterRole, name }, role);
    }
    await discovery.refresh();
    const logs = join(plane.folder, "operators");
    await mkdir(logs);
    const logPath = env["REARGUARD_LIVE_LOG"] ?? join(logs, "operator.log");
    const operator = values.without
      ? undefined
      : await startOperator({
          kubeconfigPath: await writeOperatorKubeconfig(client, plane),
          logPath,
          flags: installFlags(install).operator,
        });
    try {
      if (operator !== undefined) await untilWorking(logPath);
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
        const scenario = await readScenario(corpus, next.path);
        const outcome =
          scenario.unsupported.length > 0
            ? ({ kind: "unsupported", problem: scenario.unsupported.join(", ") } as const)
            : await runScenario(
                scenario,
                { client, discovery, kubeconfigPath: plane.kubeconfigPath, toolFolders: [assets.folder] },
                `chainsaw-${rows.length + 1}-${Math.random().toString(36).slice(2, 8)}`,
              );
        rows.push({ scenario: next, outcome });
        say(lineOf({ scenario: next, outcome }));
      }
    } finally {
      await operator?.stop();
    }
  } finally {
    await discovery.stop();
    await client.close();
    await plane.stop();
  }
  return rows;
};

/** What an operator says when it works under each of its Leases: what was there before is no news to it. */
const startLines = ['"scan started"', '"background started"', '"ttl started"'];
const startLimitMs = 120_000;

const untilWorking = async (logPath: string): Promise<void> => {
  const deadlineMs = performance.now() + startLimitMs;
  for (;;) {
    const log = await readFile(logPath, "utf8");
    if (startLines.every((line) => log.includes(line))) return;
    if (performance.now() > deadlineMs) throw new Error(`the operator does not start: ${log.slice(-2_000)}`);
    await delay(200);
  }
};

const lineOf = ({ scenario, outcome }: Row): string => {
  if (outcome.kind === "passed") {
    const note = scenario.passesWithoutController === true ? " (also without a controller)" : "";
    return `ok    ${scenario.path} (${outcome.seconds.toFixed(1)} s)${note}`;
  }
  const where = outcome.kind === "failed" ? `${outcome.step}: ` : "not supported: ";
  return `FAIL  ${scenario.path}: ${where}${outcome.problem.replaceAll(/\s+/g, " ").slice(0, 400)}`;
};

const rows: Row[] = [];
for (const [install, scenarios] of Map.groupBy(chosen, ({ install }) => install)) {
  const waiting = [...scenarios];
  const planes = Math.min(Number(values.planes), waiting.length);
  const done = await Promise.all(Array.from({ length: planes }, () => runPlane(install, waiting)));
  rows.push(...done.flat());
}

const passed = rows.filter(({ outcome }) => outcome.kind === "passed");
const proving = passed.filter(({ scenario }) => scenario.passesWithoutController !== true);
if (values.json) {
  const tests = rows.map(({ scenario, outcome }) => ({ path: scenario.path, ...outcome }));
  console.log(
    JSON.stringify({ scenarios: rows.length, passed: passed.length, proving: proving.length, tests }),
  );
} else {
  for (const [suite, members] of Map.groupBy(rows, ({ scenario }) => scenario.path.split("/")[0] ?? "")) {
    const ok = members.filter(({ outcome }) => outcome.kind === "passed").length;
    console.log(`${suite.padEnd(44)} ${String(ok).padStart(4)} of ${members.length}`);
  }
  console.log(
    `scenarios: ${passed.length} of ${rows.length} pass, ${passed.length - proving.length} of them also with the operator off`,
  );
}
exit(passed.length === rows.length ? 0 : 1);
