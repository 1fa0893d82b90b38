/** Where in a document a value stands, innermost step first; turned into text only for a problem. */
export interface Path {
  readonly parent: Path | undefined;
  readonly step: string | number;
}

/** The path of a child. */
export function childPath(parent: Path | undefined, step: string | number): Path {
  return { parent, step };
}

/** The path as the API server writes it: `spec.rules[0].match`; `` for the document itself. */
export function formatPath(path: Path | undefined): string {
  const steps: string[] = [];
  for (let at = path; at !== undefined; at = at.parent) {
    const last = at.parent === undefined;
    steps.unshift(typeof at.step === "number" ? `[${at.step}]` : formatKey(at.step, last));
  }
  return steps.join("");
}

function formatKey(key: string, first: boolean): string {
  if (!/^[\w-]+$/.test(key)) {
    return `[${key}]`;
  }
  return first ? key : `.${key}`;
}

/** Whether a value is a JSON object. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
