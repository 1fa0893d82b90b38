import { ApiError } from "../client/api-error.ts";

export interface BackoffLimits {
  readonly initialMs: number;
  readonly maxMs: number;
  /** For answers that only an administrator changes: 401, 403, 404, 405. */
  readonly maxRefusedMs: number;
}

/** Begins short: an API server answers 500 for a moment to the first list of a kind that has just been defined. */
export const defaultBackoff: BackoffLimits = { initialMs: 100, maxMs: 30_000, maxRefusedMs: 120_000 };

const refused: ReadonlySet<number> = new Set([401, 403, 404, 405]);

/** How long to wait after the given number (from 1) of failures in a row: doubled each time, half of it jitter. */
export function backoffMs(
  error: unknown,
  failures: number,
  limits: BackoffLimits,
  random: () => number,
): number {
  const isRefused = error instanceof ApiError && refused.has(error.status);
  const maxMs = isRefused ? limits.maxRefusedMs : limits.maxMs;
  const fullMs = Math.min(maxMs, limits.initialMs * 2 ** Math.min(failures - 1, 30));
  const waitMs = fullMs * (0.5 + random() / 2);
  return error instanceof ApiError ? Math.max(waitMs, Math.min(error.retryAfterMs ?? 0, maxMs)) : waitMs;
}
