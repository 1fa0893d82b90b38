import type { ImageSigner, SignerIdentity } from "#api/broker/image-request.ts";
import { compiledPattern } from "#engine/cel/functions/patterns.ts";
import { compileWildcard } from "#engine/values/wildcard.ts";
import type { CertificateFacts } from "./certificate-facts.ts";
import { AttestorProblem, VerifyFailure } from "./verify-failure.ts";

type Keyless = ImageSigner & { readonly kind: "keyless" };

/** Throws a `VerifyFailure` where a certificate is not of anyone whom the policy names. */
export type IdentityRule = (facts: CertificateFacts) => void;

const oids: Readonly<Record<string, string>> = {
  oidcIssuer: "1.3.6.1.4.1.57264.1.1",
  githubWorkflowTrigger: "1.3.6.1.4.1.57264.1.2",
  githubWorkflowSha: "1.3.6.1.4.1.57264.1.3",
  githubWorkflowName: "1.3.6.1.4.1.57264.1.4",
  githubWorkflowRepository: "1.3.6.1.4.1.57264.1.5",
  githubWorkflowRef: "1.3.6.1.4.1.57264.1.6",
};
const knownOids: ReadonlySet<string> = new Set(Object.values(oids));

/**
 * Compiles whom a policy names. Throws an `AttestorProblem` where it names nobody (which would be everybody to whom the
 * authority ever gave a certificate), half of someone, or an expression that is none.
 */
export function compileIdentityRule(signer: Keyless): IdentityRule {
  if (signer.identities.length === 0) throw nobody();
  const rules = signer.identities.map((identity) => compileIdentity(identity, signer.wildcards === true));
  const extensions = Object.entries(signer.extensions ?? {}).map(([name, value]) =>
    compileExtension(name, value),
  );
  return (facts) => {
    if (facts.subjects.length === 0) throw new VerifyFailure("the certificate names no subject");
    if (facts.issuer === "") throw new VerifyFailure("the certificate names no issuer");
    const failures = rules.map((rule) => rule(facts));
    const [first] = failures;
    if (!failures.includes(undefined) && first !== undefined) throw new VerifyFailure(first);
    for (const extension of extensions) extension(facts);
  };
}

function nobody(): AttestorProblem {
  return new AttestorProblem("a keyless attestor must name an issuer and a subject");
}

/** Why the certificate is not of this identity; undefined where it is. */
type Rule = (facts: CertificateFacts) => string | undefined;

function compileIdentity(identity: SignerIdentity, hasWildcards: boolean): Rule {
  const { issuer = "", issuerRegExp = "", subject = "", subjectRegExp = "" } = identity;
  if (issuer + issuerRegExp === "" || subject + subjectRegExp === "") throw nobody();
  const plain = (expected: string): ((text: string) => boolean) =>
    hasWildcards ? compileWildcard(expected) : (text) => text === expected;
  const isSubject = subject === "" ? undefined : plain(subject);
  const isSubjectByPattern = subjectRegExp === "" ? undefined : compileRegExp(subjectRegExp);
  const isIssuer = issuer === "" ? undefined : plain(issuer);
  const isIssuerByPattern = issuerRegExp === "" ? undefined : compileRegExp(issuerRegExp);
  return (facts) => {
    const fits = (text: string): boolean => isSubject?.(text) === true || isSubjectByPattern?.(text) === true;
    if (!facts.subjects.some(fits)) {
      return mismatch("subject", subject === "" ? subjectRegExp : subject, facts.subjects.join(", "));
    }
    if (isIssuer?.(facts.issuer) === false) return mismatch("issuer", issuer, facts.issuer);
    if (isIssuerByPattern?.(facts.issuer) === false) return mismatch("issuer", issuerRegExp, facts.issuer);
    return undefined;
  };
}

function mismatch(what: string, expected: string, received: string): string {
  return `${what} mismatch: expected ${expected}, received ${received.slice(0, 512)}`;
}

function compileRegExp(pattern: string): (text: string) => boolean {
  let compiled: ReturnType<typeof compiledPattern>;
  try {
    compiled = compiledPattern(pattern);
  } catch (error) {
    throw new AttestorProblem(`${pattern} is no regular expression: ${String(error)}`);
  }
  return (text) => compiled.matcher(text.slice(0, 4_096)).find();
}

function compileExtension(name: string, expected: string): (facts: CertificateFacts) => void {
  const oid = Object.hasOwn(oids, name) ? oids[name] : name;
  if (oid === undefined || !knownOids.has(oid))
    throw new AttestorProblem(`invalid certificate extension ${name}`);
  const fits = compileWildcard(expected);
  return (facts) => {
    const received = facts.extension(oid) ?? "";
    if (!fits(received)) throw new VerifyFailure(mismatch("extension", expected, received));
  };
}

/** What a person should know of expressions that match more than they seem to. */
export function identityWarnings(signer: ImageSigner): readonly string[] {
  if (signer.kind !== "keyless") return [];
  const patterns = signer.identities.flatMap(({ issuerRegExp = "", subjectRegExp = "" }) => [
    issuerRegExp,
    subjectRegExp,
  ]);
  return patterns
    .filter((pattern) => pattern !== "")
    .filter((pattern) => !pattern.startsWith("^") || !pattern.endsWith("$"))
    .map((pattern) => `the expression ${pattern} matches anywhere in a name; put it between ^ and $`);
}
