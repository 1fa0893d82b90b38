import { createHash, X509Certificate } from "node:crypto";
import { bundleFromJSON, isBundleV01, type Bundle } from "@sigstore/bundle";
import { signatureContent } from "@sigstore/verify/dist/bundle/index.js";
import { parseManifest, type Descriptor } from "../registry/manifest.ts";
import { listReferrers } from "../registry/referrers.ts";
import type { RepositoryReader } from "../registry/registry-client.ts";
import { RegistryError } from "../registry/registry-error.ts";
import type { Candidate } from "./candidate.ts";
import { envelopeContent } from "./dsse-content.ts";
import { parseObject } from "./simple-signing.ts";
import { messageOf, VerifyFailure } from "./verify-failure.ts";

const bundleType = /^application\/vnd\.dev\.sigstore\.bundle(?:\.v\d\.\d)?\+json/;

/**
 * The Sigstore bundles that refer to an image. Those that cannot be read are failures in the list, so that one of them
 * does not hide the others. Throws a `RegistryError`.
 */
export async function readBundles(
  reader: RepositoryReader,
  digest: string,
): Promise<readonly (Candidate | VerifyFailure)[]> {
  const referrers = await listReferrers(reader, digest, (type) => bundleType.test(type));
  const found: (Candidate | VerifyFailure)[] = [];
  for (const one of referrers) found.push(await readBundle(reader, one, digest));
  return found;
}

async function readBundle(
  reader: RepositoryReader,
  referrer: Descriptor,
  digest: string,
): Promise<Candidate | VerifyFailure> {
  try {
    const manifest = parseManifest((await reader.manifest(referrer.digest)).body);
    const [layer] = manifest?.layers ?? [];
    if (manifest?.layers.length !== 1 || layer === undefined) {
      throw new VerifyFailure("the artifact of a bundle has one layer");
    }
    const document = parseObject(await reader.blob(layer.digest), "bundle");
    const bundle = bundleFromJSON(document);
    if (bundle.content.$case === "messageSignature") {
      return messageCandidate(bundle, (await reader.manifest(digest)).body);
    }
    const { claim, ...content } = envelopeContent(bundle.content.dsseEnvelope);
    return { format: "bundle", material: { ...attachments(bundle), ...content }, claim };
  } catch (error) {
    if (error instanceof RegistryError && error.kind !== "untrue") throw error;
    return new VerifyFailure(`the bundle cannot be read: ${messageOf(error)}`, { cause: error });
  }
}

/** A signature over the image's own manifest. */
function messageCandidate(bundle: Bundle, manifest: Buffer): Candidate {
  const content = signatureContent(bundle, manifest);
  return {
    format: "bundle",
    material: {
      ...attachments(bundle),
      signedBytes: manifest,
      signature: content.signature,
      content,
    },
    claim(digest) {
      const own = createHash("sha256").update(manifest).digest();
      if (!content.compareDigest(own) || `sha256:${own.toString("hex")}` !== digest) {
        throw new VerifyFailure("the bundle was made for other content");
      }
      return { annotations: {} };
    },
  };
}

function attachments(
  bundle: Bundle,
): Pick<Candidate["material"], "certificate" | "intermediates" | "logEntries" | "timestamps"> {
  const { content, tlogEntries, timestampVerificationData } = bundle.verificationMaterial;
  const ders =
    content.$case === "certificate"
      ? [content.certificate.rawBytes]
      : content.$case === "x509CertificateChain"
        ? content.x509CertificateChain.certificates.map(({ rawBytes }) => rawBytes)
        : [];
  if (ders.length > 11) throw new VerifyFailure("the certificate chain is too long");
  const [certificate, ...intermediates] = ders.map((der) => new X509Certificate(der));
  // Since version 0.2 a promise alone is not enough.
  const needsProof = !isBundleV01(bundle) || !/0\.1/.test(bundle.mediaType);
  if (needsProof && tlogEntries.some(({ inclusionProof }) => inclusionProof === undefined)) {
    throw new VerifyFailure("a log entry of the bundle has no inclusion proof");
  }
  return {
    certificate,
    intermediates,
    logEntries: tlogEntries,
    timestamps: (timestampVerificationData?.rfc3161Timestamps ?? []).map(
      ({ signedTimestamp }) => signedTimestamp,
    ),
  };
}
