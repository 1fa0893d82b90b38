import { styleText } from "node:util";

const colors: ReadonlyMap<string, "red" | "yellow" | "green" | "blue"> = new Map([
  ["error", "red"],
  ["warn", "yellow"],
  ["info", "green"],
  ["debug", "blue"],
]);

/** One line for people: time, level, message, then `key=value` for each field; stacks follow on lines of their own. */
export function renderText(line: Readonly<Record<string, unknown>>, colored: boolean): string {
  const { time, level, message, ...fields } = line;
  const paint = (style: "red" | "yellow" | "green" | "blue" | "dim", text: string): string =>
    colored ? styleText(style, text, { validateStream: false }) : text;
  const label = String(level).toUpperCase().padEnd(5);
  const head = [
    paint("dim", String(time)),
    paint(colors.get(String(level)) ?? "blue", label),
    String(message),
  ].join(" ");
  const shown = Object.entries(fields)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => ` ${paint("dim", `${oneLine(key)}=`)}${renderValue(value)}`);
  return `${head}${shown.join("")}${stacks(fields)}`;
}

function renderValue(value: unknown): string {
  if (isErrorRecord(value)) return quote(value.message);
  return typeof value === "string" ? quote(value) : (JSON.stringify(value) ?? "");
}

/** Text with spaces, quotes or control characters is quoted, so that one entry stays one line. */
function quote(text: string): string {
  // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
  return text === "" || /[\s"=\u0000-\u001f\u007f]/.test(text) ? JSON.stringify(text) : text;
}

function oneLine(key: string): string {
  return key.replaceAll(/\s/g, "_");
}

function isErrorRecord(value: unknown): value is { readonly message: string; readonly stack?: string } {
  return typeof value === "object" && value !== null && "stack" in value && "message" in value;
}

function stacks(fields: Readonly<Record<string, unknown>>): string {
  return Object.values(fields)
    .filter(isErrorRecord)
    .map((error) => `\n${error.stack}`)
    .join("");
}
