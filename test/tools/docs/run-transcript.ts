import type { CliIo } from "#cli/cli-io.ts";
import { buildProgram, runProgram } from "#cli/program.ts";

import { splitWords } from "./split-words.ts";

/** What commands of a page are run with. */
export interface TranscriptPlace {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Characters of a line. */
  readonly columns: number;
  readonly nowMs: number;
}

/**
 * Runs the commands of a transcript, one after the other in the working folder, and gives it with what they print.
 * Undefined where one of them is not ours, so that the transcript stays as it is.
 */
export async function runTranscript(transcript: string, place: TranscriptPlace): Promise<string | undefined> {
  const commands = transcript.split("\n").filter((line) => line.startsWith("$ "));
  let code = 0;
  const shown: string[] = [];
  for (const line of commands) {
    const ran = await runLine(line.slice(2), code, place);
    if (ran === undefined) return undefined;
    code = ran.code;
    shown.push(`${line}\n${ran.text}`);
  }
  return shown.join("");
}

interface Ran {
  readonly code: number;
  readonly text: string;
}

/** `rearguard …`, with `echo … |` before it or `| head -N` after it, or `echo $?`. */
async function runLine(line: string, before: number, place: TranscriptPlace): Promise<Ran | undefined> {
  if (line === "echo $?") return { code: 0, text: `${before}\n` };
  const parts = line.split(" | ").map(splitWords);
  const [first = [], last = []] = [parts[0], parts.at(-1)];
  const stdin = first[0] === "echo" ? `${first.slice(1).join(" ")}\n` : undefined;
  const lines = last[0] === "head" ? Number(last[1]?.slice(1)) : Infinity;
  const own = parts.filter(([name]) => name !== "echo" && name !== "head");
  const [words = []] = own;
  if (own.length !== 1 || words[0] !== "rearguard") return undefined;
  const { code, text } = await runCommand(words.slice(1), stdin, place);
  const kept = text.split("\n");
  return { code, text: kept.length <= lines ? text : `${kept.slice(0, lines).join("\n")}\n` };
}

async function runCommand(
  args: readonly string[],
  stdin: string | undefined,
  { env, columns, nowMs }: TranscriptPlace,
): Promise<Ran> {
  let [code, text] = [0, ""];
  // As on a terminal both streams are seen, but without colours.
  const output = { write: (part: string) => void (text += part), isTerminal: false, columns };
  const io: CliIo = {
    stdout: output,
    stderr: output,
    stdin: {
      isTerminal: stdin === undefined,
      async *read() {
        await Promise.resolve();
        yield stdin ?? "";
      },
    },
    allowsColor: false,
    env,
    nowMs: () => nowMs,
    setExitCode: (value) => (code = value),
  };
  await runProgram(buildProgram(io), args, io);
  return { code, text };
}
