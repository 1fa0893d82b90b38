import { findFiles } from "../documents/find-files.ts";
import { readDocuments } from "../documents/read-documents.ts";
import type { DocumentFiles } from "../documents/read-documents.ts";
import { describeField } from "../documents/locate-field.ts";
import { describePlace } from "../documents/source-document.ts";
import type { SourceDocument } from "../documents/source-document.ts";
import { withBindings } from "./admission-policies.ts";
import type { AdmissionBinding } from "./admission-policies.ts";
import { decodePolicyDocument } from "./decode-policy.ts";
import type { LoadedPolicy } from "./decode-policy.ts";

/** A policy or a document that takes no part; each counts as an error of the run. */
export interface PolicyLoadProblem {
  readonly kind: "unreadable" | "refused" | "invalid" | "unsupported";
  readonly message: string;
  /** Empty for a document that is no policy. */
  readonly name: string;
  /** With `unsupported`: stable names of what is missing. */
  readonly features: readonly string[];
}

/** All policies that arguments stand for. */
export interface LoadedPolicies {
  readonly policies: readonly LoadedPolicy[];
  readonly problems: readonly PolicyLoadProblem[];
  /** Documents of folders that are no policies and were passed over. */
  readonly passedOver: number;
  /** What folders hold and is not read, and what is odd about texts. */
  readonly notes: readonly string[];
  /** Exceptions that stand among the policies. */
  readonly exceptions: readonly SourceDocument[];
}

/** Loads policies from files, folders (with their folders) and standard input. One bad policy does not stop another. */
export async function loadPolicies(paths: readonly string[], files: DocumentFiles): Promise<LoadedPolicies> {
  const policies: LoadedPolicy[] = [];
  const problems: PolicyLoadProblem[] = [];
  const exceptions: SourceDocument[] = [];
  const bindings: AdmissionBinding[] = [];
  const notes: string[] = [];
  let passedOver = 0;
  for (const path of paths) {
    const found = await findFiles(path, true);
    notes.push(...found.passedOver);
    for await (const document of readDocuments(found.files, files)) {
      if (document.kind === "problem") {
        problems.push({ kind: "unreadable", message: document.message, name: "", features: [] });
        continue;
      }
      notes.push(...(document.warnings ?? []));
      const decoded = decodePolicyDocument(document.content);
      const place = describePlace(document.place);
      switch (decoded.kind) {
        case "policy":
          policies.push(decoded.policy);
          break;
        case "binding":
          bindings.push(decoded.binding);
          break;
        case "exception":
          exceptions.push(document);
          break;
        case "other":
          if (found.folder) passedOver += 1;
          else
            problems.push({
              kind: "unreadable",
              message: `${place}: no policy: ${decoded.description}`,
              name: "",
              features: [],
            });
          break;
        case "refused":
          problems.push({
            kind: decoded.by === "schema" ? "refused" : "invalid",
            message: `${describeField(document, decoded.problems[0]?.path ?? "")}: ${decoded.message}`,
            name: decoded.name,
            features: [],
          });
          break;
        case "unsupported":
          problems.push({
            kind: "unsupported",
            message: `${decoded.field === undefined ? place : describeField(document, decoded.field)}: ${decoded.message}`,
            name: decoded.name,
            features: decoded.features,
          });
          break;
        default:
          decoded satisfies never;
      }
    }
  }
  const bound = policies.map((policy) => withBindings(policy, bindings));
  return { policies: bound, problems, passedOver, notes, exceptions };
}
