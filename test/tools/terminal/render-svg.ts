import type { Cell } from "./screen.ts";

const cellWidth = 8.4;
const lineHeight = 19;
const fontSize = 14;
const padding = 16;
const titleHeight = 34;
const background = "#0d1117";
const titleBackground = "#161b22";
const foreground = "#c9d1d9";
const buttons = ["#ff5f57", "#febc2e", "#28c840"];
const palette: Readonly<Record<number, string>> = {
  30: "#6e7681",
  31: "#ff7b72",
  32: "#56d364",
  33: "#e3b341",
  34: "#79c0ff",
  35: "#d2a8ff",
  36: "#76e3ea",
  37: "#f0f6fc",
  90: "#8b949e",
  91: "#ffa198",
  92: "#7ee787",
  93: "#f2cc60",
  94: "#a5d6ff",
  95: "#e2c5ff",
  96: "#b3f0ff",
  97: "#ffffff",
};
const escapes: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

interface Run {
  readonly start: number;
  readonly text: string;
  readonly cell: Cell;
}

/** A picture of a terminal window that is `columns` wide and as high as its lines. */
export function renderSvg(
  lines: readonly (readonly Cell[])[],
  { columns, title }: { readonly columns: number; readonly title: string },
): string {
  const width = Math.ceil(columns * cellWidth + 2 * padding);
  const height = titleHeight + lines.length * lineHeight + 2 * padding;
  const body = lines.flatMap((line, index) =>
    runsOf(line).map((run) => renderRun(run, titleHeight + padding + (index + 0.75) * lineHeight)),
  );
  const circles = buttons.map(
    (fill, index) => `<circle cx="${20 + index * 20}" cy="${titleHeight / 2}" r="6" fill="${fill}"/>`,
  );
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-label="${escape(title)}">`,
    `<rect width="${width}" height="${height}" rx="8" fill="${background}"/>`,
    `<path d="M0 ${titleHeight}V8a8 8 0 0 1 8-8h${width - 16}a8 8 0 0 1 8 8v${titleHeight - 8}z" fill="${titleBackground}"/>`,
    ...circles,
    `<g font-family="ui-monospace,SFMono-Regular,Menlo,Consolas,'Liberation Mono',monospace" font-size="${fontSize}" fill="${foreground}">`,
    `<text x="${width / 2}" y="${titleHeight / 2 + 5}" text-anchor="middle" fill="${palette[90]}">${escape(title)}</text>`,
    ...body,
    "</g>",
    "</svg>",
    "",
  ].join("\n");
}

/** Neighbours that look the same; blanks at the end and plain blanks between are left out. */
function runsOf(line: readonly Cell[]): readonly Run[] {
  const runs: Run[] = [];
  line.forEach((cell, start) => {
    const last = runs.at(-1);
    const isNext = last !== undefined && last.start + last.text.length === start;
    if (isNext && last.cell.color === cell.color && last.cell.bold === cell.bold) {
      runs[runs.length - 1] = { ...last, text: last.text + cell.text };
    } else {
      runs.push({ start, text: cell.text, cell });
    }
  });
  return runs.flatMap((run) => splitWide(run)).filter(({ text }) => text.trim() !== "");
}

/** Words that stand apart get places of their own, so that columns are straight in every font. */
function splitWide({ start, text, cell }: Run): readonly Run[] {
  return [...text.matchAll(/\S+(?: \S+)*/g)].map((found) => ({
    start: start + found.index,
    text: found[0],
    cell,
  }));
}

function renderRun({ start, text, cell }: Run, y: number): string {
  const x = round(padding + start * cellWidth);
  const length = round(text.length * cellWidth);
  const fill = cell.color === undefined ? "" : ` fill="${palette[cell.color] ?? foreground}"`;
  const weight = cell.bold ? ' font-weight="bold"' : "";
  // The length is given, because the width of the viewer's font is not known.
  return `<text x="${x}" y="${round(y)}" textLength="${length}"${fill}${weight}>${escape(text)}</text>`;
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}

function escape(text: string): string {
  return text.replaceAll(/[&<>"]/g, (character) => escapes[character] ?? character);
}
