import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { FunctionSpec, Library } from "#engine/cel/functions/function-spec.ts";
import { allLibraries } from "#engine/cel/libraries.ts";
import { celKinds, kindLibraries } from "#engine/cel/environments/kind-environment.ts";

const usage = `Makes docs/cel-functions.md of the table of CEL functions.

  node test/tools/cel-functions.ts --write   writes the page
  node test/tools/cel-functions.ts --check   fails where the page is not current`;

const { values } = parseArgs({
  options: {
    write: { type: "boolean" },
    check: { type: "boolean" },
    help: { type: "boolean", short: "h" },
  },
});
/** Characters of an expression that are shown. */
const maxShown = 120;
const page = join(import.meta.dirname, "../../docs/cel-functions.md");

if (values.write === true) await writeFile(page, text());
else if (values.check === true) await check();
else console.log(usage);

async function check(): Promise<void> {
  if ((await readFile(page, "utf8").catch(() => "")) === text()) return;
  console.error("docs/cel-functions.md is not current: run npm run docs:cel");
  process.exitCode = 1;
}

function text(): string {
  const count = allLibraries.reduce((sum, { functions }) => sum + functions.length, 0);
  return `# CEL functions

The ${count} functions that expressions of policies may call, made from the table of the engine. Each example is a test.
\`dyn\` and \`any\` are any type, checked when the value is there; a last \`...\` repeats a parameter.

Operators, \`has\`, the macros \`all\`, \`exists\`, \`exists_one\`, \`filter\`, \`map\`, \`sortBy\`, \`cel.bind\`, \`optMap\` and \`optFlatMap\`
belong to the language and exist everywhere; macros with two variables (\`all(i, x, …)\`, \`transformList\`, \`transformMap\`,
\`transformMapEntry\`) are missing in GeneratingPolicy, DeletingPolicy and \`matchImageReferences\`.

## Where they exist

${whereTable()}
${allLibraries.map(section).join("\n")}`;
}

function whereTable(): string {
  const everywhere = allLibraries.filter((library) => celKinds.every((kind) => hasLibrary(kind, library)));
  const others = allLibraries.filter((library) => !everywhere.includes(library));
  const rows = others.map((library) => {
    const kinds = celKinds.filter((kind) => hasLibrary(kind, library));
    return `| ${library.name} | ${kinds.join(", ")} |`;
  });
  return `Everywhere: ${everywhere.map(({ name }) => name).join(", ")}.

"ClusterPolicy" is \`validate.cel\` of classic rules, "MatchConditions"
their \`webhookConfiguration.matchConditions\`, "ImageReference" is \`matchImageReferences\`.

| Library | Kinds |
|---|---|
${rows.join("\n")}
`;
}

function hasLibrary(kind: (typeof celKinds)[number], library: Library): boolean {
  return [false, true].some((isNamespaced) => kindLibraries(kind, isNamespaced).includes(library));
}

function section({ name, functions }: Library): string {
  return `## ${name}\n\n${functions.map(entry).join("\n")}`;
}

function entry({ name, source, overloads, examples }: FunctionSpec): string {
  const signatures = overloads.map(({ signature }) => `\`${signature}\``).join("<br>");
  const rows = examples.map(([expression, expected]) => {
    const result = typeof expected === "string" ? code(expected) : `error: ${escaped(expected.error)}`;
    return `| ${code(expression)} | ${result} |`;
  });
  return `### ${name}

${signatures}

${source}.

| Expression | Result |
|---|---|
${rows.join("\n")}
`;
}

function code(expression: string): string {
  const short = expression.length > maxShown ? `${expression.slice(0, maxShown)}…` : expression;
  const fence = short.includes("`") ? "``" : "`";
  return `${fence}${short.replaceAll("|", "\\|").replaceAll("\n", " ")}${fence}`;
}

function escaped(message: string): string {
  return message.replaceAll("|", "\\|").replaceAll("<", "&lt;").replaceAll("\n", " ");
}
