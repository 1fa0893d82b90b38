import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";

const entry = fileURLToPath(new URL("../../src/main.ts", import.meta.url));
const limitMs = 120_000;

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

let folder = "";
let temporary = "";

before(async () => {
  folder = await mkdtemp(join(tmpdir(), "demo-test-"));
  temporary = join(folder, "tmp");
  await mkdir(temporary);
});

after(() => rm(folder, { recursive: true, force: true }));

/** Runs a command to its end; `interruptAt`: SIGINT as soon as standard output holds this text. */
async function run(args: readonly string[], interruptAt?: string): Promise<Ended> {
  const child = spawn(process.execPath, [entry, ...args], {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, TMPDIR: temporary },
    timeout: limitMs,
  });
  let stdout = "";
  let stderr = "";
  let interrupted = false;
  child.stderr.setEncoding("utf8").on("data", (chunk: string) => (stderr += chunk));
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
    stdout += chunk;
    if (interruptAt === undefined || interrupted || !stdout.includes(interruptAt)) return;
    interrupted = true;
    child.kill("SIGINT");
  });
  const [code] = (await once(child, "close")) as [number | null];
  return { code, stdout, stderr };
}

/** The counts of a row: pass, fail, warn, error, skip. */
function rowOf(stdout: string, name: string): readonly number[] {
  const line = stdout.split("\n").find((one) => one.startsWith(`${name} `)) ?? "";
  return line.slice(name.length).trim().split(/\s+/).map(Number);
}

test("The demo ends after the first scan with the results of every policy, and leaves nothing behind", async () => {
  const { code, stdout, stderr } = await run(["demo", "--once"]);
  assert.equal(stderr, "");
  assert.equal(code, 0);
  assert.match(stdout, /^ {2}export KUBECONFIG=\S+$/m);
  assert.match(stdout, /^Metrics: http:\/\/127\.0\.0\.1:\d+\/metrics$/m);
  assert.deepEqual(rowOf(stdout, "two-replicas"), [12, 3, 0, 0, 0]);
  assert.deepEqual(rowOf(stdout, "describe-workloads"), [13, 0, 10, 0, 0]);
  assert.deepEqual(rowOf(stdout, "(cluster)"), [3, 1, 0, 0, 0]);
  assert.deepEqual(rowOf(stdout, "total"), [224, 31, 10, 0, 4]);
  assert.deepEqual(await readdir(temporary), []);
});

test("One's own policies and resources are judged in place of the sample, in namespaces made for them", async () => {
  await mkdir(join(folder, "policies"));
  await mkdir(join(folder, "resources"));
  const policy = {
    apiVersion: "kyverno.io/v1",
    kind: "ClusterPolicy",
    metadata: { name: "named" },
    spec: {
      rules: [
        {
          name: "label",
          match: { any: [{ resources: { kinds: ["ConfigMap"], names: ["my-*"] } }] },
          validate: { message: "needs a label", pattern: { metadata: { labels: { app: "?*" } } } },
        },
      ],
    },
  };
  const map = (name: string, labels: object): object => ({
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name, namespace: "mine", labels },
  });
  const unknown = { apiVersion: "example.com/v1", kind: "Nothing", metadata: { name: "x" } };
  await writeFile(join(folder, "policies", "a.yaml"), JSON.stringify(policy));
  await writeFile(join(folder, "resources", "a.yaml"), JSON.stringify(map("my-good", { app: "a" })));
  await writeFile(join(folder, "resources", "b.yaml"), JSON.stringify(map("my-bad", {})));
  await writeFile(join(folder, "resources", "c.yaml"), JSON.stringify(unknown));
  const own = ["--policies", join(folder, "policies"), "--resources", join(folder, "resources")];
  const { code, stdout, stderr } = await run(["demo", "--once", ...own]);
  assert.equal(code, 0);
  assert.match(stderr, /^left out: \S+c\.yaml:1: the server does not know example\.com\/v1 Nothing\n$/);
  assert.deepEqual(rowOf(stdout, "named"), [1, 1, 0, 0, 0]);
  assert.deepEqual(rowOf(stdout, "total"), [1, 1, 0, 0, 0]);
});

test("A signal ends the live demo with exit code 0, and the kubeconfig is removed", async () => {
  const { code, stdout } = await run(["demo"], "total ");
  assert.equal(code, 0);
  assert.match(stdout, /kubectl get policyreports -A/);
  assert.deepEqual(await readdir(temporary), []);
});

test("A port that is taken and a kubeconfig that cannot be written are said in one line", async () => {
  const other = createServer().listen(0, "127.0.0.1");
  await once(other, "listening");
  const { port } = other.address() as AddressInfo;
  const taken = await run(["demo", "--once", "--port", String(port)]);
  other.close();
  assert.deepEqual([taken.code, taken.stdout], [1, ""]);
  assert.equal(
    taken.stderr,
    `rearguard: port ${port} is taken; choose another with --port, or leave --port out for a free one\n`,
  );
  const kubeconfig = join(folder, "no-such-folder", "kubeconfig");
  const unwritable = await run(["devserver", "--kubeconfig", kubeconfig]);
  assert.deepEqual([unwritable.code, unwritable.stdout], [1, ""]);
  assert.match(unwritable.stderr, /^rearguard: cannot write the kubeconfig to .* \(ENOENT\); name a file/);
});
