/** A table for pull requests; cells are text, whatever they hold. */
export function renderMarkdownTable(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |\n`;
  return [
    line(header),
    line(header.map(() => "---")),
    ...rows.map((row) => line(row.map(markdownText))),
  ].join("");
}

/** Text that Markdown shows as it is, on one line. */
export function markdownText(text: string): string {
  return text
    .trim()
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(/[\\`*_{}[\]()#+!|~@]/g, String.raw`\$&`)
    .replaceAll(/\s*\n\s*/g, "<br>")
    .replaceAll(/\p{Cc}/gu, " ");
}
