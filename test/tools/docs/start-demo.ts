import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A demo cluster of its own, as `rearguard demo` starts it. */
export interface Demo {
  readonly kubeconfig: string;
  stop(): Promise<void>;
}

/** Starts the demo in a process of its own; resolves after its first scan. */
export async function startDemo(root: string): Promise<Demo> {
  const folder = await mkdtemp(join(tmpdir(), "rearguard-docs-"));
  const kubeconfig = join(folder, "kubeconfig");
  const child = spawn(process.execPath, ["src/main.ts", "demo", "--kubeconfig", kubeconfig], {
    cwd: root,
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const stop = async (): Promise<void> => {
    child.kill("SIGTERM");
    await ended;
    await rm(folder, { recursive: true, force: true });
  };
  const scanned = (async () => {
    let text = "";
    for await (const part of child.stdout.setEncoding("utf8") as AsyncIterable<string>) {
      text += part;
      if (text.includes("POLICY ")) return true;
    }
    return false;
  })();
  if (await scanned) {
    child.stdout.resume();
    return { kubeconfig, stop };
  }
  await stop();
  throw new Error("the demo ended before its first scan");
}
