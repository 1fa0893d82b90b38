import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

import type { ResourceType } from "#api/meta/resource-type.ts";
import { isRecord } from "#api/schema/path.ts";
import type { JournalEntry } from "#engine/cleanup/journal/journal-entry.ts";
import { journalDataKey, journalFileSuffix, journalNames } from "#engine/cleanup/journal/journal-names.ts";
import type { KubeClient } from "#kube/client/kube-client.ts";
import { fetchPages } from "#kube/list-watch/fetch-pages.ts";

import { UsageError } from "../usage-error.ts";
import { decodeJournal } from "./decode-journal.ts";

/** Takes the entries of a journal, part by part. */
export interface JournalReader {
  readonly take: (entry: JournalEntry) => void;
  /** Told of what cannot be read. */
  readonly complain: (problem: string) => void;
}

/** Reads the files of a journal on a volume. Throws a `UsageError` where there is no such folder. */
export async function readFolderJournal(folder: string, reader: JournalReader): Promise<void> {
  let names: readonly string[];
  try {
    names = await readdir(folder);
  } catch (error) {
    throw new UsageError(`--journal: ${(error as Error).message}`);
  }
  for (const name of names.filter((candidate) => candidate.endsWith(journalFileSuffix)).toSorted()) {
    takePart(join(folder, name), await readFile(join(folder, name)), reader);
  }
}

const configMaps: ResourceType = {
  group: "",
  version: "v1",
  kind: "ConfigMap",
  resource: "configmaps",
  namespaced: true,
  preferred: true,
  verbs: ["list"],
};

/** Few at a time: each may hold almost a megabyte. */
const pageSize = 50;

/** Reads the ConfigMaps of a journal. Throws a `UsageError` where they cannot be listed. */
export async function readClusterJournal(
  client: KubeClient,
  namespace: string,
  reader: JournalReader,
): Promise<void> {
  const selection = { type: configMaps, namespace, labelSelector: `${journalNames.marker}=true` };
  try {
    await fetchPages(
      client,
      selection,
      (objects) => {
        for (const { metadata, binaryData } of objects) {
          const data =
            isRecord(binaryData) && Object.hasOwn(binaryData, journalDataKey)
              ? binaryData[journalDataKey]
              : "";
          const content = Buffer.from(typeof data === "string" ? data : "", "base64");
          takePart(`ConfigMap ${namespace}/${metadata.name}`, content, reader);
        }
        return Promise.resolve();
      },
      { pageSize },
    );
  } catch (error) {
    throw new UsageError(`the journal in ${namespace} cannot be read: ${(error as Error).message}`);
  }
}

function takePart(name: string, content: Uint8Array, { take, complain }: JournalReader): void {
  const { entries, problem } = decodeJournal(content);
  entries.forEach(take);
  if (problem !== undefined) complain(`${name}: ${problem}`);
}
