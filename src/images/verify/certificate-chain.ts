import type { X509Certificate } from "node:crypto";
import { X509Certificate as Asn1Certificate } from "@sigstore/core";
import { VerifyFailure } from "./verify-failure.ts";

export interface ChainRequest {
  readonly leaf: X509Certificate;
  /** From the signature itself: they help to build a path, and are believed in nothing. */
  readonly intermediates: readonly X509Certificate[];
  readonly roots: readonly X509Certificate[];
  readonly atMs: number;
  /** A purpose (OID) that the leaf must have; those above it must not exclude it. */
  readonly purpose?: string;
}

export const codeSigning = "1.3.6.1.5.5.7.3.3";
export const timeStamping = "1.3.6.1.5.5.7.3.8";

const maxDepth = 11;
const maxSteps = 200;

/**
 * The path from a certificate to one of the roots, each signed by the next and all of them valid at one moment: the
 * authorities too, not the leaf alone. Throws a `VerifyFailure`.
 */
export function checkChain(request: ChainRequest): readonly X509Certificate[] {
  const { leaf, roots, purpose } = request;
  if (purpose !== undefined && !(leaf.keyUsage ?? []).includes(purpose)) {
    throw new VerifyFailure("x509: certificate specifies an incompatible key usage");
  }
  const isAnchor = roots.some((root) => same(root, leaf));
  if (isAnchor) {
    if (!isValidAt(leaf, request.atMs)) throw expired(leaf, request.atMs);
    return [leaf];
  }
  const search: Search = { request, steps: 0, wasExpired: undefined };
  const path = extend(search, [leaf]);
  if (path !== undefined) return path;
  throw search.wasExpired === undefined
    ? new VerifyFailure("x509: certificate signed by unknown authority")
    : expired(search.wasExpired, request.atMs);
}

interface Search {
  readonly request: ChainRequest;
  steps: number;
  wasExpired: X509Certificate | undefined;
}

function extend(search: Search, path: readonly X509Certificate[]): readonly X509Certificate[] | undefined {
  const { roots, intermediates, atMs } = search.request;
  const last = path.at(-1);
  if (last === undefined || path.length > maxDepth) return undefined;
  if (!isValidAt(last, atMs)) {
    search.wasExpired ??= last;
    return undefined;
  }
  for (const issuer of [...roots, ...intermediates]) {
    if (++search.steps > maxSteps) throw new VerifyFailure("x509: signature check attempts limit reached");
    if (path.some((one) => same(one, issuer)) || !isIssuer(issuer, last, path.length - 1)) continue;
    const longer = [...path, issuer];
    if (roots.includes(issuer)) {
      if (isValidAt(issuer, atMs)) return longer;
      search.wasExpired ??= issuer;
      continue;
    }
    const found = extend(search, longer);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** True where `issuer` is an authority that signed `certificate`, and that many authorities may lie between it and a leaf. */
function isIssuer(issuer: X509Certificate, certificate: X509Certificate, between: number): boolean {
  if (!issuer.ca || !certificate.checkIssued(issuer)) return false;
  try {
    return allowsDepth(issuer, between) && certificate.verify(issuer.publicKey);
  } catch {
    return false;
  }
}

/** `pathLenConstraint` of the basic constraints (RFC 5280, 4.2.1.9). */
function allowsDepth(issuer: X509Certificate, between: number): boolean {
  const limit = Asn1Certificate.parse(Buffer.from(issuer.raw)).extBasicConstraints?.pathLenConstraint;
  return limit === undefined || BigInt(between) <= limit;
}

export function same(left: X509Certificate, right: X509Certificate): boolean {
  return left.raw.equals(right.raw);
}

function isValidAt(certificate: X509Certificate, atMs: number): boolean {
  return certificate.validFromDate.getTime() <= atMs && atMs <= certificate.validToDate.getTime();
}

function expired(certificate: X509Certificate, atMs: number): VerifyFailure {
  const when = new Date(atMs).toISOString();
  const from = certificate.validFromDate.toISOString();
  const to = certificate.validToDate.toISOString();
  return new VerifyFailure(
    `x509: certificate has expired or is not yet valid: ${when} is not between ${from} and ${to}`,
  );
}
