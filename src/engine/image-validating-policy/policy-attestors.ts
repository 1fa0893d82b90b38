import type { CosignAttestor, ImageSigner, NotaryAttestor } from "#api/broker/image-request.ts";
import { imageAttestorsSchema } from "#api/policies/image-attestors.ts";
import type { ImageAttestor } from "#api/policies/image-attestors.ts";
import { decode } from "#api/schema/decode.ts";

import { compileExpression } from "../cel-policy/compile-expression.ts";
import type { CelSession } from "../cel-policy/cel-session.ts";
import type { CelEnvironment } from "../cel/compile/environment.ts";
import type { CelProgram } from "../cel/program.ts";
import { CelError } from "../cel/values/cel-error.ts";
import type { CelValue } from "../cel/values/cel-value.ts";
import { isObject } from "../values/json.ts";
import type { Json, JsonObject } from "../values/json.ts";

/** The parties of a policy, by name; what they give as expressions is resolved for each object. */
export type PolicyAttestors = (session: CelSession) => JsonObject;

const places = [
  ["cosign", "key"],
  ["cosign", "certificate", "cert"],
  ["cosign", "certificate", "certChain"],
  ["notary", "certs"],
  ["notary", "tsaCerts"],
] as const;

interface Written {
  readonly name: string;
  readonly path: readonly string[];
  readonly program: CelProgram;
}

/** Compiles the parties of a policy. Throws a `CelCompileError`; the session's use a `CelError`. */
export function compileAttestors(
  attestors: readonly ImageAttestor[],
  environment: CelEnvironment,
): PolicyAttestors {
  const written = attestors.flatMap((attestor, index) =>
    places.flatMap((path): Written[] => {
      const block = path.reduce<unknown>(
        (value, key) => (isRecord(value) ? value[key] : undefined),
        attestor,
      );
      const expression = isRecord(block) ? block["expression"] : undefined;
      if (typeof expression !== "string") return [];
      const field = `attestors[${index}].${path.join(".")}.expression`;
      return [
        { name: attestor.name, path, program: compileExpression(expression, environment, field, "string") },
      ];
    }),
  );
  const plain = Object.fromEntries(attestors.map((attestor) => [attestor.name, attestor as unknown as Json]));
  if (written.length === 0) return () => plain;
  return (session) => {
    let resolved: JsonObject = plain;
    for (const { name, path, program } of written) {
      const result = session.evaluate(program);
      const where = `attestor ${name}: ${path.join(".")}`;
      if (result.kind === "error") throw new CelError(`${where}: ${result.message}`);
      if (typeof result.value !== "string") throw new CelError(`${where}: the expression gives no text`);
      // A key has its text in another field than a certificate.
      const field = path.at(-1) === "key" ? "data" : "value";
      resolved = withValue(resolved, [name, ...path], { [field]: result.value });
    }
    return resolved;
  };
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}

function withValue(object: JsonObject, path: readonly string[], value: JsonObject): JsonObject {
  const [key = "", ...rest] = path;
  const before = Object.hasOwn(object, key) ? object[key] : undefined;
  const inner = isObject(before) ? before : {};
  if (rest.length === 0) {
    const { expression: _, ...others } = inner;
    return { ...object, [key]: { ...others, ...value } };
  }
  return { ...object, [key]: withValue(inner, rest, value) };
}

/** What is asked of whoever reads registries for a party that an expression names. Throws a `CelError`. */
export function attestorRequest(value: CelValue): CosignAttestor | NotaryAttestor {
  const decoded = decode<readonly ImageAttestor[]>(imageAttestorsSchema, [value]);
  const [attestor] = decoded.ok ? decoded.value : [];
  if (attestor === undefined) throw new CelError("invalid attestor: it is none of the policy's attestors");
  const { name, cosign, notary } = attestor;
  if (notary !== undefined) {
    const certificates = notary.certs?.value ?? "";
    const timestamps = notary.tsaCerts?.value ?? "";
    if (certificates === "") throw new CelError(`attestor ${name}: notary needs certs`);
    return {
      kind: "notary",
      certificates,
      ...(timestamps === "" ? {} : { timestampCertificates: timestamps }),
    };
  }
  if (cosign === undefined) throw new CelError(`attestor ${name}: it needs cosign or notary`);
  return cosignRequest(name, cosign);
}

function cosignRequest(name: string, cosign: NonNullable<ImageAttestor["cosign"]>): CosignAttestor {
  const { annotations = {}, source = {}, ctlog, tuf } = cosign;
  const ignoresLog = ctlog?.insecureIgnoreTlog === true;
  const ignoresCertificates = ctlog?.insecureIgnoreSCT === true;
  if (ctlog !== undefined && !filled(ctlog.url) && !ignoresLog && !ignoresCertificates) {
    throw new CelError(`attestor ${name}: rekor URL must be provided`);
  }
  const log = {
    ...(ignoresLog ? { ignore: true as const } : {}),
    ...pick("url", ctlog?.url),
    ...pick("publicKey", ctlog?.rekorPubKey),
  };
  const certificateLog = {
    ...(ignoresCertificates ? { ignore: true as const } : {}),
    ...pick("publicKey", ctlog?.ctLogPubKey),
  };
  const root = { ...pick("data", tuf?.root?.data), ...pick("path", tuf?.root?.path) };
  return {
    kind: "cosign",
    format: "bundleOrTag",
    signer: signerOf(name, cosign),
    ...(Object.keys(annotations).length === 0 ? {} : { annotations }),
    ...pick("repository", source.repository),
    ...pick("tagPrefix", source.tagPrefix),
    ...(Object.keys(log).length === 0 ? {} : { log }),
    ...(Object.keys(certificateLog).length === 0 ? {} : { certificateLog }),
    ...pick("timestampChain", ctlog?.tsaCertChain),
    ...(tuf === undefined
      ? {}
      : {
          trust: {
            kind: "tuf",
            ...pick("mirror", tuf.mirror),
            ...(Object.keys(root).length === 0 ? {} : { root }),
          },
        }),
  };
}

const hashes = ["sha224", "sha256", "sha384", "sha512"] as const;

function signerOf(
  name: string,
  { key, keyless, certificate }: NonNullable<ImageAttestor["cosign"]>,
): ImageSigner {
  if (key !== undefined) {
    const algorithm = filled(key.hashAlgorithm) ? key.hashAlgorithm : "sha256";
    const hash = hashes.find((known) => known === algorithm);
    if (hash === undefined) throw new CelError(`attestor ${name}: unknown hash algorithm ${algorithm}`);
    const text = filled(key.data) ? key.data : key.kms;
    if (!filled(text)) throw new CelError(`attestor ${name}: key needs data, kms or expression`);
    return { kind: "key", key: text ?? "", ...(hash === "sha256" ? {} : { hash }) };
  }
  if (keyless !== undefined) {
    return { kind: "keyless", identities: keyless.identities, ...pick("roots", keyless.roots) };
  }
  if (certificate === undefined) {
    throw new CelError(`attestor ${name}: cosign needs key, keyless or certificate`);
  }
  return {
    kind: "certificate",
    ...pick("certificate", certificate.cert?.value),
    ...pick("chain", certificate.certChain?.value),
  };
}

function filled(text: string | undefined): boolean {
  return text !== undefined && text !== "";
}

function pick<const K extends string>(key: K, text: string | undefined): { readonly [Key in K]?: string } {
  return (text === undefined || text === "" ? {} : { [key]: text }) as { readonly [Key in K]?: string };
}
