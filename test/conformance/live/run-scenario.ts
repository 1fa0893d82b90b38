import { spawn } from "node:child_process";
import { setTimeout as delay } from "node:timers/promises";
import type { KubeClient } from "#kube/client/kube-client.ts";
import type { Discovery } from "#kube/discovery/create-discovery.ts";
import { bound, differences } from "./expectation.ts";
import { createLiveClient } from "./live-client.ts";
import type { LiveClient } from "./live-client.ts";
import type { Bindings, Checks, PlannedOperation, Scenario } from "./scenario.ts";

export interface ScenarioWorld {
  readonly client: KubeClient;
  readonly discovery: Discovery;
  readonly kubeconfigPath: string;
  /** Folder with the kubectl that scripts use. */
  readonly toolFolders: readonly string[];
}

export type ScenarioOutcome =
  | { readonly kind: "passed"; readonly seconds: number }
  | { readonly kind: "failed"; readonly seconds: number; readonly step: string; readonly problem: string };

const pollMs = 50;
const cleanupMs = 30_000;

class StepFailed extends Error {
  override readonly name = "StepFailed";
}

/** Runs a scenario from a fresh namespace to the removal of all that it created. */
export const runScenario = async (
  scenario: Scenario,
  world: ScenarioWorld,
  namespace: string,
): Promise<ScenarioOutcome> => {
  const startMs = performance.now();
  const seconds = (): number => (performance.now() - startMs) / 1000;
  const live = createLiveClient(world.client, world.discovery, namespace);
  const created: unknown[] = [];
  const ownNamespace = { apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } };
  if (scenario.namespace === undefined) await live.write("apply", ownNamespace);
  let outcome: ScenarioOutcome | undefined;
  try {
    for (const planned of scenario.operations) {
      try {
        await runOperation(scenario, planned, { live, world, created, namespace });
      } catch (error) {
        const problem = error instanceof Error ? error.message : String(error);
        outcome = { kind: "failed", seconds: seconds(), step: planned.step, problem };
        break;
      }
    }
  } finally {
    for (const document of created.toReversed()) await live.remove(document, cleanupMs).catch(() => {});
    if (scenario.namespace === undefined) await live.remove(ownNamespace, cleanupMs).catch(() => {});
  }
  return outcome ?? { kind: "passed", seconds: seconds() };
};

interface Surroundings {
  readonly live: LiveClient;
  readonly world: ScenarioWorld;
  readonly created: unknown[];
  readonly namespace: string;
}

const runOperation = async (
  scenario: Scenario,
  planned: PlannedOperation,
  surroundings: Surroundings,
): Promise<void> => {
  const { operation } = planned;
  const { live, namespace } = surroundings;
  const bindings: Bindings = { namespace, ...planned.bindings };
  const { timeouts } = scenario;
  switch (operation.kind) {
    case "apply":
    case "create":
    case "update":
      for (const document of operation.documents) {
        const body = scenario.isTemplated ? bound(document, bindings) : document;
        if (operation.kind !== "update") surroundings.created.push(body);
        const { kind } = operation;
        await writeDocument(() => live.write(kind, body), operation.expect, timeouts.apply, bindings);
      }
      return;
    case "assert":
    case "error":
      for (const document of operation.documents) {
        await expectDocument(live, document, bindings, operation.kind, timeouts[operation.kind]);
      }
      return;
    case "delete":
      for (const { name, namespace: own, labels, ...typed } of operation.references) {
        const metadata = { name, labels, ...(own === undefined ? {} : { namespace: own }) };
        const meant =
          name === undefined
            ? await live.candidates({ ...typed, metadata: { labels } })
            : [{ ...typed, metadata }];
        for (const document of meant) await live.remove(bound(document, bindings), timeouts.delete);
      }
      return;
    case "sleep":
      await delay(operation.ms);
      return;
    case "script":
      return runProgram(scenario, "sh", ["-c", operation.content], operation, { ...surroundings, bindings });
    case "command":
      return runProgram(scenario, operation.program, operation.args, operation, {
        ...surroundings,
        bindings,
      });
    case "wait":
      throw new StepFailed(`wait is not supported: ${operation.text}`);
    default:
      operation satisfies never;
  }
};

/** Tries until it succeeds, or fails as it is expected to. */
const writeDocument = async (
  write: () => Promise<unknown>,
  expect: Checks,
  limitMs: number,
  bindings: Bindings,
): Promise<void> => {
  const endMs = performance.now() + limitMs;
  for (;;) {
    let error: string | null = null;
    try {
      await write();
    } catch (caught) {
      error = caught instanceof Error ? caught.message : String(caught);
    }
    const outcome = { ...bindings, error };
    const problems =
      expect.length === 0
        ? error === null
          ? []
          : [error]
        : expect.flatMap(({ check }) => differences(check, {}, outcome));
    if (problems.length === 0) return;
    if (performance.now() > endMs) throw new StepFailed(problems.join("; "));
    await delay(pollMs);
  }
};

const expectDocument = async (
  live: LiveClient,
  document: unknown,
  bindings: Bindings,
  kind: "assert" | "error",
  limitMs: number,
): Promise<void> => {
  const endMs = performance.now() + limitMs;
  const wanted = boundMetadata(document, bindings);
  let last: readonly string[] = [];
  for (;;) {
    try {
      const candidates = await live.candidates(wanted);
      const found = candidates.map((candidate) => differences(wanted, candidate, bindings));
      const matches = found.some((problems) => problems.length === 0);
      if (kind === "error" ? !matches : matches) return;
      last =
        kind === "error"
          ? ["it is there"]
          : (found.toSorted((a, b) => a.length - b.length)[0] ?? ["there is none"]);
    } catch (error) {
      const problem = error instanceof Error ? error.message : String(error);
      // Of a kind that does not exist there are no objects.
      if (kind === "error" && problem.startsWith("no kind ")) return;
      last = [problem];
    }
    if (performance.now() > endMs) {
      const { kind: name, metadata } = wanted as {
        kind?: string;
        metadata?: { name?: string; namespace?: string };
      };
      throw new StepFailed(
        `${kind} ${name} ${metadata?.namespace ?? ""}/${metadata?.name ?? "?"}: ${last.slice(0, 4).join("; ")}`,
      );
    }
    await delay(pollMs);
  }
};

/** Names are needed before anything can be compared; the rest is computed over what is found. */
const boundMetadata = (document: unknown, bindings: Bindings): unknown => {
  const { metadata, ...rest } = document as { readonly metadata?: unknown };
  return metadata === undefined ? rest : { ...rest, metadata: bound(metadata, bindings) };
};

const runProgram = async (
  scenario: Scenario,
  program: string,
  args: readonly string[],
  { check, timeoutMs }: { readonly check: unknown; readonly timeoutMs: number },
  { world, namespace, bindings }: Surroundings & { readonly bindings: Bindings },
): Promise<void> => {
  const limitMs = timeoutMs > 0 ? timeoutMs : Math.max(scenario.timeouts.exec, 15_000);
  const child = spawn(program, args, {
    cwd: scenario.folder,
    env: {
      ...process.env,
      KUBECONFIG: world.kubeconfigPath,
      NAMESPACE: namespace,
      PATH: [...world.toolFolders, process.env["PATH"] ?? ""].join(":"),
    },
    stdio: ["ignore", "pipe", "pipe"],
    timeout: limitMs,
  });
  let [stdout, stderr] = ["", ""];
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => void (stdout += chunk));
  child.stderr.setEncoding("utf8").on("data", (chunk: string) => void (stderr += chunk));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  const error = code === 0 ? null : `exit code ${code}`;
  const problems =
    check === undefined
      ? error === null
        ? []
        : [`${error}: ${stderr.trim() || stdout.trim()}`]
      : differences(check, {}, { ...bindings, error, stdout, stderr });
  if (problems.length > 0) throw new StepFailed(problems.join("; "));
};
