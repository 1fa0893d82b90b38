import { readFileSync, unwatchFile, watchFile } from "node:fs";
import { parseSettingsFile } from "./settings-file.ts";
import type { SettingsStore } from "./settings-store.ts";

/** Often enough for people, seldom enough for file systems; mounted ConfigMaps change by a link, which events miss. */
const pollMs = 5_000;
const maxFileBytes = 1_048_576;

/** Puts the file at `path` in force, now and whenever it changes. Returns how to stop that. */
export function watchSettingsFile(store: SettingsStore, path: string): () => void {
  const read = (): void => readSettingsFile(store, path);
  read();
  watchFile(path, { interval: pollMs, persistent: false }, read);
  return () => unwatchFile(path, read);
}

/** Puts the file at `path` in force. A file that cannot be read is a problem, and what it set before stays. */
export function readSettingsFile(store: SettingsStore, path: string): void {
  const problem = (text: string): void =>
    store.fail("file", { source: "file", where: path, key: "(file)", problem: text });
  let content: string;
  try {
    content = readFileSync(path, "utf8");
  } catch (error) {
    problem(`cannot be read: ${(error as Error).message}`);
    return;
  }
  if (content.length > maxFileBytes) {
    problem(`is larger than ${maxFileBytes} bytes`);
    return;
  }
  const parsed = parseSettingsFile(content, path);
  if (parsed.ok) store.replace("file", parsed.settings);
  else store.fail("file", parsed.problem);
}
