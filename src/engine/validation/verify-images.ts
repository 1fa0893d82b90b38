import type { Attestor, AttestorSet } from "#api/kyverno/attestors.ts";
import type { PolicySpec } from "#api/kyverno/policy-spec.ts";
import type { Rule } from "#api/kyverno/rule.ts";
import type { ImageVerification } from "#api/kyverno/verify-images.ts";

import { isObject } from "../values/json.ts";
import type { Json } from "../values/json.ts";
import { isSet } from "./report.ts";
import type { Report } from "./report.ts";

/** Reports image verifications that name no image or nobody who signs. */
export function reportImageVerifications(rule: Rule, path: string, spec: PolicySpec, report: Report): void {
  let audit = (spec.validationFailureAction ?? "Audit").toLowerCase() !== "enforce";
  for (const [index, image] of (rule.verifyImages ?? []).entries()) {
    // The action of one entry holds for those behind it that name none.
    if (image.failureAction !== undefined) audit = image.failureAction === "Audit";
    reportImageVerification(image, `${path}.verifyImages[${index}]`, audit, report);
  }
  const mutates = (rule.verifyImages ?? []).some((image) => image.mutateDigest !== false);
  const extractors = Object.values(rule.imageExtractors ?? {}).flat();
  if (mutates && extractors.some(({ jmesPath = "" }) => jmesPath !== "")) {
    report(
      `${path}.imageExtractors`,
      "jmespath may not be used in an image extractor when mutating digests with verify images",
    );
  }
}

function reportImageVerification(
  image: ImageVerification,
  path: string,
  audit: boolean,
  report: Report,
): void {
  if (audit && image.mutateDigest !== false) {
    report(`${path}.mutateDigest`, "mutateDigest must be set to false for ‘Audit’ failure action");
  }
  if ((image.imageReferences ?? []).length === 0 && (image.image ?? "") === "") {
    report(path, "An image reference is required");
  }
  reportSets(image.attestors ?? [], `${path}.attestors`, report);
  for (const [index, { attestors = [] }] of (image.attestations ?? []).entries()) {
    reportSets(attestors, `${path}.attestations[${index}].attestors`, report);
  }
  if (image.type !== "Notary") return;
  for (const { keyless, keys } of (image.attestors ?? []).flatMap(({ entries = [] }) => entries)) {
    if (keyless !== undefined) report(`${path}.attestors`, "Keyless field is not allowed for type notary");
    if (keys !== undefined) report(`${path}.attestors`, "Keys field is not allowed for type notary");
  }
}

function reportSets(sets: readonly AttestorSet[], path: string, report: Report): void {
  for (const [index, set] of sets.entries()) reportSet(set, `${path}[${index}]`, report);
}

function reportSet({ count, entries = [] }: AttestorSet, path: string, report: Report): void {
  if (count !== undefined && count > entries.length) report(path, "Count cannot exceed length of entries");
  if (entries.length === 0) report(path, "An entry is required");
  for (const [index, entry] of entries.entries()) reportAttestor(entry, `${path}.entries[${index}]`, report);
}

function reportAttestor(attestor: Attestor, path: string, report: Report): void {
  const { keys, certificates, keyless, attestor: nested } = attestor;
  if ([keys, certificates, keyless, nested].filter(isSet).length !== 1) {
    report(path, "keys, certificates, keyless, or a nested attestor is required");
  }
  if (
    keys !== undefined &&
    (keys.publicKeys ?? "") === "" &&
    (keys.kms ?? "") === "" &&
    !isSet(keys.secret)
  ) {
    report(`${path}.keys`, "A public key, kms key or secret is required");
  }
  if (
    certificates !== undefined &&
    (certificates.cert ?? "") === "" &&
    (certificates.certChain ?? "") === ""
  ) {
    report(`${path}.certificates`, "cert or certChain required");
  }
  if (keyless !== undefined) {
    if (keyless.rekor === undefined && (keyless.roots ?? "") === "") {
      report(`${path}.keyless`, "Either Rekor URL or roots are required");
    }
    if (keyless.rekor !== undefined && (keyless.rekor.url ?? "") === "") {
      report(`${path}.keyless`, "An URL is required");
    }
  }
  if (isObject(nested as Json)) reportSet(nested as AttestorSet, `${path}.attestor`, report);
}
