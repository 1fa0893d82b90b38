import type { Command, Option } from "commander";

type Shell = "bash" | "zsh" | "fish";

/** A command with the words that lead to it: `jp`, or `jp query`. */
interface Place {
  readonly words: readonly string[];
  readonly command: Command;
}

/** A script that completes commands, their parts, flags and the values of flags, and file names. */
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

function placesOf(command: Command, words: readonly string[]): readonly Place[] {
  return command.commands.flatMap((part) =>
    namesOf(part).flatMap((name) => {
      const place = { words: [...words, name], command: part };
      return [place, ...placesOf(part, place.words)];
    }),
  );
}

function bashScript(program: Command): string {
  const name = program.name();
  const places = placesOf(program, []);
  return [
    `_${name}() {`,
    '  local current="${COMP_WORDS[COMP_CWORD]}" place="" words="" files=1 word',
    '  for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do',
    '    case "$place $word" in',
    ...places.map(({ words }) => `      "${["", ...words].join(" ")}") place=" ${words.join(" ")}" ;;`),
    "    esac",
    "  done",
    '  case "$place" in',
    `    "") words="${program.commands.flatMap(namesOf).join(" ")}"; files=0 ;;`,
    ...places.map(({ words, command }) => {
      const stops = command.commands.length > 0 || hasChoices(command) ? "; files=0" : "";
      return `    " ${words.join(" ")}") words="${wordsOf(command).join(" ")}"${stops} ;;`;
    }),
    "  esac",
    '  COMPREPLY=($(compgen -W "$words" -- "$current"))',
    '  case "$current" in',
    "    -*) ;;",
    '    *) if [ "$files" -eq 1 ]; then COMPREPLY+=($(compgen -f -- "$current")); fi ;;',
    "  esac",
    "}",
    `complete -o filenames -F _${name} ${name}`,
    "",
  ].join("\n");
}

/** Names of the parts of a command, values of its arguments, and its flags. */
function wordsOf(command: Command): readonly string[] {
  return [
    ...command.commands.map((part) => part.name()),
    ...command.registeredArguments.flatMap(({ argChoices = [] }) => argChoices),
    ...flagsOf(command).map(({ long }) => long ?? ""),
  ];
}

function hasChoices(command: Command): boolean {
  return command.registeredArguments.some(({ argChoices }) => argChoices !== undefined);
}

function fishScript(program: Command): string {
  const name = program.name();
  const top = program.commands.flatMap((command) =>
    namesOf(command).map(
      (one) => `complete -c ${name} -n __fish_use_subcommand -a ${one} -d ${quote(command.summary())}`,
    ),
  );
  const lines = placesOf(program, [])
    // A command and its other names share their lines.
    .filter(({ words, command }) => words.at(-1) === command.name())
    .flatMap(({ words, command }) => placeLines(name, words, command));
  return `${[...top, ...lines].join("\n")}\n`;
}

function placeLines(name: string, words: readonly string[], command: Command): readonly string[] {
  const seen = [...words.slice(0, -1).map((word) => [word]), namesOf(command)].map(
    (names) => `__fish_seen_subcommand_from ${names.join(" ")}`,
  );
  const condition = quote(seen.join("; and "));
  return [
    ...command.commands.map(
      (part) => `complete -c ${name} -n ${condition} -a ${part.name()} -d ${quote(part.description())}`,
    ),
    ...command.registeredArguments.flatMap(({ argChoices = [] }) =>
      argChoices.map((choice) => `complete -c ${name} -n ${condition} -a ${choice}`),
    ),
    ...flagsOf(command).map((option) => fishFlag(name, condition, option)),
  ];
}

function fishFlag(
  name: string,
  condition: string,
  { short, long = "", required, description }: Option,
): string {
  const letter = short === undefined ? "" : ` -s ${short.slice(1)}`;
  const value = required ? " -r" : "";
  return `complete -c ${name} -n ${condition} -l ${long.slice(2)}${letter}${value} -d ${quote(description)}`;
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
