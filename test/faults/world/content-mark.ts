import { createHash } from "node:crypto";
import { stringifyJson } from "#kube/client/json.ts";

/** Says what an object was made from, so that only what was changed is made anew. */
export const contentMark = "faults.example.com/content";

const isFields = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** The body with its mark in the annotations. */
export const withMark = (body: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> => {
  const mark = createHash("sha256").update(stringifyJson(body)).digest("hex").slice(0, 16);
  const metadata = isFields(body["metadata"]) ? body["metadata"] : {};
  const annotations = isFields(metadata["annotations"]) ? metadata["annotations"] : {};
  return { ...body, metadata: { ...metadata, annotations: { ...annotations, [contentMark]: mark } } };
};

export const markOf = (metadata: Readonly<Record<string, unknown>>): string | undefined => {
  const annotations = metadata["annotations"];
  const mark = isFields(annotations) ? annotations[contentMark] : undefined;
  return typeof mark === "string" ? mark : undefined;
};
