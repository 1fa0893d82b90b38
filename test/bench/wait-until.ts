import { setTimeout as delay } from "node:timers/promises";

export interface WaitOptions {
  /** What is waited for, for the error. */
  readonly what: string;
  readonly deadlineMs: number;
  readonly intervalMs?: number;
  /** Asked before each try; what it throws ends the waiting. */
  readonly check?: () => void;
}

/** Asks until the answer is something, and resolves to it. Rejects after the deadline. */
export const waitUntil = async <T>(
  ask: () => Promise<T | undefined>,
  { what, deadlineMs, intervalMs = 250, check }: WaitOptions,
): Promise<T> => {
  const end = performance.now() + deadlineMs;
  for (;;) {
    check?.();
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (performance.now() > end) throw new Error(`waited ${deadlineMs / 1000} s in vain until ${what}`);
    await delay(intervalMs);
  }
};
