import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { startDevserver } from "#devserver/start-devserver.ts";
import { ensureAssets } from "#test/cluster/ensure-assets.ts";
import { applyCrds } from "#test/support/control-plane/apply-crds.ts";
import { buildKubectl } from "#test/support/control-plane/kubectl.ts";
import { startControlPlane } from "#test/support/control-plane/start-control-plane.ts";
import { commands } from "./commands.ts";
import { maskText } from "./mask.ts";
import { runCommand } from "./run-command.ts";
import type { Printed, Target } from "./run-command.ts";

const usage = `Runs the same kubectl commands on a real control plane and on the embedded API server and prints what differs.

  node test/kubectl/run.ts [options]

  --kubectl PATH   the kubectl to use (default: the one built with the control plane)
  --only TEXT      compare only commands that contain TEXT (all of them run)
  --verbose        print every command with its output, too

Exit code 0: nothing differs.`;

function targetOf(program: string, kubeconfigPath: string, folder: string, name: string): Target {
  const cacheFolder = join(folder, `cache-${name}`);
  return {
    kubectl: buildKubectl({
      command: program,
      kubeconfigPath,
      cacheFolder,
    }),
    program,
    kubeconfigPath,
    cacheFolder,
  };
}

function shown({ code, stdout, stderr }: Printed): string {
  return maskText([stdout, stderr === "" ? "" : `[stderr] ${stderr}`, `[exit ${code}]`].join("\n")).replace(
    /\n+/g,
    "\n",
  );
}

/** The lines of two texts, those of one alone marked. */
function compareLines(real: string, embedded: string): string {
  const [left, right] = [real.split("\n"), embedded.split("\n")];
  const marked = left.filter((line) => !right.includes(line)).map((line) => `  real      ${line}`);
  return [
    ...marked,
    ...right.filter((line) => !left.includes(line)).map((line) => `  embedded  ${line}`),
  ].join("\n");
}

async function main(options: {
  readonly kubectl: string | undefined;
  readonly only: string | undefined;
  readonly verbose: boolean;
}): Promise<number> {
  const { folder: assets } = await ensureAssets();
  const program = options.kubectl ?? join(assets, "kubectl");
  const folder = await mkdtemp(join(tmpdir(), "rearguard-kubectl-"));
  const plane = await startControlPlane({ assets });
  const embedded = await startDevserver();
  try {
    const kubeconfig = join(folder, "embedded.kubeconfig");
    await writeFile(kubeconfig, embedded.kubeconfig, { mode: 0o600 });
    const targets = [
      targetOf(program, plane.kubeconfigPath, folder, "real"),
      targetOf(program, kubeconfig, folder, "embedded"),
    ] as const;
    await Promise.all(targets.map((target) => applyCrds(target)));
    let differing = 0;
    let compared = 0;
    for (const command of commands) {
      const [real, ours] = await Promise.all(
        targets.map(async (target) => shown(await runCommand(target, command))),
      );
      if (command.isSetup === true || !command.line.includes(options.only ?? "")) continue;
      compared += 1;
      if (options.verbose) console.log(`$ kubectl ${command.line}\n${real ?? ""}`);
      if (real === ours) continue;
      differing += 1;
      console.log(`differs: kubectl ${command.line}\n${compareLines(real ?? "", ours ?? "")}\n`);
    }
    console.log(`${compared} commands compared, ${differing} differ`);
    return differing === 0 ? 0 : 1;
  } finally {
    await embedded.stop();
    await plane.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

const { values } = parseArgs({
  options: {
    kubectl: { type: "string" },
    only: { type: "string" },
    verbose: { type: "boolean", default: false },
    help: { type: "boolean", short: "h", default: false },
  },
});

if (values.help) console.log(usage);
else process.exitCode = await main({ kubectl: values.kubectl, only: values.only, verbose: values.verbose });
