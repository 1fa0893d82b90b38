/** What a registry asks for before it answers. */
export type AuthChallenge =
  | { readonly kind: "basic" }
  | { readonly kind: "bearer"; readonly realm: string; readonly service: string; readonly scope: string };

const maxLength = 4_096;

/**
 * Reads `WWW-Authenticate` (RFC 9110, 11.6.1), one header or several. A bearer challenge is preferred; undefined where
 * neither kind is offered or the text is longer than any honest one.
 */
export function parseChallenge(header: string | readonly string[] | undefined): AuthChallenge | undefined {
  const text = typeof header === "string" ? header : (header ?? []).join(", ");
  if (text.length > maxLength) return undefined;
  const bearer = /(?:^|,)\s*bearer\s+(.*)$/is.exec(text)?.[1];
  if (bearer !== undefined) {
    const parameters = readParameters(bearer);
    const realm = parameters.get("realm");
    if (realm === undefined || realm === "") return undefined;
    return {
      kind: "bearer",
      realm,
      service: parameters.get("service") ?? "",
      scope: parameters.get("scope") ?? "",
    };
  }
  return /(?:^|,)\s*basic(?:\s|,|$)/i.test(text) ? { kind: "basic" } : undefined;
}

function readParameters(text: string): ReadonlyMap<string, string> {
  const parameters = new Map<string, string>();
  const parameter = /\s*,?\s*([A-Za-z_-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))/y;
  for (let found = parameter.exec(text); found !== null; found = parameter.exec(text)) {
    const [, name = "", quoted, plain] = found;
    const value = quoted === undefined ? (plain ?? "") : quoted.replaceAll(/\\(.)/g, "$1");
    if (!parameters.has(name.toLowerCase())) parameters.set(name.toLowerCase(), value);
  }
  return parameters;
}
