import type { SignedMaterial } from "./signed-material.ts";
import type { Statement } from "./statement.ts";

/**
 * Something that may be a signature of an image, or a statement about it: the material to check, and what it says. What it
 * says is read only after the check.
 */
export interface Candidate {
  readonly format: "tag" | "bundle";
  readonly material: SignedMaterial;
  /** Throws a `VerifyFailure` where what was signed is not about the image. */
  readonly claim: (digest: string) => Claim;
}

export interface Claim {
  readonly annotations: Readonly<Record<string, string>>;
  /** Absent for a bare signature. */
  readonly statement?: Statement;
}
