import { runTranscript } from "./run-transcript.ts";
import type { TranscriptPlace } from "./run-transcript.ts";

/** How the code blocks of a page are made. */
export interface PagePlace extends TranscriptPlace {
  /** The text of an example file; undefined where there is none of that name. */
  readonly readExample: (name: string) => Promise<string | undefined>;
}

const block = /^```(\w*)\n([\s\S]*?)^```$/gm;

/**
 * A page with its code blocks as they should be: a block of `yaml` that begins with the name of an example holds that
 * file, and one that begins with `$ rearguard` what the commands in it print.
 */
export async function renderPage(page: string, place: PagePlace): Promise<string> {
  const parts: string[] = [];
  let at = 0;
  for (const found of page.matchAll(block)) {
    const [whole, language = "", text = ""] = found;
    parts.push(page.slice(at, found.index));
    const made = await renderBlock(language, text, place);
    parts.push(made === undefined ? whole : `\`\`\`${language}\n${made}\`\`\``);
    at = found.index + whole.length;
  }
  return [...parts, page.slice(at)].join("");
}

async function renderBlock(language: string, text: string, place: PagePlace): Promise<string | undefined> {
  const name = /^# (\S+\.yaml)\n/.exec(text)?.[1];
  if (language === "yaml" && name !== undefined) {
    const example = await place.readExample(name);
    return example === undefined ? undefined : `# ${name}\n${example}`;
  }
  return text.startsWith("$ ") ? await runTranscript(text, place) : undefined;
}
