/** One finding of validation, in the API server's words for it. */
export interface FieldError {
  readonly reason:
    | "FieldValueInvalid"
    | "FieldValueRequired"
    | "FieldValueNotSupported"
    | "FieldValueDuplicate"
    | "FieldValueForbidden"
    | "FieldValueTooLong"
    | "FieldValueTooMany"
    | "FieldValueTypeInvalid";
  readonly field: string;
  /** The value as text, as it is shown after the colon. */
  readonly value?: string;
  readonly detail: string;
}

const titles: Readonly<Record<FieldError["reason"], string>> = {
  FieldValueInvalid: "Invalid value",
  FieldValueRequired: "Required value",
  FieldValueNotSupported: "Unsupported value",
  FieldValueDuplicate: "Duplicate value",
  FieldValueForbidden: "Forbidden",
  FieldValueTooLong: "Too long",
  FieldValueTooMany: "Too many",
  FieldValueTypeInvalid: "Invalid value",
};

/** `spec.name: Invalid value: "X": must be lower case`. */
export function fieldErrorText({ reason, field, value, detail }: FieldError): string {
  const title = titles[reason];
  const head = field === "" ? title : `${field}: ${title}`;
  return [head, ...(value === undefined ? [] : [value]), ...(detail === "" ? [] : [detail])].join(": ");
}

/** How a value is shown in messages. */
export function shownValue(value: unknown): string {
  return typeof value === "object" ? JSON.stringify(value) : JSON.stringify(value ?? null);
}

export const requiredField = (field: string, detail = ""): FieldError => ({
  reason: "FieldValueRequired",
  field,
  detail,
});

export const invalidField = (field: string, value: unknown, detail: string): FieldError => ({
  reason: "FieldValueInvalid",
  field,
  value: shownValue(value),
  detail,
});

export const unsupportedField = (field: string, value: unknown, allowed: readonly unknown[]): FieldError => ({
  reason: "FieldValueNotSupported",
  field,
  value: shownValue(value),
  detail: `supported values: ${allowed.map(shownValue).join(", ")}`,
});

export const forbiddenField = (field: string, detail: string): FieldError => ({
  reason: "FieldValueForbidden",
  field,
  detail,
});

export const duplicateField = (field: string, value: unknown): FieldError => ({
  reason: "FieldValueDuplicate",
  field,
  value: shownValue(value),
  detail: "",
});
