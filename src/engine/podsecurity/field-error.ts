/** One field of a pod that a check refuses. */
export interface FieldError {
  readonly field: string;
  readonly reason: "forbidden" | "required";
  /** The refused values; none for a field that must be set, or whose value is not told. */
  readonly values: readonly string[];
  /** How the values are written in messages. */
  readonly shown: string;
}

/** A value that is refused. An empty text counts as no value. */
export function forbidden(field: string, value: string): FieldError {
  return { field, reason: "forbidden", values: value === "" ? [] : [value], shown: value };
}

/** A list of which all `values` are refused. */
export function forbiddenList(field: string, values: readonly string[]): FieldError {
  return { field, reason: "forbidden", values, shown: `[${values.join(" ")}]` };
}

/** A field that must be set. */
export function required(field: string): FieldError {
  return { field, reason: "required", values: [], shown: "" };
}

/** The error in the words of the API machinery and of Kyverno. */
export function fieldErrorText({ field, reason, shown }: FieldError): string {
  if (reason === "required") return `${field}: Required value`;
  return shown === "" ? `${field}: Forbidden` : `${field} is forbidden, forbidden values found: ${shown}`;
}
