/** A protocol buffer in text form, without its schema: fields by name, in order. */
export interface TextMessage {
  readonly fields: ReadonlyMap<string, readonly TextValue[]>;
}

export type TextValue =
  | { readonly kind: "message"; readonly message: TextMessage }
  | { readonly kind: "string"; readonly bytes: Uint8Array }
  /** A number, an enum's name, `true`, `inf`. */
  | { readonly kind: "word"; readonly text: string };

/** Reads a file in protocol buffer text form. Throws an `Error` with the offset of what is wrong. */
export function parseTextproto(source: string): TextMessage {
  const reader = new TextprotoReader(source);
  const message = reader.fields("");
  return message;
}

/** The first value of a field that is a message. */
export function messageField({ fields }: TextMessage, name: string): TextMessage | undefined {
  const value = fields.get(name)?.[0];
  return value?.kind === "message" ? value.message : undefined;
}

export function messageFields({ fields }: TextMessage, name: string): readonly TextMessage[] {
  return (fields.get(name) ?? []).flatMap((value) => (value.kind === "message" ? [value.message] : []));
}

/** The text of a string or word, or "" where the field is absent. */
export function textField({ fields }: TextMessage, name: string): string {
  const value = fields.get(name)?.[0];
  if (value === undefined || value.kind === "message") return "";
  return value.kind === "string" ? new TextDecoder().decode(value.bytes) : value.text;
}

const simpleEscapes: Readonly<Record<string, number>> = {
  a: 7,
  b: 8,
  f: 12,
  n: 10,
  r: 13,
  t: 9,
  v: 11,
  "\\": 92,
  "'": 39,
  '"': 34,
  "?": 63,
};

class TextprotoReader {
  readonly #source: string;
  #at = 0;

  constructor(source: string) {
    this.#source = source;
  }

  /** Fields up to a closing bracket, or to the end of the file where `close` is empty. */
  fields(close: string): TextMessage {
    const fields = new Map<string, TextValue[]>();
    for (;;) {
      this.#skip();
      if (close === "" ? this.#at >= this.#source.length : this.#take(close)) return { fields };
      const name = this.#name();
      const values = fields.get(name) ?? [];
      fields.set(name, values);
      this.#skip();
      const hasColon = this.#take(":");
      this.#skip();
      if (hasColon && this.#take("[")) this.#list(values);
      else values.push(this.#value());
      this.#skip();
      if (!this.#take(",")) this.#take(";");
    }
  }

  #list(values: TextValue[]): void {
    for (;;) {
      this.#skip();
      if (this.#take("]")) return;
      values.push(this.#value());
      this.#skip();
      this.#take(",");
    }
  }

  #value(): TextValue {
    if (this.#take("{")) return { kind: "message", message: this.fields("}") };
    if (this.#take("<")) return { kind: "message", message: this.fields(">") };
    if (/["']/.test(this.#peek())) return { kind: "string", bytes: this.#strings() };
    return { kind: "word", text: this.#word(/[-+.\w]+/y) };
  }

  #name(): string {
    if (!this.#take("[")) return this.#word(/\w+/y);
    const name = this.#word(/[\w./-]+/y);
    if (!this.#take("]")) throw this.#problem("] is missing");
    return name;
  }

  #word(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    const text = pattern.exec(this.#source)?.[0];
    if (text === undefined) throw this.#problem("a name or value is missing");
    this.#at += text.length;
    return text;
  }

  /** Strings that stand beside each other are one. */
  #strings(): Uint8Array {
    const parts: Uint8Array[] = [];
    while (/["']/.test(this.#peek())) {
      parts.push(this.#string());
      this.#skip();
    }
    return Buffer.concat(parts);
  }

  #string(): Uint8Array {
    const quote = this.#peek();
    const bytes: number[] = [];
    this.#at++;
    while (this.#peek() !== quote) {
      if (this.#at >= this.#source.length) throw this.#problem("a string has no end");
      if (this.#take("\\")) bytes.push(...this.#escape());
      else {
        const character = String.fromCodePoint(this.#source.codePointAt(this.#at) ?? 0);
        bytes.push(...Buffer.from(character));
        this.#at += character.length;
      }
    }
    this.#at++;
    return Uint8Array.from(bytes);
  }

  #escape(): Iterable<number> {
    const letter = this.#peek();
    const simple = simpleEscapes[letter];
    if (simple !== undefined) {
      this.#at++;
      return [simple];
    }
    if (letter === "u" || letter === "U") {
      this.#at++;
      const digits = this.#word(letter === "u" ? /[0-9a-fA-F]{4}/y : /[0-9a-fA-F]{8}/y);
      return Buffer.from(String.fromCodePoint(Number.parseInt(digits, 16)));
    }
    if (letter === "x") {
      this.#at++;
      return [Number.parseInt(this.#word(/[0-9a-fA-F]{1,2}/y), 16)];
    }
    return [Number.parseInt(this.#word(/[0-7]{1,3}/y), 8) & 0xff];
  }

  #skip(): void {
    const blank = /(?:\s+|#[^\n]*)*/y;
    blank.lastIndex = this.#at;
    this.#at += blank.exec(this.#source)?.[0].length ?? 0;
  }

  #peek(): string {
    return this.#source.charAt(this.#at);
  }

  #take(text: string): boolean {
    if (!this.#source.startsWith(text, this.#at)) return false;
    this.#at += text.length;
    return true;
  }

  #problem(what: string): Error {
    return new Error(
      `${what} at ${this.#at}: ${JSON.stringify(this.#source.slice(this.#at, this.#at + 30))}`,
    );
  }
}
