import type { DocumentFiles } from "../documents/read-documents.ts";
import type { SourceDocument } from "../documents/source-document.ts";
import { isSubject, missingSubject } from "../explain/find-subject.ts";
import type { Named, SubjectName } from "../explain/find-subject.ts";
import type { Judgement, Needs } from "../judge.ts";
import { loadPolicies } from "../policies/load-policies.ts";
import type { ScanResource } from "../resources/scan-resource.ts";
import { UsageError } from "../usage-error.ts";
import { openFileWorld } from "./scan-files.ts";
import type { ScanOptions } from "./scan-options.ts";

/** An object and, where it comes from a file, what it was read from. */
export interface PlacedResource {
  readonly resource: ScanResource;
  readonly source: SourceDocument | undefined;
}

/** The objects that are asked for, and what they are judged with. */
export interface ExplainWorld {
  readonly judgement: Judgement;
  readonly found: readonly PlacedResource[];
  /** What could not be read, and policies that take no part. */
  readonly problems: readonly string[];
  /** Loads what policies wait for. */
  load(needs: readonly Needs[]): Promise<void>;
  close(): Promise<void>;
}

/** Where an explanation looks, and what for. */
export interface ExplainSearch {
  readonly options: ScanOptions;
  readonly subject: SubjectName;
  readonly files: DocumentFiles;
  readonly nowMs: number;
  readonly note: (message: string) => void;
}

/** The objects of files. Throws a `UsageError` where the one that is asked for is not there, or no policy is. */
export async function findInFiles({
  options,
  subject,
  files,
  nowMs,
  note,
}: ExplainSearch): Promise<ExplainWorld> {
  const loaded = await loadPolicies(options.policies, files);
  const problems = loaded.problems.map(({ message }) => message);
  if (loaded.policies.length === 0) throw new UsageError([...problems, "no policy found"].join("\n"));
  const world = await openFileWorld(options, { loaded, files, nowMs, note });
  const found: PlacedResource[] = [];
  const others: Named[] = [];
  await world.each(loaded.policies, async (item) => {
    if (item.kind === "problem") problems.push(item.message);
    else if (isSubject(subject, item.resource)) found.push(item);
    else
      others.push({ gvk: item.resource.gvk, namespace: item.resource.namespace, name: item.resource.name });
    await Promise.resolve();
  });
  if (found.length === 0) {
    throw new UsageError([...problems, missingSubject(subject, others)].join("\n"));
  }
  return {
    judgement: { ...world.judgement, policies: loaded.policies },
    found,
    problems,
    load: () => Promise.reject(new Error("the context source of files answers at once")),
    close: () => world.close(),
  };
}
