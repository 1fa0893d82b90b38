/** An expression as a DELETE has it: there is no object any more, and what asks for it means the one that was. */
export function ofOldObject(expression: string): string {
  return expression.replaceAll("request.object", "request.oldObject");
}
