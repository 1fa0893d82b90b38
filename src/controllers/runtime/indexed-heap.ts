/**
 * A binary heap that knows where each item stands, so that an item can be moved or taken out in logarithmic time and
 * nothing stale stays behind: its size is the number of items, however often they are re-ordered.
 */
export class IndexedHeap<T extends object> {
  readonly #items: T[] = [];
  readonly #places = new Map<T, number>();
  readonly #before: (a: T, b: T) => boolean;

  /** `before(a, b)`: a leaves the heap earlier than b. */
  constructor(before: (a: T, b: T) => boolean) {
    this.#before = before;
  }

  get size(): number {
    return this.#items.length;
  }

  peek(): T | undefined {
    return this.#items[0];
  }

  push(item: T): void {
    this.#put(item, this.#items.length);
    this.#rise(item);
  }

  pop(): T | undefined {
    const first = this.#items[0];
    if (first !== undefined) this.delete(first);
    return first;
  }

  /** Finds the item's place again after its order has changed. */
  update(item: T): void {
    if (!this.#places.has(item)) return;
    this.#rise(item);
    this.#sink(item);
  }

  delete(item: T): boolean {
    const place = this.#places.get(item);
    if (place === undefined) return false;
    const last = this.#items.pop();
    this.#places.delete(item);
    if (last !== undefined && last !== item) {
      this.#put(last, place);
      this.update(last);
    }
    return true;
  }

  #put(item: T, place: number): void {
    this.#items[place] = item;
    this.#places.set(item, place);
  }

  #rise(item: T): void {
    let place = this.#places.get(item) ?? 0;
    while (place > 0) {
      const parentPlace = (place - 1) >> 1;
      const parent = this.#items[parentPlace];
      if (parent === undefined || !this.#before(item, parent)) return;
      this.#put(parent, place);
      this.#put(item, parentPlace);
      place = parentPlace;
    }
  }

  #sink(item: T): void {
    let place = this.#places.get(item) ?? 0;
    for (;;) {
      const left = this.#items[2 * place + 1];
      const right = this.#items[2 * place + 2];
      const child = left !== undefined && right !== undefined && this.#before(right, left) ? right : left;
      if (child === undefined || !this.#before(child, item)) return;
      const childPlace = this.#places.get(child) ?? 0;
      this.#put(child, place);
      this.#put(item, childPlace);
      place = childPlace;
    }
  }
}
