import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { isObject } from "../json/json.ts";
import { parseJson } from "../json/parse-json.ts";
import type { StoreContents } from "./store.ts";

const format = "rearguard-devserver/1";

/** What a snapshot file holds, or undefined where there is none. Throws for a file that is something else. */
export function loadSnapshot(file: string): StoreContents | undefined {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
  const value = parseJson(text);
  if (!isObject(value) || value["format"] !== format || !isObject(value["collections"])) {
    throw new Error(`${file} is no snapshot of this server (format ${format})`);
  }
  return {
    revision: Number(value["revision"]),
    collections: value["collections"] as StoreContents["collections"],
  };
}

/** Writes a snapshot beside the file and then puts it in place, so that there is always a whole one. */
export function saveSnapshot(file: string, contents: StoreContents): void {
  writeFileSync(`${file}.new`, JSON.stringify({ format, ...contents }), { mode: 0o600 });
  renameSync(`${file}.new`, file);
}
