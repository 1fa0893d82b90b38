import { version } from "./version.ts";

/** Runs every command but `controller`. Resolves to the exit code. */
export function runCommandLine(argv: readonly string[]): Promise<number> {
  const [, , command = ""] = argv;
  if (command === "--version" || command === "version") {
    process.stdout.write(`${version}\n`);
    return Promise.resolve(0);
  }
  process.stderr.write("Usage: rearguard controller [flags]\n");
  return Promise.resolve(2);
}
