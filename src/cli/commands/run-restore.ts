import type { JournalEntry } from "#engine/cleanup/journal/journal-entry.ts";
import { matchesQuery, restoreOrder } from "#engine/cleanup/journal/select-entries.ts";
import type { KubeClient } from "#kube/client/kube-client.ts";

import type { CliIo } from "../cli-io.ts";
import { connectCluster } from "../cluster/connect-cluster.ts";
import { discover } from "../cluster/walk-cluster.ts";
import { visible } from "../output/columns.ts";
import { renderDocuments } from "../output/render-documents.ts";
import { asksForAll, parseQuery } from "../restore/parse-query.ts";
import { readClusterJournal, readFolderJournal } from "../restore/read-journal.ts";
import { entryDocument, renderEntries, renderRestored } from "../restore/render-restore.ts";
import { restoreObjects } from "../restore/restore-objects.ts";
import { UsageError } from "../usage-error.ts";
import type { RestoreFlags } from "./restore-command.ts";

const formats = ["text", "json", "yaml", "manifests"] as const;
type Format = (typeof formats)[number];

/** Lists or restores, prints, and gives the exit code. Throws a `UsageError` where the command was called wrongly. */
export async function runRestore(names: readonly string[], flags: RestoreFlags, io: CliIo): Promise<number> {
  const format = readFormat(flags);
  const query = parseQuery(names, flags, io.nowMs());
  if (flags.list !== true && flags.all !== true && asksForAll(query)) {
    throw new UsageError(
      "say what to restore: names, --kind, -n, --policy, --run, --since, --until, or --all",
    );
  }
  const needsCluster = flags.journal === undefined || (flags.list !== true && format !== "manifests");
  const client = needsCluster ? await connectCluster(clusterOf(flags), io.env, "restore") : undefined;
  try {
    const entries: JournalEntry[] = [];
    let problems = 0;
    await readJournal(client, flags, {
      take: (entry) => {
        // A list shows no content: that of a large journal would fill the memory.
        if (matchesQuery(entry, query)) entries.push(flags.list === true ? withoutContent(entry) : entry);
      },
      complain: (problem) => {
        problems += 1;
        io.stderr.write(`${visible(problem)}\n`);
      },
    });
    entries.sort((a, b) => (a.time < b.time ? -1 : a.time > b.time ? 1 : 0));
    const isWhole = await show(entries, { client, format, flags, io });
    return isWhole && problems === 0 ? 0 : 1;
  } finally {
    await client?.close();
  }
}

interface Showing {
  readonly client: KubeClient | undefined;
  readonly format: Format;
  readonly flags: RestoreFlags;
  readonly io: CliIo;
}

/** False where something that was asked for is not there. */
async function show(
  entries: readonly JournalEntry[],
  { client, format, flags, io }: Showing,
): Promise<boolean> {
  const { stdout, stderr } = io;
  const color = flags.removeColor !== true && io.allowsColor && stdout.isTerminal;
  const layout = { color, ...(stdout.columns === undefined ? {} : { width: stdout.columns }) };
  if (flags.list === true) {
    stdout.write(
      format === "json" || format === "yaml"
        ? renderDocuments([{ entries: entries.map(entryDocument) }], format)
        : renderEntries(entries, layout),
    );
    return true;
  }
  if (entries.length === 0) stderr.write("no entry of the journal fits\n");
  if (format === "manifests" || client === undefined) {
    const ordered = restoreOrder(entries);
    for (const { manifest, leftOut } of ordered) {
      const { name } = manifest.metadata;
      if (leftOut.length > 0)
        stderr.write(visible(`${manifest.kind}/${name} is without ${leftOut.join(", ")}`) + "\n");
    }
    stdout.write(
      renderDocuments(
        ordered.map(({ manifest }) => manifest),
        "yaml",
      ),
    );
    return ordered.length > 0 && ordered.every(({ leftOut }) => leftOut.length === 0);
  }
  const { types } = await discover(client, "restore");
  const options = { client, types, really: flags.yes === true, withoutData: flags.withoutData === true };
  const objects = await restoreObjects(entries, options);
  if (format === "text") {
    if (objects.length > 0) stdout.write(renderRestored(objects, layout));
  } else {
    const shown = objects.map(({ entry, action, note }) => ({
      action,
      ...(note === "" ? {} : { note }),
      ...entryDocument(entry),
    }));
    stdout.write(renderDocuments([{ objects: shown }], format));
  }
  return objects.length > 0 && objects.every(({ action }) => action !== "error" && action !== "left out");
}

function readJournal(
  client: KubeClient | undefined,
  { journal, operatorNamespace }: RestoreFlags,
  reader: Parameters<typeof readFolderJournal>[1],
): Promise<void> {
  if (journal !== undefined) return readFolderJournal(journal, reader);
  if (client === undefined) throw new Error("without a folder the journal is read from the cluster");
  return readClusterJournal(client, operatorNamespace, reader);
}

function withoutContent(entry: JournalEntry): JournalEntry {
  const { apiVersion, kind, metadata } = entry.manifest;
  const { name, namespace } = metadata;
  return { ...entry, manifest: { apiVersion, kind, metadata: { name, namespace } } };
}

function clusterOf({ kubeconfig, context }: RestoreFlags): Parameters<typeof connectCluster>[0] {
  return { kubeconfig, context };
}

function readFormat({ outputFormat = "text", list, yes }: RestoreFlags): Format {
  const format = formats.find((known) => known === outputFormat);
  if (format === undefined) {
    throw new UsageError(`--output-format ${outputFormat}: known formats are ${formats.join(", ")}`);
  }
  if (format === "manifests" && (list === true || yes === true)) {
    throw new UsageError(
      `--output-format manifests prints what would be created; it goes with neither --list nor --yes`,
    );
  }
  return format;
}
