/** How a registry is reached and logged in to for a policy. Nothing of it is part of a verdict. */
export interface RegistryAccess {
  /** Plain http, and certificates that nobody vouches for, are taken for this policy's images, and for no others. */
  readonly allowInsecure?: true;
  /** Credential helpers; absent: all that are configured. */
  readonly providers?: readonly string[];
  /** Secrets with registry credentials: `name`, in our own namespace, or `namespace/name`. */
  readonly secrets?: readonly string[];
  /** `imagePullSecrets` of the object that is judged, in its own namespace. */
  readonly pullSecrets?: { readonly namespace: string; readonly names: readonly string[] };
}

/**
 * What a registry says of an image.
 *
 * `data`, the default, answers with an `ImageData`; `descriptor` with an `ImageDescriptor`, for which one request without a body
 * suffices.
 */
export interface ImageDataRequest {
  readonly kind: "imageRegistry";
  /** As the policy or the object has it: foreign text. */
  readonly reference: string;
  readonly part?: "data" | "descriptor";
  readonly access?: RegistryAccess;
}

/** Where an image is, once its tag was read. */
export interface ImageDescriptor {
  /** As it was asked for. */
  readonly image: string;
  /** `registry/repository@digest` of what the reference points to: of the index, for an image of several platforms. */
  readonly resolvedImage: string;
  readonly registry: string;
  readonly repository: string;
  /** The tag, the digest, or `tag@digest` where both were written. */
  readonly identifier: string;
  readonly digest: string;
  readonly mediaType: string;
  readonly size: number;
}

/** An image's documents. They are those of the linux/amd64 image where the reference is an index. */
export interface ImageData extends ImageDescriptor {
  /** The index; null where the reference is a single image. */
  readonly manifestList: unknown;
  readonly manifest: unknown;
  readonly configData: unknown;
}

/** Who has to have signed. */
export type ImageSigner =
  /** The holder of a key: PEM text of one public key, or `k8s://namespace/name`; other references are refused by name. */
  | {
      readonly kind: "key";
      readonly key: string;
      readonly hash?: "sha224" | "sha256" | "sha384" | "sha512";
    }
  /** The holder of a certificate (PEM, or base64 of it); the chain without a certificate is a set of roots. */
  | { readonly kind: "certificate"; readonly certificate?: string; readonly chain?: string }
  /** Someone to whom an authority gave a certificate for minutes. Any of the identities suffices; there must be one. */
  | {
      readonly kind: "keyless";
      readonly identities: readonly SignerIdentity[];
      /** `issuer` and `subject` may hold `*` and `?`. */
      readonly wildcards?: true;
      /** PEM; in place of the authorities of the trusted root. */
      readonly roots?: string;
      /** Extensions by OID or name; values may hold `*` and `?`. */
      readonly extensions?: Readonly<Record<string, string>>;
    };

/** Expressions are RE2 and match anywhere unless they are anchored. Issuer and subject must both be told of. */
export interface SignerIdentity {
  readonly issuer?: string;
  readonly issuerRegExp?: string;
  readonly subject?: string;
  readonly subjectRegExp?: string;
}

/** A signature of the Sigstore family. */
export interface CosignAttestor {
  readonly kind: "cosign";
  /** Where signatures are looked for: below a tag, as referrers, or as referrers first and then below the tag. */
  readonly format: "tag" | "bundle" | "bundleOrTag";
  readonly signer: ImageSigner;
  /** Pairs that the signed payload must hold. */
  readonly annotations?: Readonly<Record<string, string>>;
  /** The repository with the signatures, where that is not the image's. */
  readonly repository?: string;
  /** Put before the tag that signatures lie under. */
  readonly tagPrefix?: string;
  /** Signatures of the tag scheme are looked for as referrers. */
  readonly asReferrer?: true;
  /** The transparency log. Absent, it must vouch for the signature, with keys of the trusted root. */
  readonly log?: { readonly ignore?: true; readonly url?: string; readonly publicKey?: string };
  /** The log of certificates, for keyless signatures. */
  readonly certificateLog?: { readonly ignore?: true; readonly publicKey?: string };
  /** Authorities (PEM, leaf first) whose timestamps are believed. */
  readonly timestampChain?: string;
  /** What is trusted in place of the configured trusted root. */
  readonly trust?:
    | { readonly kind: "trustedRoot"; readonly json: string }
    | {
        readonly kind: "tuf";
        readonly mirror?: string;
        readonly root?: { readonly data?: string; readonly path?: string };
      };
}

/** A signature of the Notary Project, by anyone below one of the certificates (PEM). */
export interface NotaryAttestor {
  readonly kind: "notary";
  readonly certificates: string;
  readonly timestampCertificates?: string;
}

/**
 * Whether one party signed an image, or made a statement about it. The answer is an `ImageVerification`; where nobody
 * can say, because the registry or a log does not answer, it is a failure that may pass.
 */
export interface ImageVerificationRequest {
  readonly kind: "imageVerification";
  readonly image: string;
  /** An attestation's type is a predicate type, or for the Notary Project an artifact type. */
  readonly subject: { readonly kind: "signature" } | { readonly kind: "attestation"; readonly type: string };
  readonly attestor: CosignAttestor | NotaryAttestor;
  readonly access?: RegistryAccess;
}

/** Facts about a signature that holds. */
export interface SignatureFacts {
  readonly format: "tag" | "bundle" | "notary-jws" | "notary-cose";
  /** Of a keyless signature. */
  readonly issuer?: string;
  readonly subjects?: readonly string[];
  /** RFC 3339; when a log or an authority saw the signature. */
  readonly signedAt?: string;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** What was said about the image, in a form that was signed. */
export interface SignedStatement {
  readonly type: string;
  /** The predicate of an in-toto statement, or the document that a Notary signature covers. */
  readonly predicate: unknown;
}

export type ImageVerification =
  | {
      readonly verdict: "verified";
      /** `registry/repository@digest`: the one thing that was verified, whatever the tag points to by now. */
      readonly resolvedImage: string;
      readonly digest: string;
      readonly signatures: readonly SignatureFacts[];
      /** Those of the type that was asked for, at least one; empty for a signature. */
      readonly statements: readonly SignedStatement[];
      /** What a person should know of the policy or the signature, although it holds. */
      readonly warnings: readonly string[];
    }
  | {
      readonly verdict: "failed";
      /** In the words of Kyverno, without the path of the attestor. */
      readonly message: string;
      /** Absent where the image itself was not found. */
      readonly digest?: string;
    };

/** Everything about images that a policy may ask for. */
export type ImageRequest = ImageDataRequest | ImageVerificationRequest;
