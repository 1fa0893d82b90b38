/** Takes a problem down: where in the document it is, and what is wrong. */
export type Report = (path: string, message: string) => void;

/** True for an object or list with something in it. */
export function isFilled(value: unknown): boolean {
  return typeof value === "object" && value !== null && Object.keys(value).length > 0;
}

/** True for a value that is there and not null. */
export function isSet(value: unknown): boolean {
  return value !== undefined && value !== null;
}
