import { execFile } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { startSession } from "./terminal/demo-session.ts";
import { renderSvg } from "./terminal/render-svg.ts";
import { createScreen } from "./terminal/screen.ts";

// Runs the demo on a terminal, changes something with kubectl, and draws what stands on the screen then.

const root = fileURLToPath(new URL("../../", import.meta.url));
const target = join(root, "docs/images/demo.svg");
const columns = 108;
const rows = 60;
/** Of those that the demo proposes. */
const edits = [
  "-n shop set image deployment/recommendations recommendations=ghcr.io/example/recommendations:2.0",
  "-n payments scale deployment/fraud-check --replicas=2",
];
const run = promisify(execFile);

const screen = createScreen(columns, rows);
const command = "npm run -s demo";
screen.write(`$ ${command}\r\n`);
const session = startSession(command, {
  folder: root,
  terminal: { columns, rows },
  env: { TERM: "xterm-256color", NO_COLOR: "" },
  onText: (text) => screen.write(text),
});
const shown = (): string =>
  screen
    .lines()
    .map((line) => line.map(({ text }) => text).join(""))
    .join("\n");

try {
  await session.until("the results are there", () => /^total /m.test(shown()));
  const kubeconfig = /export KUBECONFIG=(\S+)/.exec(shown())?.[1] ?? "";
  for (const [index, edit] of edits.entries()) {
    await run("kubectl", edit.split(" "), { env: { ...process.env, KUBECONFIG: kubeconfig } });
    // Each of them changes verdicts of one Deployment.
    const workload = /deployment\/(\S+)/.exec(edit)?.[1] ?? "";
    const line = new RegExp(`^changed: \\S+ Deployment/${workload} `, "m");
    await session.until(`change ${index + 1} shows`, () => line.test(shown()));
  }
  await mkdir(dirname(target), { recursive: true });
  await writeFile(target, renderSvg(screen.lines(), { columns, title: command }));
  console.log(`docs/images/demo.svg: ${screen.lines().length} lines`);
} finally {
  await session.interrupt();
}
