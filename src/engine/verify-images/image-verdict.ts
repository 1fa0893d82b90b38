import type { SignedStatement } from "#api/broker/image-request.ts";

import type { RuleContext } from "../context/rule-context.ts";
import { QueryError } from "../errors.ts";
import type { ConditionsTest } from "../validate/compiled-rule.ts";
import { isObject } from "../values/json.ts";
import type { Json } from "../values/json.ts";
import type { PendingRequests, Verified } from "./ask-verification.ts";
import { verifySet } from "./attestor-set.ts";
import type { SetOutcome } from "./attestor-set.ts";
import type { ImageEntry } from "./image-entry.ts";
import type { RuleImage } from "./rule-images.ts";

type Attestation = NonNullable<ImageEntry["attestations"]>[number];
type RegistryAccess = Parameters<PendingRequests["digest"]>[1];

/** What an entry of the rule says of one image. */
export interface ImageVerdict {
  readonly status: "pass" | "fail" | "error" | "skip";
  readonly message: string;
  /** What was verified, whatever the tag points to by now. */
  readonly digest?: string;
}

export interface VerdictRun {
  readonly entry: ImageEntry;
  readonly image: RuleImage;
  readonly access: RegistryAccess;
  /** The object has annotations, whatever they say. */
  readonly isAnnotated: boolean;
  readonly context: RuleContext;
  readonly pending: PendingRequests;
  /** Of the attestations of the entry, in their order. */
  readonly conditions: readonly (ConditionsTest | undefined)[];
  /** The entry's own `validate` block: undefined where it has none. */
  readonly validate: ((context: RuleContext) => ImageVerdict) | undefined;
}

/** Judges an image by one entry; undefined while answers are missing or where the entry asks for nothing. */
export function judgeImage(run: VerdictRun): ImageVerdict | undefined {
  const { entry, image } = run;
  const attestations = entry.attestations ?? [];
  if (entry.attestors.length === 0 && attestations.length === 0) return judgePlainImage(run);
  const signatures = verifySignatures(run);
  if (signatures !== undefined && signatures.status !== "pass") return signatures;
  const attested = verifyAttestations(run, attestations);
  // Both are asked for before either answer is waited for.
  if ((entry.attestors.length > 0 && signatures === undefined) || attested === undefined) return undefined;
  if (attested.verdict.status !== "pass") return attested.verdict;
  const verdict =
    attestations.length > 0
      ? attested.verdict
      : (signatures ?? passed(`verified image signatures for ${image.reference}`));
  return run.validate === undefined ? verdict : withPredicates(run, attested.predicates, verdict);
}

function passed(message: string, digest?: string): ImageVerdict {
  return { status: "pass", message, ...(digest === undefined ? {} : { digest }) };
}

/** Without anybody who has to have signed, what is left is the digest and the rule's own conditions. */
function judgePlainImage(run: VerdictRun): ImageVerdict | undefined {
  const { entry, image, access, context, pending } = run;
  if (run.validate !== undefined) return run.validate(context);
  if (entry.mutateDigest === false && entry.required !== false) {
    // Kyverno looks for the verdict of an admission in annotations and words it by whether there are any.
    const message = run.isAnnotated ? "image is not verified" : `unverified image ${image.reference}`;
    return { status: "fail", message };
  }
  if (entry.mutateDigest === false || image.hasDigest) return undefined;
  const digest = pending.digest(image.reference, access, context);
  if (digest === undefined) return undefined;
  if (digest === true) return passed("mutated image digest");
  return { status: "error", message: `failed to update digest: failed to fetch image reference: ${digest}` };
}

/** Undefined while answers are missing, and where the entry asks for no signature. */
function verifySignatures({ entry, image, access, context, pending }: VerdictRun): ImageVerdict | undefined {
  let digest: string | undefined;
  let isPending = false;
  for (const [index, set] of entry.attestors.entries()) {
    const outcome = verifySet(set, `.attestors[${index}]`, entry, (attestor) =>
      pending.verification(
        {
          kind: "imageVerification",
          image: image.reference,
          subject: { kind: "signature" },
          attestor,
          ...(access === undefined ? {} : { access }),
        },
        context,
      ),
    );
    if (outcome.kind === "pending") isPending = true;
    else if (outcome.kind === "verified") digest ??= outcome.verified[0]?.digest;
    else return unverified(outcome, `failed to verify image ${image.reference}: ${outcome.message}`);
  }
  if (isPending || entry.attestors.length === 0) return undefined;
  return passed(`verified image signatures for ${image.reference}`, digest);
}

function unverified(
  outcome: SetOutcome & { readonly kind: "failed" | "unknown" },
  message: string,
): ImageVerdict {
  return { status: outcome.kind === "unknown" ? "error" : "fail", message };
}

interface Attested {
  readonly verdict: ImageVerdict;
  /** Predicates by the name of their attestation, of the first statement of each. */
  readonly predicates: readonly (readonly [string, Json])[];
}

function verifyAttestations(run: VerdictRun, attestations: readonly Attestation[]): Attested | undefined {
  const { image } = run;
  const predicates: (readonly [string, Json])[] = [];
  let digest: string | undefined;
  let isPending = false;
  for (const [index, attestation] of attestations.entries()) {
    const found = verifyAttestation(run, attestation, index);
    if (found === undefined) {
      isPending = true;
      continue;
    }
    if ("status" in found) return { verdict: found, predicates };
    digest ??= found[0]?.digest;
    const [first] = found.flatMap(({ statements }) => statements);
    if (attestation.name !== undefined && attestation.name !== "" && first !== undefined) {
      predicates.push([attestation.name, first.predicate as Json]);
    }
  }
  if (isPending) return undefined;
  return { verdict: passed(`verified image attestations for ${image.reference}`, digest), predicates };
}

/** Those who made the statement, where enough did and it says what it should. */
function verifyAttestation(
  run: VerdictRun,
  attestation: Attestation,
  index: number,
): readonly Verified[] | ImageVerdict | undefined {
  const { entry, image, access, context, pending } = run;
  const path = `.attestations[${index}]`;
  const failed = (message: string): ImageVerdict => ({ status: "fail", message });
  const type = filled(attestation.type) ?? filled(attestation.predicateType);
  if (type === undefined) return failed(`${path}: missing type`);
  const sets = attestation.attestors ?? [];
  // Kyverno believes such statements whoever made them.
  if (sets.length === 0) return failed(`${path}: it names nobody who could have made the statement`);
  const verified: Verified[] = [];
  let isPending = false;
  for (const [at, set] of sets.entries()) {
    const outcome = verifySet(set, `${path}.attestors[${at}]`, entry, (attestor) =>
      pending.verification(
        {
          kind: "imageVerification",
          image: image.reference,
          subject: { kind: "attestation", type },
          attestor,
          ...(access === undefined ? {} : { access }),
        },
        context,
      ),
    );
    if (outcome.kind === "pending") isPending = true;
    else if (outcome.kind === "verified") verified.push(...outcome.verified);
    else {
      const { count, message } = outcome;
      return unverified(
        outcome,
        `image attestations verification failed, verifiedCount: ${count.verified}, ` +
          `requiredCount: ${count.required}, error: ${message}`,
      );
    }
  }
  if (isPending) return undefined;
  return checkStatements(run, verified, { type, index }) ?? verified;
}

function filled(text: string | undefined): string | undefined {
  return text === "" ? undefined : text;
}

/** Every statement of the type has to meet the conditions, with the keys of its predicate as variables. */
function checkStatements(
  { image, context, conditions }: VerdictRun,
  verified: readonly Verified[],
  { type, index }: { readonly type: string; readonly index: number },
): ImageVerdict | undefined {
  const statements = verified.flatMap((one) => one.statements);
  const failed = (message: string): ImageVerdict => ({
    status: "fail",
    message:
      `image attestations verification failed, verifiedCount: 0, requiredCount: 1, ` +
      `error: .attestations[${index}]: ${message}`,
  });
  if (statements.length === 0) return failed(`attestations not found for predicate type ${type}`);
  const test = conditions[index];
  if (test === undefined) return undefined;
  for (const statement of statements) {
    const { predicate } = statement;
    if (!isObject(predicate as Json)) {
      return failed(`failed to extract predicate from statement: it is no object`);
    }
    const outcome = inStatement(context, image, statement, () => test(context));
    if (!outcome.holds) {
      return failed(
        `attestation checks failed for ${image.reference} and predicate ${type}: ${outcome.message}`,
      );
    }
  }
  return undefined;
}

function inStatement<T>(
  context: RuleContext,
  image: RuleImage,
  { predicate }: SignedStatement,
  run: () => T,
): T {
  context.enter([], [...Object.entries(predicate as Record<string, Json>), ["image", image.info]]);
  try {
    return run();
  } finally {
    context.leave();
  }
}

/** The entry's own conditions see the predicates under the names of their attestations. */
function withPredicates(
  { context, image, validate }: VerdictRun,
  predicates: readonly (readonly [string, Json])[],
  verdict: ImageVerdict,
): ImageVerdict {
  if (validate === undefined) return verdict;
  context.enter([], [...predicates, ["image", image.info]]);
  try {
    const own = validate(context);
    return own.status === "pass" && verdict.digest !== undefined ? { ...own, digest: verdict.digest } : own;
  } catch (error) {
    if (!(error instanceof QueryError)) throw error;
    return { status: "error", message: `failed to check deny conditions: ${error.message}` };
  } finally {
    context.leave();
  }
}
