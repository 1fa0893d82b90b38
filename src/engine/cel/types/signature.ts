import type { CelType } from "./cel-type.ts";

/** A function's name, what it takes and what it gives. The receiver of a method is its first parameter. */
export interface Signature {
  readonly name: string;
  readonly isMethod: boolean;
  readonly parameters: readonly CelType[];
  /** The last parameter may repeat. */
  readonly isVariadic: boolean;
  readonly result: CelType;
}

/** Short names of signatures for types whose names are long. */
const longNames: ReadonlyMap<string, string> = new Map([
  ["null", "null_type"],
  ["timestamp", "google.protobuf.Timestamp"],
  ["duration", "google.protobuf.Duration"],
  ["optional", "optional_type"],
]);

/** Reads `(list(A)).first(): optional(A)` or `math.ceil(double): double`; a last `...` repeats the last parameter. */
export function parseSignature(text: string): Signature {
  const reader = new SignatureReader(text);
  const signature = reader.signature();
  reader.end();
  return signature;
}

class SignatureReader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  signature(): Signature {
    const receiver = this.#take("(") ? [this.#closed(this.type())] : [];
    if (receiver.length > 0) this.#expect(".");
    const name = this.#word();
    this.#expect("(");
    const parameters: CelType[] = [...receiver];
    let isVariadic = false;
    while (!this.#take(")")) {
      parameters.push(this.type());
      isVariadic = this.#take("...");
      this.#take(", ");
    }
    this.#expect(": ");
    return { name, isMethod: receiver.length > 0, parameters, isVariadic, result: this.type() };
  }

  end(): void {
    if (this.#at !== this.#text.length)
      throw new Error(`signature ${this.#text}: unexpected text at ${this.#at}`);
  }

  type(): CelType {
    const word = this.#word();
    const parameters: CelType[] = [];
    if (this.#take("(")) {
      do parameters.push(this.type());
      while (this.#take(", "));
      this.#expect(")");
    }
    return { name: longNames.get(word) ?? word, parameters, isParameter: /^[A-Z]$/.test(word) };
  }

  #closed(type: CelType): CelType {
    this.#expect(")");
    return type;
  }

  #word(): string {
    const word = /[@\w]+(?:\.\w+)*/y;
    word.lastIndex = this.#at;
    const text = word.exec(this.#text)?.[0];
    if (text === undefined) throw new Error(`signature ${this.#text}: a name is missing at ${this.#at}`);
    this.#at += text.length;
    return text;
  }

  #take(text: string): boolean {
    if (!this.#text.startsWith(text, this.#at)) return false;
    this.#at += text.length;
    return true;
  }

  #expect(text: string): void {
    if (!this.#take(text)) throw new Error(`signature ${this.#text}: ${text} is missing at ${this.#at}`);
  }
}
