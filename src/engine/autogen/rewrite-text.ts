/** The places of a pod in its controller. */
export type TemplateKind = "controller" | "cronjob";

const templatePath: Readonly<Record<TemplateKind, string>> = {
  controller: "spec.template",
  cronjob: "spec.jobTemplate.spec.template",
};

const queryRoots = ["request.object", "request.oldObject"];
const celRoots = ["object", "oldObject"];

/**
 * A copy of a JSON value in which every text, keys included, that speaks of a pod's `spec` or `metadata` speaks of the
 * template's. The replacement is textual, as in Kyverno: comments, names and constants are rewritten as well.
 */
export function rewriteForTemplate<T>(value: T, kind: TemplateKind, cel: boolean): T {
  const path = templatePath[kind];
  const replacements = (cel ? celRoots : queryRoots).flatMap((root): [string, string][] => [
    [`${root}.spec`, `${root}.${path}.spec`],
    [`${root}.metadata`, `${root}.${path}.metadata`],
  ]);
  return rewrite(value, (text) =>
    text.includes("bject.") ? replacements.reduce((out, [from, to]) => out.replaceAll(from, to), text) : text,
  ) as T;
}

function rewrite(value: unknown, text: (text: string) => string): unknown {
  if (typeof value === "string") return text(value);
  if (Array.isArray(value)) return value.map((item) => rewrite(item, text));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [text(key), rewrite(item, text)]));
}
