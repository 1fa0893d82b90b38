/** The prefix of annotations by which people steer what policies generate. */
const prefix = "generate.rearguard.io/";
/** Confirms deletions that are held: any other value than before lets those go that are held now. */
export const confirmAnnotation = `${prefix}confirm-deletions`;
const maxDeletionsAnnotation = `${prefix}max-deletions-per-minute`;

/** What the annotations of a policy say about its deletions. */
export interface GenerateOptions {
  /** Undefined where nothing was ever confirmed. */
  readonly confirmation: string | undefined;
  /** Undefined: the default. */
  readonly maxDeletionsPerMinute: number | undefined;
}

/** Reads the annotations. What is no number counts as not written, so that a typing error never deletes more. */
export function readGenerateOptions(annotations: Readonly<Record<string, string>>): GenerateOptions {
  const text = Object.hasOwn(annotations, maxDeletionsAnnotation)
    ? annotations[maxDeletionsAnnotation]
    : undefined;
  const isNumber = text !== undefined && /^\d{1,9}$/.test(text);
  return {
    confirmation: Object.hasOwn(annotations, confirmAnnotation) ? annotations[confirmAnnotation] : undefined,
    maxDeletionsPerMinute: isNumber ? Number(text) : undefined,
  };
}
