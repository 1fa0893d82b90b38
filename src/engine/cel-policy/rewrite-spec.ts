/** Not bound to whole words: `myobject.spec` and `object.specX` are hit as well. */
const podField = /(object|oldObject)\.(spec|metadata)(?!\.namespace(?![A-Za-z0-9_]))/g;

/**
 * A copy of a policy's spec in which every text that speaks of a pod's `spec` or `metadata` speaks of the template's. The
 * replacement is textual, as in Kyverno: it does not look at words as a whole, reaches messages and names, and leaves
 * alone what is written in any other way, and `object.metadata.namespace`.
 */
export function rewriteSpec<T>(spec: T, templatePath: string): T {
  return rewrite(spec, (text) =>
    text.includes("bject.")
      ? text.replaceAll(podField, (_all, root: string, field: string) => `${root}.${templatePath}.${field}`)
      : text,
  ) as T;
}

function rewrite(value: unknown, text: (text: string) => string): unknown {
  if (typeof value === "string") return text(value);
  if (Array.isArray(value)) return value.map((item) => rewrite(item, text));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [text(key), rewrite(item, text)]));
}
