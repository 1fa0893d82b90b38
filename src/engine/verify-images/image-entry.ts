import { imageVerificationSchema } from "#api/kyverno/verify-images.ts";
import type { ImageVerification } from "#api/kyverno/verify-images.ts";
import type { AttestorSet } from "#api/kyverno/attestors.ts";
import { decode } from "#api/schema/decode.ts";

import type { RuleContext } from "../context/rule-context.ts";
import { QueryError } from "../errors.ts";
import type { Json } from "../values/json.ts";
import { matchesWildcard } from "../values/wildcard.ts";
import { compileTemplate } from "../variables/template.ts";

/** One entry of `verifyImages` with its variables resolved and its deprecated fields moved to where they belong. */
export interface ImageEntry extends Omit<ImageVerification, "attestors" | "imageReferences"> {
  readonly imageReferences: readonly string[];
  readonly attestors: readonly AttestorSet[];
}

/**
 * Compiles an entry. What it gives back throws a `QueryError` for a variable that cannot be resolved, or that makes of the
 * entry what is none. Conditions are not part of it: their variables are resolved when they are evaluated.
 */
export function compileImageEntry(entry: ImageVerification): (context: RuleContext) => ImageEntry {
  const { validate: _, attestations = [], ...rest } = entry;
  const plain = {
    ...rest,
    attestations: attestations.map(({ conditions: __, ...attestation }) => attestation),
  };
  const template = compileTemplate(plain as unknown as Json);
  if (template.constant) {
    const ready = withoutDeprecated(plain);
    return () => ready;
  }
  return (context) => {
    let rendered: Json;
    try {
      rendered = template.render(context);
    } catch (error) {
      if (!(error instanceof QueryError)) throw error;
      throw new QueryError(error.code, `variable substitution failed: ${error.message}`);
    }
    const decoded = decode<ImageVerification>(imageVerificationSchema, rendered);
    if (!decoded.ok) {
      const problems = decoded.problems.map(({ path, message }) => `${path}: ${message}`).join("; ");
      throw new QueryError("failed", `verifyImages with its variables resolved cannot be read: ${problems}`);
    }
    return withoutDeprecated(decoded.value);
  };
}

function withoutDeprecated(entry: ImageVerification): ImageEntry {
  const { image, key, issuer, subject, roots, annotations, additionalExtensions, ...rest } = entry;
  const given = rest.attestors ?? [];
  const old = deprecatedAttestor({ key, issuer, subject, roots, annotations, additionalExtensions });
  const imageReferences = [...(rest.imageReferences ?? []), ...(image === undefined ? [] : [image])];
  if (old === undefined) return { ...rest, imageReferences, attestors: given };
  const attestations = rest.attestations ?? [];
  if (attestations.length === 0) return { ...rest, imageReferences, attestors: [...given, old] };
  return {
    ...rest,
    imageReferences,
    attestors: given,
    attestations: attestations.map((attestation) => ({
      ...attestation,
      attestors: [...(attestation.attestors ?? []), old],
    })),
  };
}

type Deprecated = Pick<
  ImageVerification,
  "key" | "issuer" | "subject" | "roots" | "annotations" | "additionalExtensions"
>;

function deprecatedAttestor(fields: {
  readonly [Key in keyof Deprecated]: Deprecated[Key] | undefined;
}): AttestorSet | undefined {
  const { key, issuer, subject, roots, annotations, additionalExtensions } = fields;
  const said = annotations === undefined ? {} : { annotations };
  if (key !== undefined && key !== "") return { entries: [{ ...said, keys: { publicKeys: key } }] };
  if ((issuer ?? "") === "" && (subject ?? "") === "" && (roots ?? "") === "") return undefined;
  const keyless = {
    ...(issuer === undefined ? {} : { issuer }),
    ...(subject === undefined ? {} : { subject }),
    ...(roots === undefined ? {} : { roots }),
    ...(additionalExtensions === undefined ? {} : { additionalExtensions }),
  };
  return { entries: [{ ...said, keyless }] };
}

/** Whether an entry is about an image, and if so whether it only says that the image is left out. */
export function meansImage(entry: ImageEntry, reference: string): "verified" | "skipped" | undefined {
  const matches = (pattern: string): boolean => matchesWildcard(pattern, reference);
  if (!entry.imageReferences.some(matches)) return undefined;
  return (entry.skipImageReferences ?? []).some(matches) ? "skipped" : "verified";
}
