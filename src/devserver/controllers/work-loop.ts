/**
 * Runs the server's own controllers: work is done soon after the change that asked for it, never within it, and once for
 * all requests of the same key in between.
 */
export class WorkLoop {
  readonly #waiting = new Map<string, () => void>();
  readonly #onDefect: (error: unknown, what: string) => void;
  #scheduled: NodeJS.Immediate | undefined;
  #stopped = false;

  constructor(onDefect: (error: unknown, what: string) => void) {
    this.#onDefect = onDefect;
  }

  add(key: string, work: () => void): void {
    if (this.#stopped) return;
    this.#waiting.set(key, work);
    this.#scheduled ??= setImmediate(() => this.#run());
  }

  #run(): void {
    this.#scheduled = undefined;
    const batch = [...this.#waiting];
    this.#waiting.clear();
    for (const [key, work] of batch) {
      try {
        work();
      } catch (error) {
        this.#onDefect(error, key);
      }
    }
  }

  stop(): void {
    this.#stopped = true;
    this.#waiting.clear();
    if (this.#scheduled !== undefined) clearImmediate(this.#scheduled);
  }
}
