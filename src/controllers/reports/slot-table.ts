/**
 * Numbers for values that many entries share, so that each entry holds a number and the value is held once. A number is
 * free again when its last user has let go, so that the table is as large as what is in use.
 */
export class SlotTable<T> {
  readonly #keyOf: (value: T) => string;
  readonly #slots = new Map<string, number>();
  readonly #values: (T | undefined)[] = [];
  readonly #users: number[] = [];
  readonly #free: number[] = [];

  constructor(keyOf: (value: T) => string) {
    this.#keyOf = keyOf;
  }

  get size(): number {
    return this.#slots.size;
  }

  /** The number of `value`, with one more user. */
  acquire(value: T): number {
    const key = this.#keyOf(value);
    const slot = this.#slots.get(key) ?? this.#open(key, value);
    this.#users[slot] = (this.#users[slot] ?? 0) + 1;
    return slot;
  }

  /** One user less. */
  release(slot: number): void {
    const users = (this.#users[slot] ?? 0) - 1;
    this.#users[slot] = users;
    const value = this.#values[slot];
    if (users > 0 || value === undefined) return;
    this.#slots.delete(this.#keyOf(value));
    this.#values[slot] = undefined;
    this.#free.push(slot);
  }

  /** The number of `value` where it is in use. */
  find(value: T): number | undefined {
    return this.#slots.get(this.#keyOf(value));
  }

  value(slot: number): T | undefined {
    return this.#values[slot];
  }

  #open(key: string, value: T): number {
    const slot = this.#free.pop() ?? this.#values.length;
    this.#slots.set(key, slot);
    this.#values[slot] = value;
    this.#users[slot] = 0;
    return slot;
  }
}
