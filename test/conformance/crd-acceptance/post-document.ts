import { Pool } from "undici";
import { isRecord } from "#api/schema/path.ts";
import type { CorpusDocument } from "./documents.ts";

/** What the API server said to one document. */
export type Answer =
  | {
      readonly accepted: true;
      readonly sent: Readonly<Record<string, unknown>>;
      readonly object: unknown;
      readonly warnings: readonly string[];
    }
  | { readonly accepted: false; readonly message: string };

/** Sends documents as dry runs, several at a time. */
export interface DocumentPoster {
  readonly post: (document: CorpusDocument) => Promise<Answer>;
  readonly close: () => Promise<void>;
}

/** Connects to an API server; `ca` is the PEM text of its authority. */
export function connectPoster(serverUrl: string, token: string, ca: string): DocumentPoster {
  const pool = new Pool(serverUrl, { connections: 4, connect: { ca } });
  return {
    post: async (document) => {
      const sent = withoutForeignMetadata(document);
      const { group, plural, scope } = document.kind;
      const namespace = scope === "Namespaced" ? "/namespaces/default" : "";
      const { statusCode, headers, body } = await pool.request({
        method: "POST",
        path: `/apis/${group}/${document.version.name}${namespace}/${plural}?dryRun=All&fieldValidation=Warn`,
        headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
        body: JSON.stringify(sent),
      });
      const object = await body.json();
      return statusCode === 201
        ? { accepted: true, sent, object, warnings: [headers["warning"] ?? []].flat() }
        : { accepted: false, message: isRecord(object) ? String(object["message"]) : `status ${statusCode}` };
    },
    close: () => pool.close(),
  };
}

/** The document in the namespace that is there, with a name; status is not part of a create. */
function withoutForeignMetadata(document: CorpusDocument): Readonly<Record<string, unknown>> {
  const { status: _status, metadata, ...rest } = document.content;
  const { namespace: _namespace, ...kept } = isRecord(metadata) ? metadata : {};
  return { ...rest, metadata: { name: "x", ...kept } };
}
