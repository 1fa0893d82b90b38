import type { CosignAttestor, ImageSigner, NotaryAttestor } from "#api/broker/image-request.ts";
import type { Attestor } from "#api/kyverno/attestors.ts";

import type { ImageEntry } from "./image-entry.ts";

/** Who one entry of a set asks to have signed, and what the entry is called in messages. */
export type AskedAttestor =
  | { readonly kind: "asked"; readonly attestor: CosignAttestor | NotaryAttestor; readonly path: string }
  /** Nobody can be asked that. */
  | { readonly kind: "refused"; readonly message: string; readonly path: string };

const pemKey = /-----BEGIN PUBLIC KEY-----[^-]*-----END PUBLIC KEY-----/g;

/** An entry with several public keys stands for one entry with each, which `count` counts one by one. */
export function splitKeys(attestors: readonly Attestor[]): readonly Attestor[] {
  return attestors.flatMap((attestor) => {
    const blocks = attestor.keys?.publicKeys?.match(pemKey) ?? [];
    if (attestor.keys === undefined || blocks.length < 2) return [attestor];
    const { keys } = attestor;
    return blocks.map((publicKeys) => ({ ...attestor, keys: { ...keys, publicKeys } }));
  });
}

/** Translates an entry without nested ones into what is asked of whoever reads registries. */
export function askedAttestor(attestor: Attestor, entry: ImageEntry): AskedAttestor {
  return entry.type === "Notary" ? notaryAttestor(attestor) : cosignAttestor(attestor, entry);
}

function notaryAttestor({ keys, keyless, certificates }: Attestor): AskedAttestor {
  if (keys !== undefined || keyless !== undefined || certificates === undefined) {
    return { kind: "refused", path: "", message: "only certificates can vouch for Notary signatures" };
  }
  const { cert = "", certChain = "" } = certificates;
  const pem = [cert, certChain].filter((text) => text !== "").join("\n");
  if (pem === "") return { kind: "refused", path: "", message: "certificates is empty" };
  return { kind: "asked", path: "", attestor: { kind: "notary", certificates: pem } };
}

function cosignAttestor(attestor: Attestor, entry: ImageEntry): AskedAttestor {
  const found = signerOf(attestor);
  if (found === undefined) {
    return {
      kind: "refused",
      path: "",
      message: "an attestor needs keys, certificates, keyless or attestor",
    };
  }
  const { signer, path, logs } = found;
  if (typeof signer === "string") return { kind: "refused", path, message: signer };
  const { rekor, ctlog } = logs;
  const annotations = attestor.annotations ?? {};
  const repository = attestor.repository ?? entry.repository ?? "";
  const log = {
    ...(rekor?.ignoreTlog === true ? { ignore: true as const } : {}),
    ...(filled(rekor?.url) ? { url: rekor?.url ?? "" } : {}),
    ...(filled(rekor?.pubkey) ? { publicKey: rekor?.pubkey ?? "" } : {}),
  };
  const certificateLog = {
    ...(ctlog?.ignoreSCT === true ? { ignore: true as const } : {}),
    ...(filled(ctlog?.pubkey) ? { publicKey: ctlog?.pubkey ?? "" } : {}),
  };
  return {
    kind: "asked",
    path,
    attestor: {
      kind: "cosign",
      format: entry.type === "SigstoreBundle" ? "bundle" : "tag",
      signer,
      ...(Object.keys(annotations).length === 0 ? {} : { annotations }),
      ...(repository === "" || entry.type === "SigstoreBundle" ? {} : { repository }),
      ...(entry.cosignOCI11 === true ? { asReferrer: true } : {}),
      ...(Object.keys(log).length === 0 ? {} : { log }),
      ...(Object.keys(certificateLog).length === 0 ? {} : { certificateLog }),
      ...(filled(ctlog?.tsaCertChain) ? { timestampChain: ctlog?.tsaCertChain ?? "" } : {}),
    },
  };
}

interface FoundSigner {
  readonly signer: ImageSigner | string;
  readonly path: string;
  readonly logs: Pick<NonNullable<Attestor["keys"]>, "rekor" | "ctlog">;
}

const hashes = ["sha224", "sha256", "sha384", "sha512"] as const;

function signerOf({ keys, certificates, keyless }: Attestor): FoundSigner | undefined {
  if (keys !== undefined) return { signer: keySigner(keys), path: ".keys", logs: keys };
  if (certificates !== undefined) {
    const { cert, certChain } = certificates;
    const signer: ImageSigner | string =
      filled(cert) || filled(certChain)
        ? {
            kind: "certificate",
            ...(filled(cert) ? { certificate: cert ?? "" } : {}),
            ...(filled(certChain) ? { chain: certChain ?? "" } : {}),
          }
        : "certificates need cert or certChain";
    return { signer, path: ".certificates", logs: certificates };
  }
  if (keyless === undefined) return undefined;
  const { issuer, issuerRegExp, subject, subjectRegExp, roots, additionalExtensions: extensions } = keyless;
  const identity = {
    ...(filled(issuer) ? { issuer: issuer ?? "" } : {}),
    ...(filled(issuerRegExp) ? { issuerRegExp: issuerRegExp ?? "" } : {}),
    ...(filled(subject) ? { subject: subject ?? "" } : {}),
    ...(filled(subjectRegExp) ? { subjectRegExp: subjectRegExp ?? "" } : {}),
  };
  const signer: ImageSigner = {
    kind: "keyless",
    wildcards: true,
    identities: [identity],
    ...(filled(roots) ? { roots: roots ?? "" } : {}),
    ...(extensions === undefined ? {} : { extensions }),
  };
  return { signer, path: ".keyless", logs: keyless };
}

function keySigner(keys: NonNullable<Attestor["keys"]>): ImageSigner | string {
  const algorithm = keys.signatureAlgorithm ?? "sha256";
  const hash = hashes.find((known) => known === algorithm);
  if (hash === undefined) return `invalid signature algorithm provided ${algorithm}`;
  const { secret, kms, publicKeys } = keys;
  const key = filled(publicKeys)
    ? publicKeys
    : secret === undefined
      ? kms
      : `k8s://${secret.namespace}/${secret.name}`;
  if (!filled(key)) return "keys need publicKeys, secret or kms";
  return { kind: "key", key: key ?? "", ...(hash === "sha256" ? {} : { hash }) };
}

function filled(text: string | undefined): boolean {
  return text !== undefined && text !== "";
}
