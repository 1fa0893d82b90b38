/** What reading one image may cost. Registries are chosen by whoever writes an image reference. */
export interface RegistryLimits {
  readonly maxManifestBytes: number;
  readonly maxBlobBytes: number;
  /** Of all bodies that are read for one question. */
  readonly maxTotalBytes: number;
  readonly maxTokenBytes: number;
  readonly maxReferrers: number;
  readonly maxPages: number;
  readonly maxRedirects: number;
  /** For one question, with all its requests and pauses. */
  readonly timeoutMs: number;
  /** Until the head of an answer comes, and between two pieces of its body. */
  readonly stallMs: number;
}

export const defaultLimits: RegistryLimits = {
  maxManifestBytes: 4 * 1_048_576,
  maxBlobBytes: 10 * 1_048_576,
  maxTotalBytes: 64 * 1_048_576,
  maxTokenBytes: 65_536,
  maxReferrers: 50,
  maxPages: 10,
  maxRedirects: 5,
  timeoutMs: 60_000,
  stallMs: 15_000,
};

/** What is left of the limits for one question. */
export interface ReadBudget {
  readonly limits: RegistryLimits;
  readonly signal: AbortSignal;
  /** Takes bytes off. False where they are more than is left. */
  take(bytes: number): boolean;
}

export function createReadBudget(limits: RegistryLimits, signal: AbortSignal): ReadBudget {
  let left = limits.maxTotalBytes;
  return {
    limits,
    signal,
    take(bytes) {
      left -= bytes;
      return left >= 0;
    },
  };
}
