/** One instruction of a Dockerfile. */
export interface Instruction {
  readonly line: number;
  /** In capitals. */
  readonly name: string;
  /** `--name=value`, by name. */
  readonly flags: Readonly<Record<string, string>>;
  readonly words: readonly string[];
  /** The exec form's words; absent in the shell form. */
  readonly exec?: readonly string[];
  readonly text: string;
}

/** What stands between one FROM and the next. */
export interface Stage {
  readonly from: Instruction;
  readonly base: string;
  readonly name: string | undefined;
  readonly steps: readonly Instruction[];
}

/** Reads the stages of a Dockerfile. Throws where an instruction stands before the first FROM. */
export function parseDockerfile(text: string): readonly Stage[] {
  const stages: (Stage & { steps: Instruction[] })[] = [];
  for (const instruction of readInstructions(text)) {
    if (instruction.name === "FROM") {
      const [base = "", as = "", name] = instruction.words;
      stages.push({
        from: instruction,
        base,
        name: as.toUpperCase() === "AS" ? name : undefined,
        steps: [],
      });
      continue;
    }
    const stage = stages.at(-1);
    if (stage === undefined) throw new Error(`line ${instruction.line}: ${instruction.name} before any FROM`);
    stage.steps.push(instruction);
  }
  return stages;
}

function readInstructions(text: string): readonly Instruction[] {
  const instructions: Instruction[] = [];
  let joined = "";
  let firstLine = 0;
  for (const [index, raw] of text.split("\n").entries()) {
    if (/^\s*(#|$)/.test(raw)) continue;
    if (joined === "") firstLine = index + 1;
    joined += raw.replace(/\\\s*$/, "");
    if (/\\\s*$/.test(raw)) continue;
    instructions.push(readInstruction(joined.trim(), firstLine));
    joined = "";
  }
  return instructions;
}

function readInstruction(text: string, line: number): Instruction {
  const [name = "", ...words] = text.split(/\s+/);
  const flags: Record<string, string> = {};
  let count = 0;
  for (const word of words) {
    const [, flag, value] = /^--([a-z]+)=(.*)$/.exec(word) ?? [];
    if (flag === undefined || value === undefined) break;
    flags[flag] = value;
    count += 1;
  }
  const rest = words.slice(count);
  const shown = rest.join(" ");
  const exec = shown.startsWith("[") ? (JSON.parse(shown) as readonly string[]) : undefined;
  return {
    line,
    name: name.toUpperCase(),
    flags,
    words: rest,
    text: shown,
    ...(exec === undefined ? {} : { exec }),
  };
}
