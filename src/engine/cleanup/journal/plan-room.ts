/** A part of a journal that comes and goes as a whole. */
export interface JournalSegment {
  readonly id: string;
  readonly bytes: number;
  /** The time of its last entry, in milliseconds since 1970. */
  readonly untilMs: number;
}

export interface JournalBounds {
  readonly maxBytes: number;
  /** Entries stay for this long, and go then. */
  readonly retentionMs: number;
}

/** What goes before something is added, and whether it fits then. */
export interface RoomPlan {
  /** The oldest first. */
  readonly remove: readonly string[];
  readonly fits: boolean;
}

/**
 * Segments whose last entry is older than the retention go. Younger ones never do: who looks for an object within that
 * time must find it, so a full journal refuses new entries instead.
 */
export function planRoom(
  segments: readonly JournalSegment[],
  neededBytes: number,
  { maxBytes, retentionMs }: JournalBounds,
  nowMs: number,
): RoomPlan {
  const isOver = ({ untilMs }: JournalSegment): boolean => nowMs - untilMs > retentionMs;
  const remove = segments.filter(isOver).toSorted((a, b) => a.untilMs - b.untilMs);
  const left = segments.filter((segment) => !isOver(segment));
  const usedBytes = left.reduce((sum, { bytes }) => sum + bytes, 0);
  return { remove: remove.map(({ id }) => id), fits: usedBytes + neededBytes <= maxBytes };
}
