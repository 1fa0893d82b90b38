import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

import type { CliIo } from "#cli/cli-io.ts";
import { buildProgram, runProgram } from "#cli/program.ts";

/** What a command printed. */
export interface Run {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** A folder with files, and a command line that runs in it. */
export interface CommandLine {
  readonly folder: string;
  /** Runs a command line; words that name files or folders of the table stand for them. The folder leaves the output. */
  run(line: string, stdin?: string): Promise<Run>;
  remove(): Promise<void>;
}

/** Writes files to a new folder, whose place they name `FOLDER`. */
export async function commandLine(files: Readonly<Record<string, string>>): Promise<CommandLine> {
  const folder = await mkdtemp(join(tmpdir(), "rearguard-cli-"));
  const known = new Set<string>();
  for (const [path, text] of Object.entries(files)) {
    for (let at = path; at !== "."; at = dirname(at)) known.add(at);
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text.replaceAll("FOLDER", folder));
  }
  const shown = (text: string): string => text.replaceAll(`${folder}/`, "");
  return {
    folder,
    async run(line, stdin) {
      let [code, out, err] = [0, "", ""];
      const io: CliIo = {
        stdout: { write: (text) => void (out += text), isTerminal: false },
        stderr: { write: (text) => void (err += text), isTerminal: false },
        stdin: {
          isTerminal: stdin === undefined,
          async *read() {
            await Promise.resolve();
            yield stdin ?? "";
          },
        },
        allowsColor: true,
        env: { HOME: folder },
        nowMs: () => 1_700_000_000_000,
        setExitCode: (value) => (code = value),
      };
      const args = line.split(" ").map((word) => (known.has(word) ? join(folder, word) : word));
      await runProgram(buildProgram(io), args, io);
      return { code, out: shown(out), err: shown(err) };
    },
    remove: () => rm(folder, { recursive: true }),
  };
}
