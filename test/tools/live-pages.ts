import { execFile } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { applyCrds } from "#test/support/control-plane/apply-crds.ts";
import { startEmbeddedPlane } from "#test/support/control-plane/start-embedded-plane.ts";
import { startOperatorHere } from "#test/support/operator/operator-here.ts";

// Goes through a cleanup that a limit held, and a restore, on the embedded API server, and writes what was printed into
// the blocks of docs/cleanup.md and docs/restore.md that follow <!-- live:NAME -->. Takes some minutes: policies wait for
// full minutes, as they do.

const root = join(import.meta.dirname, "../..");
const pages = ["docs/cleanup.md", "docs/restore.md"];
const limitMs = 150_000;
const width = 100;

const plane = await startEmbeddedPlane({});
await applyCrds(plane);

/** What a shell prints, standard error included, as on a terminal. */
const sh = (line: string): Promise<string> =>
  new Promise((resolve) => {
    const rearguard = `rearguard() { node "${root}/src/main.ts" "$@"; }`;
    execFile(
      "bash",
      ["-c", `exec 2>&1; ${rearguard}; ${line}`],
      {
        cwd: join(root, "docs/examples"),
        env: { ...process.env, KUBECONFIG: plane.kubeconfigPath, COLUMNS: String(width), NO_COLOR: "1" },
      },
      (_error, stdout) => resolve(stdout),
    );
  });

const must = async (line: string, isIt: (text: string) => boolean): Promise<string> => {
  const endMs = performance.now() + limitMs;
  for (;;) {
    const text = (await sh(line)).trim();
    if (isIt(text)) return text;
    if (performance.now() > endMs) throw new Error(`waited in vain for ${line}: ${text}`);
    await delay(500);
  }
};

const blocks = new Map<string, string>();
const show = async (name: string, ...lines: readonly string[]): Promise<void> => {
  const shown: string[] = [];
  for (const line of lines) shown.push(`$ ${line}\n${(await sh(line)).trimEnd()}\n`);
  blocks.set(name, shown.join("").replaceAll(/ +$/gm, ""));
};

await sh("kubectl create namespace kyverno; kubectl create namespace shop");
for (const name of [
  "cache-1",
  "cache-2",
  "cache-3",
  "cache-4",
  "cache-5",
  "settings",
  "notes",
  "draft-offer",
]) {
  await sh(`kubectl -n shop create configmap ${name} --from-literal=of=${name}`);
  if (name.startsWith("cache")) await sh(`kubectl -n shop label configmap ${name} tier=cache`);
}
await sh("kubectl -n shop label configmap draft-offer state=draft");
await sh("kubectl -n shop annotate configmap cache-5 meta.helm.sh/release-name=web");
const operator = await startOperatorHere({
  kubeconfigPath: plane.kubeconfigPath,
  flags: ["--only=scan,cleanup,ttl", "--journal=configmaps"],
});

try {
  await show("preview", "rearguard preview old-caches.yaml --cluster");
  await show("apply", "kubectl apply -f old-caches.yaml");
  await sh("kubectl apply -f drafts.yaml");
  const status = "kubectl get ccleanpol old-caches -o jsonpath=";
  await must(`${status}{.status.lastRun.outcome}`, (text) => text === "Held");
  await delay(1_500);
  await show(
    "held",
    "kubectl get ccleanpol -o wide",
    `kubectl get ccleanpol old-caches -o jsonpath='{.status.conditions[?(@.type=="LimitHeld")].message}'`,
    "kubectl get events -A --field-selector reason=PolicyError",
    "kubectl get clusterpolicyreports -o custom-columns='ON:.scope.name,FAIL:.summary.fail,MESSAGE:.results[0].message'",
  );
  const held = await sh(`${status}{.status.heldRun.scheduledTime}`);
  await show(
    "confirm",
    "kubectl -n shop label configmap cache-1 cache-2 tier-",
    `kubectl annotate ccleanpol old-caches cleanup.rearguard.io/confirm-run=${held}`,
  );
  await must(`${status}{.status.lastRun.outcome}`, (text) => text === "Completed");
  await show("completed", "kubectl get ccleanpol", "kubectl -n shop get configmaps");

  await show("list", "rearguard restore --list");
  await sh("kubectl delete ccleanpol old-caches");
  await show("ask", `rearguard restore --policy old-caches --run ${held}`);
  await show(
    "restore",
    "rearguard restore configmap/cache-3 -n shop --yes",
    "kubectl -n shop get configmap cache-3 -o jsonpath='{.data}{\"\\n\"}'",
  );
  await show("again", `rearguard restore --policy old-caches --run ${held}; echo "exit code $?"`);
  await show("manifests", "rearguard restore configmap/cache-4 -n shop -o manifests");

  const report = "kubectl -n shop get policyreports -o jsonpath={.items[*].scope.name}";
  await must(report, (text) => text.includes("draft-offer"));
  await show(
    "audit",
    "kubectl get dpol",
    "kubectl -n shop get policyreports -o custom-columns='ON:.scope.name,WARN:.summary.warn,MESSAGE:.results[0].message'",
  );
  await sh("kubectl -n shop create configmap draft --from-literal=of=draft");
  await show("ttl", "kubectl -n shop label configmap draft cleanup.kyverno.io/ttl=2s");
  await must("kubectl -n shop get configmap draft -o name", (text) => text.includes("NotFound"));
  await show("ttl-gone", "kubectl -n shop get configmap draft");
} finally {
  await operator.stop();
  await plane.stop();
}

for (const page of pages) {
  const path = join(root, page);
  const text = await readFile(path, "utf8");
  const written = text.replaceAll(
    /(<!-- live:([\w-]+) -->\n```console\n)[^]*?(```)/g,
    (_whole, head: string, name: string, end: string) => {
      const block = blocks.get(name);
      if (block === undefined) throw new Error(`${page}: nothing is printed for ${name}`);
      return `${head}${block}${end}`;
    },
  );
  await writeFile(path, written);
}
