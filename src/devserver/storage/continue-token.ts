import { badRequest } from "../errors/api-failure.ts";
import { numberAt, textAt } from "../json/json.ts";

/** Where a list goes on. */
export interface ContinueToken {
  /** The revision of the first page; 0: whatever is there now. */
  readonly revision: number;
  readonly startAfter: string;
}

const version = "meta.k8s.io/v1";

export function encodeContinueToken({ revision, startAfter }: ContinueToken): string {
  return Buffer.from(JSON.stringify({ v: version, rv: revision, start: startAfter })).toString("base64url");
}

/** Throws a 400 for a token that is none of ours. */
export function decodeContinueToken(text: string): ContinueToken {
  try {
    const value: unknown = JSON.parse(Buffer.from(text, "base64url").toString("utf8"));
    const revision = numberAt(value, "rv");
    if (textAt(value, "v") === version && revision !== undefined) {
      return { revision, startAfter: textAt(value, "start") };
    }
  } catch {
    // Not even JSON.
  }
  throw badRequest("continue key is not valid: it is none of this server");
}
