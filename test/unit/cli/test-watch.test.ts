import assert from "node:assert/strict";
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";

import { watchTests } from "#cli/commands/watch-tests.ts";
import { openFiles } from "#cli/documents/read-documents.ts";
import { watchFiles } from "#cli/tests/file-changes.ts";
import { createTestRounds } from "#cli/tests/test-rounds.ts";
import type { TestRounds } from "#cli/tests/test-rounds.ts";
import { parseTestSelector } from "#cli/tests/test-selector.ts";

import { commandLine } from "./command-line.fixture.ts";
import type { CommandLine } from "./command-line.fixture.ts";

const policy = (label: string): string => `
apiVersion: kyverno.io/v1
kind: ClusterPolicy
metadata: {name: labels}
spec:
  rules:
  - name: label
    match: {any: [{resources: {kinds: [ConfigMap]}}]}
    validate: {message: m, pattern: {metadata: {labels: {${label}: "?*"}}}}
`;
const test = (policies: string): string => `
apiVersion: cli.kyverno.io/v1alpha1
kind: Test
metadata: {name: t}
policies: [${policies}]
resources: [../object.yaml]
results: [{policy: labels, rule: label, resources: [one], result: pass}]
`;
const files = {
  "object.yaml": "{apiVersion: v1, kind: ConfigMap, metadata: {name: one, labels: {team: a}}}",
  "policy.yaml": policy("team"),
  "a/policies/policy.yaml": policy("team"),
  "a/kyverno-test.yaml": test("policies"),
  "b/kyverno-test.yaml": test("../policy.yaml"),
};

let cli: CommandLine;
let rounds: TestRounds;
before(async () => {
  cli = await commandLine(files);
  rounds = createTestRounds({
    paths: [cli.folder],
    fileName: "kyverno-test.yaml",
    selector: parseTestSelector(""),
    files: openFiles(() => {
      throw new Error("nothing reads standard input");
    }),
    nowMs: () => 0,
  });
});
after(() => cli.remove());

const write = (path: string, text: string): Promise<void> => writeFile(join(cli.folder, path), text);

async function ran(): Promise<readonly string[]> {
  const { run } = await rounds.next();
  return run.map(({ path, rows, error }) => {
    const name = path.slice(cli.folder.length + 1, -"/kyverno-test.yaml".length);
    return `${name} ${error === undefined ? rows.map(({ result }) => result).join() : "error"}`;
  });
}

describe("rounds over tests", () => {
  it("run all at first, and then nothing as long as nothing changes", async () => {
    assert.deepEqual(await ran(), ["a Pass", "b Pass"]);
    assert.deepEqual(await ran(), []);
    assert.equal(rounds.isStale(), false);
  });

  it("run what reads a file that was edited", async () => {
    await write("policy.yaml", policy("no-such-label"));
    assert.equal(rounds.isStale(), true);
    assert.deepEqual(await ran(), ["b Fail"]);
    await write("object.yaml", files["object.yaml"].replace("team: a", "no-such-label: a"));
    assert.deepEqual(await ran(), ["a Fail", "b Pass"]);
  });

  it("see a policy that comes into a folder, and do not mind what editors put there", async () => {
    await write("a/policies/more.yaml", policy("other").replace("name: labels", "name: more"));
    assert.deepEqual(await ran(), ["a Fail"]);
    await write("a/policies/.more.yaml.swp", "x");
    await write("a/policies/more.yaml~", "x");
    assert.deepEqual(await ran(), []);
  });

  it("show a test that cannot be read any more, and new and lost ones", async () => {
    await write("b/kyverno-test.yaml", "results: [");
    assert.deepEqual(await ran(), ["b error"]);
    await rm(join(cli.folder, "b"), { recursive: true });
    await write("kyverno-test.yaml", test("policy.yaml").replace("../object", "object"));
    const { run, all } = await rounds.next();
    assert.deepEqual([run.length, all.length], [1, 2]);
  });
});

describe("rearguard test --watch", () => {
  it("shows everything, then what ran again, and always what fails", async () => {
    let out = "";
    const write = (text: string): void => void (out += text);
    const stream = { write, isTerminal: false };
    const abort = new AbortController();
    let waits = 0;
    await watchTests(
      ["."],
      {
        rounds: {
          isStale: () => false,
          next: () => {
            const outcome = (name: string, result: "Pass" | "Fail") => ({
              path: name,
              name,
              rows: [{ policy: "p", rule: "r", resource: "o", result, reason: "Ok", message: "" }],
              features: [],
              warnings: [],
              counts: { policies: 1, resources: 1, exceptions: 0 },
            });
            const all = [outcome("one", "Pass"), outcome("two", waits < 2 ? "Fail" : "Pass")];
            return Promise.resolve({
              all,
              run: waits === 0 ? all : all.slice(waits),
              paths: new Set<string>(),
            });
          },
        },
        changes: {
          next: () => {
            waits += 1;
            if (waits === 2) abort.abort();
            return Promise.resolve();
          },
        },
        signal: abort.signal,
      },
      { color: false, detailed: false, failOnly: false },
      {
        stdout: stream,
        stderr: stream,
        stdin: {
          isTerminal: true,
          read: () => {
            throw new Error("not read");
          },
        },
        allowsColor: false,
        env: {},
        nowMs: () => 0,
        setExitCode: () => undefined,
      },
    );
    const state = (passed: number, failed: number): string =>
      `Test Summary: ${passed} tests passed and ${failed} tests failed\n`;
    assert.equal(out.split(state(1, 1)).length, 3, out);
    assert.match(
      out,
      /Failing:\n {2}two\nWaiting for changes; Ctrl-C ends\.\n1 test of 2 run again\n\ntwo \(two\)/,
    );
  });

  it("wakes up when a file changes", async () => {
    const woken = watchFiles().next([cli.folder], [], () => false);
    await write("policy.yaml", policy("team"));
    await woken;
  });

  it("wakes up at once where something has changed already", () =>
    watchFiles().next([cli.folder], [], () => true));

  it("shows nothing but tables", async () => {
    const { code, err } = await cli.run("test . --watch -o json");
    assert.match(err, /--watch shows tables, not json/);
    assert.equal(code, 1);
  });
});
