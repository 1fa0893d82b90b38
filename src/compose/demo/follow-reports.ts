import type { ReportBoard } from "#cli/demo/report-board.ts";
import type { KubeClient } from "#kube/client/kube-client.ts";
import type { Discovery } from "#kube/discovery/create-discovery.ts";
import { openSource } from "#kube/list-watch/open-source.ts";
import { createReportBoard } from "#cli/demo/report-board.ts";

const reportGroup = "wgpolicyk8s.io";
const pageSize = 500;

function reportTypes(discovery: Discovery) {
  return discovery.types().filter(({ group, preferred }) => group === reportGroup && preferred);
}

/** The reports as they are now. */
export async function readReports(client: KubeClient, discovery: Discovery): Promise<ReportBoard> {
  const board = createReportBoard();
  for (const type of reportTypes(discovery)) {
    let token: string | undefined;
    do {
      const page = await client.listPage(type, {
        limit: pageSize,
        ...(token === undefined ? {} : { continue: token }),
      });
      for (const report of page.items) board.put(report);
      token = page.continue;
    } while (token !== undefined);
  }
  return board;
}

/** Keeps `board` as the reports of the cluster are, and tells of every verdict that changes. Returns how to stop. */
export function followReports(
  { client, discovery }: { readonly client: KubeClient; readonly discovery: Discovery },
  board: ReportBoard,
  onChanges: (changes: readonly string[]) => void,
): () => Promise<void> {
  const tell = (changes: readonly string[]): Promise<void> => {
    if (changes.length > 0) onChanges(changes);
    return Promise.resolve();
  };
  const sources = reportTypes(discovery).map((type) =>
    openSource({
      client,
      selection: { type },
      handlers: {
        onListStart: () => {},
        onPage: (objects) => tell(objects.flatMap((report) => board.put(report))),
        onEvent: (kind, report) => tell(kind === "DELETED" ? board.remove(report) : board.put(report)),
        onSynced: () => Promise.resolve(),
        onState: () => {},
      },
    }),
  );
  return async () => {
    await Promise.all(sources.map((source) => source.stop()));
  };
}
