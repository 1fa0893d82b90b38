/** An element of an XML document. */
export interface XmlElement {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string | number | undefined>>;
  readonly children?: readonly (XmlElement | string)[];
}

/** The document as text. Nothing that the texts hold is markup, and characters that XML cannot hold are replaced. */
export function renderXml(root: XmlElement): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n${renderElement(root, "")}\n`;
}

function renderElement({ name, attributes, children = [] }: XmlElement, indent: string): string {
  const pairs = Object.entries(attributes).flatMap(([key, value]) =>
    value === undefined ? [] : [` ${key}="${escapeAttribute(String(value))}"`],
  );
  const start = `${indent}<${name}${pairs.join("")}`;
  if (children.length === 0) return `${start}/>`;
  // White space between texts would be part of them.
  if (children.some((child) => typeof child === "string")) {
    const text = children.map((child) =>
      typeof child === "string" ? escapeText(child) : renderElement(child, ""),
    );
    return `${start}>${text.join("")}</${name}>`;
  }
  const lines = children.map((child) => renderElement(child as XmlElement, `${indent}  `));
  return [`${start}>`, ...lines, `${indent}</${name}>`].join("\n");
}

function escapeText(text: string): string {
  return withoutForbidden(text)
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll("\r", "&#13;");
}

/** Line ends of attributes would be read as blanks. */
function escapeAttribute(text: string): string {
  return escapeText(text).replaceAll('"', "&quot;").replaceAll("\n", "&#10;").replaceAll("\t", "&#9;");
}

function withoutForbidden(text: string): string {
  // oxlint-disable-next-line no-control-regex -- these are the characters in question
  return text.toWellFormed().replaceAll(/[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]/g, "\uFFFD");
}
