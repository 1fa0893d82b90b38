import type { Command, Option } from "commander";

type Shell = "bash" | "zsh" | "fish";

/** A script that completes commands, their parts and flags, and file names. */
export function renderCompletion(program: Command, shell: Shell): string {
  switch (shell) {
    case "bash":
      return bashScript(program);
    case "zsh":
      return `autoload -U +X bashcompinit && bashcompinit\n${bashScript(program)}`;
    case "fish":
      return fishScript(program);
    default:
      return shell satisfies never;
  }
}

function bashScript(program: Command): string {
  const name = program.name();
  const cases = program.commands.map(
    (command) => `    ${namesOf(command).join("|")}) words="${wordsOf(command).join(" ")}" ;;`,
  );
  return [
    `_${name}() {`,
    '  local current="${COMP_WORDS[COMP_CWORD]}" words=""',
    '  case "${COMP_WORDS[1]}" in',
    ...cases,
    "  esac",
    `  if [ "$COMP_CWORD" -eq 1 ]; then words="${program.commands.flatMap(namesOf).join(" ")}"; fi`,
    '  COMPREPLY=($(compgen -W "$words" -- "$current"))',
    '  case "$current" in',
    "    -*) ;;",
    '    *) if [ "$COMP_CWORD" -gt 1 ]; then COMPREPLY+=($(compgen -f -- "$current")); fi ;;',
    "  esac",
    "}",
    `complete -o filenames -F _${name} ${name}`,
    "",
  ].join("\n");
}

/** Names of the parts of a command and its flags. */
function wordsOf(command: Command): readonly string[] {
  return [...command.commands.map((part) => part.name()), ...flagsOf(command).map(({ long }) => long ?? "")];
}

function fishScript(program: Command): string {
  const name = program.name();
  const lines = program.commands.flatMap((command) => {
    const seen = `__fish_seen_subcommand_from ${namesOf(command).join(" ")}`;
    return [
      ...namesOf(command).map(
        (one) => `complete -c ${name} -n __fish_use_subcommand -a ${one} -d ${quote(command.summary())}`,
      ),
      ...command.commands.map(
        (part) => `complete -c ${name} -n ${quote(seen)} -a ${part.name()} -d ${quote(part.description())}`,
      ),
      ...flagsOf(command).map((option) => fishFlag(name, seen, option)),
    ];
  });
  return `${lines.join("\n")}\n`;
}

function fishFlag(name: string, seen: string, { short, long = "", required, description }: Option): string {
  const letter = short === undefined ? "" : ` -s ${short.slice(1)}`;
  const value = required ? " -r" : "";
  return `complete -c ${name} -n ${quote(seen)} -l ${long.slice(2)}${letter}${value} -d ${quote(description)}`;
}

function namesOf(command: Command): readonly string[] {
  return [command.name(), ...command.aliases()];
}

function flagsOf(command: Command): readonly Option[] {
  return command.options.filter(({ hidden, long }) => !hidden && long !== undefined);
}

function quote(text: string): string {
  return `'${text.replaceAll("\\", "\\\\").replaceAll("'", String.raw`\'`)}'`;
}
