import { stringify } from "yaml";

/** Documents as YAML, separated, or as one JSON document: the only one, or a `v1` List of several. */
export function renderDocuments(documents: readonly object[], format: "json" | "yaml"): string {
  if (format === "yaml") {
    return documents
      .map((document) => stringify(document, { lineWidth: 0, aliasDuplicateObjects: false }))
      .join("---\n");
  }
  const [only] = documents;
  const document =
    documents.length === 1 && only !== undefined
      ? only
      : { apiVersion: "v1", kind: "List", items: documents };
  return `${JSON.stringify(document, undefined, 2)}\n`;
}
