import { parseJson } from "#kube/client/json.ts";
import { field, isRecord, textField } from "../registry/manifest.ts";
import { VerifyFailure } from "./verify-failure.ts";

/** An in-toto statement (in-toto attestation framework, statement layer). */
export interface Statement {
  readonly predicateType: string;
  readonly predicate: unknown;
  /** Digests (hex) of what it is about. */
  readonly subjects: readonly {
    readonly sha256: string;
    readonly annotations: Readonly<Record<string, string>>;
  }[];
}

/** The predicate type that marks a statement as the signature of an image. */
export const signaturePredicate = "https://sigstore.dev/cosign/sign/v1";

const payloadType = "application/vnd.in-toto+json";
const maxSubjects = 1_000;

/** Reads the payload of a DSSE envelope. Throws a `VerifyFailure`. */
export function parseStatement(type: string, payload: Buffer): Statement {
  if (type !== payloadType) throw new VerifyFailure(`invalid payloadType ${type.slice(0, 100)} on envelope`);
  let document: unknown;
  try {
    document = parseJson(payload.toString("utf8"));
  } catch {
    // Told below.
  }
  if (!isRecord(document)) throw new VerifyFailure("the statement is no JSON object");
  const subjects = field(document, "subject");
  return {
    predicateType: textField(document, "predicateType"),
    predicate: field(document, "predicate") ?? null,
    subjects: Array.isArray(subjects) ? subjects.slice(0, maxSubjects).flatMap(subjectOf) : [],
  };
}

function subjectOf(subject: unknown): Statement["subjects"] {
  if (!isRecord(subject)) return [];
  const digest = field(subject, "digest");
  const annotations = field(subject, "annotations");
  if (!isRecord(digest)) return [];
  const pairs = isRecord(annotations) ? Object.entries(annotations) : [];
  return [
    {
      sha256: textField(digest, "sha256"),
      annotations: Object.fromEntries(
        pairs.filter((pair): pair is [string, string] => typeof pair[1] === "string"),
      ),
    },
  ];
}

/** The annotations of the subject that is the image. Throws a `VerifyFailure` where none is. */
export function checkSubject(statement: Statement, digest: string): Readonly<Record<string, string>> {
  const found = statement.subjects.find(({ sha256 }) => `sha256:${sha256}` === digest);
  if (found === undefined) throw new VerifyFailure("no matching subject digest found");
  return found.annotations;
}
