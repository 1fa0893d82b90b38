import { availableParallelism } from "node:os";
import { resolve } from "node:path";
import { glob } from "node:fs/promises";
import { runGroups } from "./run-groups.ts";

// Runs the integration tests on the embedded API server, or the files and with the options for Node that are given:
// `node test/integration/run.ts [--test-name-pattern=TEXT] [FILE…]`.

const repositoryFolder = resolve(import.meta.dirname, "../..");
const given = process.argv.slice(2);
const flags = given.filter((word) => word.startsWith("--"));
const named = given.filter((word) => !word.startsWith("--"));
const files =
  named.length > 0
    ? named
    : await Array.fromAsync(glob("test/integration/**/*.test.ts", { cwd: repositoryFolder }));

// Groups wait for the API server and for Leases now and then: one more than there are processors.
process.exitCode = await runGroups(files, {
  flags,
  concurrency: availableParallelism() + 1,
  cwd: repositoryFolder,
  env: process.env,
});
