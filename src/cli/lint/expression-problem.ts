/** The reason alone of a message of CEL, which also shows the expression. */
export function expressionProblem(message: string): string {
  const found = /^ERROR: <input>:(\d+):(\d+): (.*)/.exec(message);
  if (found === null) return message;
  const [, line = "1", column = "1", reason = ""] = found;
  const place = line === "1" ? `character ${column}` : `line ${line}, character ${column}`;
  return `${reason.replace(" (in container '')", "")}, at ${place} of the expression`;
}
