import type { ImageVerificationRequest } from "#api/broker/image-request.ts";
import { attestorSetsSchema } from "#api/kyverno/attestors.ts";
import type { Attestor, AttestorSet } from "#api/kyverno/attestors.ts";
import { decode } from "#api/schema/decode.ts";

import { askedAttestor, splitKeys } from "./attestor-request.ts";
import type { AskedVerification, Verified } from "./ask-verification.ts";
import type { ImageEntry } from "./image-entry.ts";

/** Asks one party. */
export type AskAttestor = (attestor: ImageVerificationRequest["attestor"]) => AskedVerification;

/** What the parties of a set say together. */
export type SetOutcome =
  | { readonly kind: "verified"; readonly verified: readonly Verified[] }
  | { readonly kind: "failed" | "unknown"; readonly message: string; readonly count: SetCount }
  | { readonly kind: "pending" };

export interface SetCount {
  readonly verified: number;
  readonly required: number;
}

const maxNesting = 8;

/**
 * Asks the parties of a set until as many as it wants have signed: all of them, where it does not say how many. It is
 * unknown, not failed, where those that could not be asked might have made up for what is missing. `path` begins the
 * messages, as in `.attestors[0].entries[1].keys: no signatures found`.
 */
export function verifySet(set: AttestorSet, path: string, entry: ImageEntry, ask: AskAttestor): SetOutcome {
  return verifyNested(set, path, entry, ask, 0);
}

function verifyNested(
  set: AttestorSet,
  path: string,
  entry: ImageEntry,
  ask: AskAttestor,
  depth: number,
): SetOutcome {
  const attestors = splitKeys(set.entries ?? []);
  const required = set.count === undefined || set.count === 0 ? attestors.length : set.count;
  const verified: Verified[][] = [];
  const messages: string[] = [];
  let unknown = 0;
  let isPending = false;
  for (const [index, attestor] of attestors.entries()) {
    const outcome = verifyAttestor(attestor, `${path}.entries[${index}]`, entry, ask, depth);
    if (outcome.kind === "verified") verified.push([...outcome.verified]);
    else if (outcome.kind === "pending") {
      isPending = true;
      // Where not all are needed, the next one is only asked if this one does not suffice.
      if (required < attestors.length) return outcome;
    } else {
      messages.push(outcome.message);
      if (outcome.kind === "unknown") unknown += 1;
    }
    if (required > 0 && verified.length >= required) return { kind: "verified", verified: verified.flat() };
  }
  if (isPending) return { kind: "pending" };
  const count = { verified: verified.length, required };
  if (attestors.length === 0) {
    return { kind: "failed", message: `${path}: it names nobody who could have signed`, count };
  }
  if (messages.length === 0) messages.push(`${path}: count asks for more than there are entries`);
  const kind = unknown > 0 && verified.length + unknown >= required ? "unknown" : "failed";
  return { kind, message: messages.join("; "), count };
}

function verifyAttestor(
  attestor: Attestor,
  path: string,
  entry: ImageEntry,
  ask: AskAttestor,
  depth: number,
): SetOutcome {
  const count = { verified: 0, required: 1 };
  if (attestor.attestor !== undefined && attestor.attestor !== null) {
    const nested = decode<readonly AttestorSet[]>(attestorSetsSchema, [attestor.attestor]);
    const [set] = nested.ok ? nested.value : [];
    if (set === undefined || depth >= maxNesting) {
      const why =
        set === undefined ? "it is no set of attestors" : `sets are nested deeper than ${maxNesting}`;
      return { kind: "failed", message: `${path}.attestor: ${why}`, count };
    }
    return verifyNested(set, `${path}.attestor`, entry, ask, depth + 1);
  }
  const asked = askedAttestor(attestor, entry);
  const fullPath = path + asked.path;
  if (asked.kind === "refused") return { kind: "failed", message: `${fullPath}: ${asked.message}`, count };
  const answer = ask(asked.attestor);
  switch (answer.kind) {
    case "verified":
      return { kind: "verified", verified: [answer.verification] };
    case "pending":
      return answer;
    case "failed":
    case "unknown":
      return { kind: answer.kind, message: `${fullPath}: ${answer.message}`, count };
    default:
      return answer satisfies never;
  }
}
