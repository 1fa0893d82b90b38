import { utf8Text } from "../../../jmespath/utf8.ts";
import { CelError } from "../../values/cel-error.ts";

/** The parts of a URL, as Go reads them. */
export interface RequestUrl {
  readonly text: string;
  readonly scheme: string;
  /** With the port. */
  readonly host: string;
  readonly hostname: string;
  readonly port: string;
  readonly escapedPath: string;
  readonly query: string;
}

const form = /^(?:([A-Za-z][A-Za-z0-9+.-]*):)?(?:\/\/([^/?#]*))?([^?#]*)(?:\?([^#]*))?(?:#(.*))?$/s;

/** Reads an absolute URL or an absolute path. Throws a `CelError` with Go's message. */
export function readUrl(text: string): RequestUrl {
  const fail = (reason: string): CelError =>
    new CelError(`URL parse error during conversion from string: parse ${JSON.stringify(text)}: ${reason}`);
  if (text === "") throw fail("empty url");
  if (Array.from(text).some((character) => character < " " || character === "\x7f")) {
    throw fail("net/url: invalid control character in URL");
  }
  const match = form.exec(text);
  const [, scheme = "", authority, path = "", query = ""] = match ?? [];
  if (match === null) throw fail("invalid URI for request");
  if (scheme === "" && !text.startsWith("/")) {
    throw fail(text.startsWith(":") ? "missing protocol scheme" : "invalid URI for request");
  }
  if (/%(?![0-9A-Fa-f]{2})/.test(path)) {
    const at = path.search(/%(?![0-9A-Fa-f]{2})/);
    throw fail(`invalid URL escape ${JSON.stringify(path.slice(at, at + 3))}`);
  }
  const host = (authority ?? "").replace(/^.*@/s, "");
  if (/[ "<>^`{|}\\]/.test(host)) {
    throw fail(`invalid character ${JSON.stringify(/[ "<>^`{|}\\]/.exec(host)?.[0])} in host name`);
  }
  const port = /:([^:\]]*)$/.exec(host)?.[1] ?? "";
  if (!/^[0-9]*$/.test(port)) throw fail(`invalid port ${JSON.stringify(`:${port}`)} after host`);
  const bare = host.replace(/:[^:\]]*$/, "");
  const hostname = bare.replace(/^\[(.*)\]$/s, "$1");
  // After a scheme without slashes comes no path: `mailto:ada`.
  const escapedPath = path.startsWith("/") || authority !== undefined ? escapePath(path) : "";
  return { text, scheme: scheme.toLowerCase(), host, hostname, port, escapedPath, query };
}

/** Characters that a path may not show are escaped. */
function escapePath(path: string): string {
  return path.replaceAll(/[^A-Za-z0-9\-_.~$&+,/:;=@!'()*%[\]]/gu, (character) =>
    encodeURIComponent(character.toWellFormed()),
  );
}

/** The values of each key of a query; pairs that cannot be read are left out. */
export function readQuery(query: string): Readonly<Record<string, readonly string[]>> {
  const values = new Map<string, string[]>();
  for (const pair of query.split("&")) {
    if (pair === "" || pair.includes(";")) continue;
    const split = pair.indexOf("=");
    const key = unescapeQuery(split < 0 ? pair : pair.slice(0, split));
    const value = unescapeQuery(split < 0 ? "" : pair.slice(split + 1));
    if (key === undefined || value === undefined) continue;
    const known = values.get(key);
    if (known === undefined) values.set(key, [value]);
    else known.push(value);
  }
  return Object.fromEntries(values);
}

function unescapeQuery(text: string): string | undefined {
  if (/%(?![0-9A-Fa-f]{2})/.test(text)) return undefined;
  return text
    .replaceAll("+", " ")
    .replaceAll(/(?:%[0-9A-Fa-f]{2})+/g, (run) =>
      utf8Text(Uint8Array.from(run.slice(1).split("%"), (digits) => Number.parseInt(digits, 16))),
    );
}
