/**
 * Why an evaluation has no value. It is no `Error`: it is thrown where a policy is at fault, often and absorbed by `||`,
 * and a stack trace would only cost time. The message is the text that people see in results.
 */
export class CelError {
  readonly message: string;

  constructor(message: string) {
    this.message = message;
  }
}

/** An operator or function that has no meaning for the kinds of its arguments. */
export function noSuchOverload(call?: string): CelError {
  return new CelError(call === undefined ? "no such overload" : `no such overload: ${call}`);
}
