import { flagOf, settingRows } from "#controllers/settings/setting-table.ts";

const booleans = new Set(
  [...settingRows].flatMap(([name, row]) =>
    row.type.name === "true or false" ? [flagOf(name), name, ...(row.kyvernoFlags ?? [])] : [],
  ),
);

/** The arguments of `rearguard controller`: flags by name, what asks for help, and what is no flag. */
export interface ControllerFlags {
  readonly flags: readonly (readonly [string, string])[];
  readonly help: boolean;
  readonly stray: readonly string[];
}

/**
 * Reads flags in the way of Go's, because existing manifests are written so: `--name=value`, `--name value` (but not for
 * switches), one dash or two.
 */
export function parseControllerFlags(args: readonly string[]): ControllerFlags {
  const flags: [string, string][] = [];
  const stray: string[] = [];
  let help = false;
  for (let index = 0; index < args.length; index += 1) {
    const arg = args[index] ?? "";
    const match = /^--?([A-Za-z][\w-]*)(?:=([\s\S]*))?$/.exec(arg);
    const [, name, inline] = match ?? [];
    if (name === undefined) stray.push(arg);
    else if (name === "help" || name === "h") help = true;
    else if (inline !== undefined) flags.push([name, inline]);
    else if (booleans.has(name)) flags.push([name, "true"]);
    else {
      index += 1;
      flags.push([name, args[index] ?? ""]);
    }
  }
  return { flags, help, stray };
}

/** What `rearguard controller --help` prints. */
export function controllerHelp(): string {
  const rows = [...settingRows].map(([name, row]) => {
    const shown = row.type.show(row.default);
    const value = row.type.name === "true or false" ? "" : ` <${row.type.name}>`;
    return `  --${flagOf(name)}${value}\n        ${row.doc}${shown === "" ? "" : ` (default: ${shown})`}`;
  });
  return [
    "Usage: rearguard controller [flags]",
    "",
    "Judges what runs in a cluster against its policies and keeps PolicyReports true.",
    "Each flag can also be set by an environment variable, a settings file or Kyverno's ConfigMaps.",
    "",
    ...rows,
    "",
  ].join("\n");
}
