import { flagOf, settingRows, variableOf, type SettingRow } from "./setting-table.ts";
import { configMapKeysWithoutEffect, flagsWithoutEffect } from "./without-effect.ts";

const intro = `# Settings

<!-- Made from src/controllers/settings/setting-table.ts by test/tools/settings-page.ts; do not edit. -->

Every setting can be given in several places. The strongest wins:

1. a flag,
2. an environment variable,
3. the settings file (\`--config\`, YAML, by name of setting),
4. the ConfigMaps that Kyverno reads (\`kyverno\` and \`kyverno-metrics\` in Kyverno's namespace),
5. the default.

A value that is not understood never stops a running process: what was in force stays, the problem is logged and counted
in \`rearguard_settings_problems\`. The file and the ConfigMaps are read again when they change. Settings marked *live*
take effect at once, the others with a restart.

Names in the file are those of the table. The flag is the name in kebab case (\`--background-scan-interval\`), and flags of
Kyverno's controllers with the same meaning are understood, too. The variable is \`REARGUARD_\` and the name in upper case.
`;

const outro = `
## Accepted without effect

Existing arguments and ConfigMaps need no edit: these are understood and change nothing.

| Where | Names |
|---|---|
| flags | ${[...flagsWithoutEffect.keys()].map((name) => `\`${name}\``).join(", ")} |
| ConfigMap \`kyverno\` | ${[...configMapKeysWithoutEffect.keys()].map((name) => `\`${name}\``).join(", ")} |
`;

/** The text of `docs/settings.md`. */
export function renderSettingsPage(): string {
  const head = "| Name | Default | Value | Meaning | Also as |\n|---|---|---|---|---|\n";
  const lines = [...settingRows].map(([name, row]) => renderRow(name, row));
  return `${intro}\n${head}${lines.join("\n")}\n${outro}`;
}

function renderRow(name: string, row: SettingRow<unknown>): string {
  const shown = row.type.show(row.default);
  const cells = [
    `\`${name}\``,
    shown === "" ? "" : `\`${shown}\``,
    row.type.name,
    `${row.doc}${row.live ? " *Live.*" : ""}`,
    otherNames(name, row).join(", "),
  ];
  return `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
}

function otherNames(name: string, row: SettingRow<unknown>): readonly string[] {
  const { configMap, env = [], kyvernoFlags = [] } = row;
  return [
    ...kyvernoFlags.filter((flag) => flag !== flagOf(name)).map((flag) => `\`--${flag}\``),
    ...env.filter((variable) => variable !== variableOf(name)).map((variable) => `\`${variable}\``),
    ...(configMap === undefined
      ? []
      : [
          `\`${configMap.key}\` in ConfigMap \`${configMap.role === "kyverno" ? "kyverno" : "kyverno-metrics"}\``,
        ]),
  ];
}
