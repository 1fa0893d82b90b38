import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { startSession } from "./terminal/demo-session.ts";
import type { Session } from "./terminal/demo-session.ts";

// Types what a new user types, in a fresh clone of what is committed, and writes docs/tour.md with what was printed.

const root = fileURLToPath(new URL("../../", import.meta.url));
const page = join(root, "docs/tour.md");
/** More lines of one output are left out, and counted. */
const maxLines = 60;

interface Typed {
  readonly code: number;
  /** The command and what it printed, as on a terminal. */
  readonly text: string;
  readonly ms: number;
}

/** The environment without what npm put into it for this script. */
function userEnvironment(): NodeJS.ProcessEnv {
  const folders = (process.env["PATH"] ?? "").split(delimiter);
  const own = Object.entries(process.env).filter(([name]) => !name.startsWith("npm_"));
  return {
    ...Object.fromEntries(own),
    PATH: folders.filter((folder) => !folder.includes("node_modules")).join(delimiter),
  };
}

function shorten(text: string): string {
  const lines = text.trimEnd().split("\n");
  if (lines.length <= maxLines) return lines.join("\n");
  return [...lines.slice(0, maxLines), `(… ${lines.length - maxLines} more lines)`].join("\n");
}

/** Runs a line in a shell; standard output and error come together, as on a terminal. */
function typeIn(folder: string, env: NodeJS.ProcessEnv): (line: string) => Promise<Typed> {
  return (line) =>
    new Promise((resolve) => {
      const startMs = performance.now();
      execFile(
        "bash",
        ["-c", `exec 2>&1; ${line}`],
        { cwd: folder, env: { ...userEnvironment(), ...env }, maxBuffer: 1 << 26 },
        (error, stdout) => {
          const ms = performance.now() - startMs;
          const code = error === null ? 0 : Number(error.code ?? 1);
          resolve({ code, ms, text: shorten(`$ ${line}\n${stdout}`) });
        },
      );
    });
}

function block(...texts: readonly string[]): string {
  return `\`\`\`console\n${texts.join("\n\n")}\n\`\`\``;
}

const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;

/** Waits for lines that the demo prints after an edit, and gives those that came, with the time since Enter. */
async function changesAfter(
  demo: Session,
  count: number,
  edit: () => Promise<Typed>,
): Promise<{ readonly typed: Typed; readonly lines: string; readonly ms: number }> {
  const from = demo.printed().length;
  const linesNow = (): readonly string[] =>
    demo
      .printed()
      .slice(from)
      .split("\n")
      .filter((line) => line.startsWith("changed: "));
  const startMs = performance.now();
  const typed = await edit();
  if (typed.code !== 0) throw new Error(typed.text);
  await demo.until(`${count} changes show`, () => linesNow().length >= count);
  return { typed, ms: performance.now() - startMs, lines: shorten(linesNow().join("\n")) };
}

async function writeTour(folder: string): Promise<string> {
  const clone = join(folder, "rearguard");
  const cloned = await typeIn(folder, {})(`git clone --quiet "${root}" rearguard`);
  if (cloned.code !== 0) throw new Error(cloned.text);
  // A temporary folder of its own, so that it can be looked into.
  const temporary = { TMPDIR: folder };
  const type = typeIn(clone, temporary);
  const must = async (line: string): Promise<Typed> => {
    const typed = await type(line);
    if (typed.code !== 0) throw new Error(typed.text);
    return typed;
  };
  const node = await must("node --version");
  const installed = await must("npm ci");
  const once = await must("npm run -s demo -- --once");

  const demo = startSession("npm run -s demo", {
    folder: clone,
    env: { ...userEnvironment(), ...temporary },
  });
  try {
    await demo.until("the results are there", (printed) => /^total /m.test(printed));
    const started = demo.printed();
    const kubeconfig = /export KUBECONFIG=(\S+)/.exec(started)?.[1] ?? "";
    const port = /https:\/\/127\.0\.0\.1:(\d+)/.exec(started)?.[1] ?? "";
    const inShop = typeIn(clone, { ...temporary, KUBECONFIG: kubeconfig });
    const kubectl = async (line: string): Promise<Typed> => {
      const typed = await inShop(line);
      if (typed.code !== 0) throw new Error(typed.text);
      return typed;
    };
    const reportsOf = (name: string): string =>
      `kubectl -n shop get policyreports -o custom-columns='KIND:.scope.kind,NAME:.scope.name,PASS:.summary.pass,FAIL:.summary.fail,WARN:.summary.warn' | grep -E 'KIND|${name}'`;
    const reports = await kubectl("kubectl get policyreports -n payments");
    const before = await kubectl(reportsOf("recommendations"));
    const failing = await kubectl(
      `kubectl -n shop get policyreports -o jsonpath='{range .items[?(@.scope.name=="recommendations")].results[?(@.result=="fail")]}{.policy}/{.rule}: {.message}{"\\n"}{end}'`,
    );
    const patch = `kubectl -n shop patch deployment recommendations --type=json -p '[{"op":"replace","path":"/spec/template/spec/containers/0/image","value":"registry.example.com/shop/recommendations:2.0"}]'`;
    const edited = await changesAfter(demo, 2, () => kubectl(patch));
    const after = await kubectl(reportsOf("recommendations"));
    const clusterReports = await kubectl("kubectl get clusterpolicyreports");
    const removed = await changesAfter(demo, 4, () =>
      kubectl("kubectl delete clusterpolicy namespaces-have-owners"),
    );
    const noReports = await kubectl("kubectl get clusterpolicyreports");
    const narrowed = await changesAfter(demo, 6, () => kubectl("kubectl delete clusterpolicy cron-jobs-end"));
    const taken = await type(`npm run -s demo -- --port ${port}`);
    await demo.interrupt();
    const left = await type(`ls ${dirname(kubeconfig)}`);
    const wrong: Typed[] = [];
    for (const line of [
      "npm run -s demo -- --ones",
      "npm run -s demo -- --port 99999",
      "npm run -s demo -- --policies nowhere",
      "npm run -s demo -- --kubeconfig /proc/kubeconfig",
      "npm run -s demo -- --kubeconfig package.json",
      "npm run -s rearguard -- scna policy.yaml",
      "npm run -s rearguard -- controller --onyl scan",
      "npm run -s rearguard -- scan",
    ]) {
      const typed = await type(line);
      if (typed.code === 0) throw new Error(`${line} was to fail:\n${typed.text}`);
      wrong.push({ ...typed, text: `${typed.text}\n$ echo $?\n${typed.code}` });
    }
    return `# A tour

What a new user types, and what is printed. \`npm run tour\` typed it in a fresh clone and wrote this page; only
the name of the temporary folder is shortened. On the path were Node ${node.text.split("\n")[1] ?? ""}, npm and, to look and to change, kubectl.

## From a clone to results

${block(installed.text, once.text)}

The install took ${seconds(installed.ms)}, the demo ${seconds(once.ms)} from Enter to the prompt.

## Live

In a first terminal the demo goes on until Ctrl-C. On a terminal its tables stay in place and change; here, where its output
goes to a file, each change is a line of its own.

${block(shorten(`$ npm run -s demo\n${started}`))}

In a second terminal, after the \`export\` line above:

${block(reports.text, before.text, failing.text)}

Its image is from another registry and not pinned. That is put right:

${block(edited.typed.text)}

The first terminal said, ${seconds(edited.ms)} after Enter:

${block(edited.lines)}

${block(after.text)}

## A policy goes

${block(clusterReports.text, removed.typed.text)}

The first terminal, ${seconds(removed.ms)} after Enter:

${block(removed.lines)}

Nothing else judged these namespaces, so their reports are gone:

${block(noReports.text)}

Where other policies judge the same objects, only the results of the one that went leave their reports:

${block(narrowed.typed.text)}

${block(narrowed.lines)}

## What goes wrong

A port that is taken, by the first demo:

${block(`${taken.text}\n$ echo $?\n${taken.code}`)}

Ctrl-C in the first terminal ends the demo, and nothing is left:

${block(left.text)}

Mistakes are told with what to do:

${block(...wrong.map(({ text }) => text))}
`.replaceAll(`${folder}/`, "/tmp/");
  } finally {
    await demo.interrupt();
  }
}

const folder = await mkdtemp(join(tmpdir(), "rearguard-tour-"));
try {
  await writeFile(page, await writeTour(folder));
  console.log("docs/tour.md is written");
} finally {
  await rm(folder, { recursive: true, force: true });
}
