import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { env, exit } from "node:process";
import { parseArgs } from "node:util";
import { decode } from "#api/schema/decode.ts";
import { isRecord } from "#api/schema/path.ts";
import { applyCrds } from "#test/support/control-plane/apply-crds.ts";
import { startControlPlane } from "#test/support/control-plane/start-control-plane.ts";
import { ensureAssets } from "../cluster/ensure-assets.ts";
import { connectPoster } from "./crd-acceptance/post-document.ts";
import type { Answer } from "./crd-acceptance/post-document.ts";
import { readCorpus } from "./crd-acceptance/documents.ts";
import type { CorpusDocument } from "./crd-acceptance/documents.ts";
import { findPrunedFields } from "./crd-acceptance/pruned-fields.ts";

const usage = `Sends every policy of a corpus to a real API server with our CRDs and compares with the recorded answers.

  node test/conformance/crd-acceptance.ts --corpus DIR --golden DIR

  --corpus DIR  folder whose YAML files hold the policies (default: REARGUARD_CONFORMANCE)
  --golden DIR  folder with crd-acceptance.json (default: REARGUARD_CONFORMANCE/golden)`;

const servingDeadlineMs = 60_000;

async function readRefused(goldenFolder: string): Promise<ReadonlyMap<string, string>> {
  const golden: unknown = JSON.parse(await readFile(join(goldenFolder, "crd-acceptance.json"), "utf8"));
  const refused = isRecord(golden) && isRecord(golden["refused"]) ? golden["refused"] : {};
  return new Map(
    Object.entries(refused).map(([id, entry]) => [id, isRecord(entry) ? String(entry["message"]) : ""]),
  );
}

/** A CRD is served a moment after it is established: the same document is sent until its path exists. */
async function postServed(
  post: (document: CorpusDocument) => Promise<Answer>,
  document: CorpusDocument,
  deadlineMs: number,
): Promise<Answer> {
  for (;;) {
    const answer = await post(document);
    const notServed = !answer.accepted && answer.message.includes("could not find the requested resource");
    if (!notServed || performance.now() > deadlineMs) {
      return answer;
    }
  }
}

/** What is different from the record, in one line; undefined when nothing is. */
function describeDifference(
  document: CorpusDocument,
  answer: Answer,
  recorded: string | undefined,
): string | undefined {
  const decoded = decode(document.version.schema, {
    ...document.content,
    metadata: isRecord(document.content["metadata"]) ? document.content["metadata"] : {},
  });
  if (!answer.accepted) {
    if (recorded === undefined) {
      return `refused, but recorded as accepted: ${answer.message}`;
    }
    if (withoutQuotes(answer.message) !== withoutQuotes(recorded)) {
      return `refused with another message than recorded: ${answer.message}\n  recorded: ${recorded}`;
    }
    return decoded.ok ? `refused by the server, but our decoder accepts it: ${answer.message}` : undefined;
  }
  if (recorded !== undefined) {
    return `accepted, but recorded as refused: ${recorded}`;
  }
  const unknownFields = answer.warnings.filter((warning) => warning.includes("unknown field"));
  const pruned = findPrunedFields(answer.sent, answer.object);
  if (unknownFields.length > 0 || pruned.length > 0) {
    return `accepted, but not whole: ${[...unknownFields, ...pruned].join(", ")}`;
  }
  return decoded.ok
    ? undefined
    : `accepted by the server, but our decoder refuses it: ${JSON.stringify(decoded.problems)}`;
}

/** Versions of Kubernetes differ in which values they put in quotes. */
function withoutQuotes(message: string): string {
  return message.replaceAll('"', "");
}

async function run(corpusFolder: string, goldenFolder: string): Promise<number> {
  const refused = await readRefused(goldenFolder);
  const documents = await readCorpus(corpusFolder);
  const { folder } = await ensureAssets();
  const controlPlane = await startControlPlane({ assets: folder, controllerManager: false });
  try {
    await applyCrds(controlPlane);
    const ca = await readFile(controlPlane.caFile, "utf8");
    const poster = connectPoster(controlPlane.serverUrl, controlPlane.adminToken, ca);
    const deadlineMs = performance.now() + servingDeadlineMs;
    const answers = await Promise.all(
      documents.map(async (document) => ({
        document,
        answer: await postServed(poster.post, document, deadlineMs),
      })),
    );
    await poster.close();
    return report(answers, refused);
  } finally {
    await controlPlane.stop();
  }
}

function report(
  answers: readonly { readonly document: CorpusDocument; readonly answer: Answer }[],
  refused: ReadonlyMap<string, string>,
): number {
  const seen = new Set(answers.map(({ document }) => document.id));
  const differences = answers.flatMap(({ document, answer }) => {
    const difference = describeDifference(document, answer, refused.get(document.id));
    return difference === undefined ? [] : [`${document.id}: ${difference}`];
  });
  const missing = [...refused.keys()].filter((id) => !seen.has(id)).map((id) => `${id}: not in the corpus`);
  const accepted = answers.filter(({ answer }) => answer.accepted).length;
  const all = [...differences, ...missing];
  for (const line of all) {
    console.error(line);
  }
  console.log(
    `crd-acceptance: ${accepted} accepted, ${answers.length - accepted} refused, ${all.length} differ`,
  );
  return all.length === 0 ? 0 : 1;
}

const root = env["REARGUARD_CONFORMANCE"];
const { values } = parseArgs({
  options: { corpus: { type: "string" }, golden: { type: "string" }, help: { type: "boolean", short: "h" } },
});
const corpus = values.corpus ?? root;
const golden = values.golden ?? (root === undefined ? undefined : join(root, "golden"));
if (values.help === true) {
  console.log(usage);
} else if (corpus === undefined || golden === undefined) {
  console.error(
    "crd-acceptance: skipped, no corpus: give --corpus and --golden, or set REARGUARD_CONFORMANCE",
  );
  exit(env["CI"] === undefined ? 0 : 1);
} else {
  process.exitCode = await run(corpus, golden);
}
