import { parseAllDocuments } from "yaml";
import { policyKindNamed } from "#controllers/scan/policy-kinds.ts";
import { compile } from "#engine/compile.ts";

/** A document of the recorded policies. */
export interface PolicyDocument {
  /** `name` or `namespace/name`; empty for what is no policy. */
  readonly key: string;
  readonly document: unknown;
  /** Features that are not there yet; empty: it is compared. */
  readonly missing: readonly string[];
}

/** Reads policies with their exceptions and bindings. */
export function readPolicies(text: string): readonly PolicyDocument[] {
  return parseAllDocuments(text).flatMap((parsed) => {
    const document: unknown = parsed.toJS();
    if (document === null) return [];
    const { kind, metadata } = document as { kind: string; metadata: { name: string; namespace?: string } };
    const row = policyKindNamed(kind);
    if (row === undefined) {
      // Exceptions, bindings, parameters.
      return [{ key: "", document, missing: kind.endsWith("Policy") ? [kind] : [] }];
    }
    const key = row.namespaced ? `${metadata.namespace ?? "default"}/${metadata.name}` : metadata.name;
    const decoded = row.decode(document);
    if (!decoded.ok) return [{ key, document, missing: ["does not decode"] }];
    const missing = compile(decoded.value).problems.flatMap(({ unsupported }) => unsupported ?? []);
    return [{ key, document, missing: [...new Set(missing)] }];
  });
}
